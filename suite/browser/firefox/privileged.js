// What runs in the browser's own window, with its privileges. It changes nothing of what
// pages see: it says which certificate the fixtures show, ends held requests before they
// leave, and empties a cache.
"use strict";

globalThis.corsproof = (() => {
  const {classes: Cc, interfaces: Ci} = Components;
  const proxies = Cc["@mozilla.org/network/protocol-proxy-service;1"].getService(Ci.nsIProtocolProxyService);

  // The user contexts whose requests with unsafe methods are held back.
  const guarded = new Set();

  // A CORS-preflight request, and what it lets through, are channels that are routed one
  // by one, so that the second can lead nowhere, after the first was answered for real.
  // Whatever goes wrong here leads nowhere too.
  function holdAt(port) {
    const nowhere = proxies.newProxyInfo("socks", "127.0.0.1", port, "", "", 1, 0, null);
    proxies.registerChannelFilter({
      applyFilter(channel, proxy, callback) {
        let to = nowhere;
        try {
          if (!isHeld(channel)) to = proxy;
        } finally {
          callback.onProxyFilterResult(to);
        }
      },
    }, 0);
    return true;
  }

  const safe = ["GET", "HEAD", "OPTIONS", "TRACE"];

  function isHeld(channel) {
    return guarded.has(channel.loadInfo?.originAttributes.userContextId) &&
      !safe.includes(channel.QueryInterface(Ci.nsIHttpChannel).requestMethod);
  }

  // tabAt finds the tab whose URL has that fragment.
  function tabAt(fragment) {
    for (const window of Services.wm.getEnumerator("navigator:browser"))
      for (const tab of window.gBrowser.tabs)
        if (tab.linkedBrowser.currentURI.ref === fragment) return tab;
    throw new Error("no tab has the fragment " + fragment);
  }

  function userContextOf(fragment) {
    return tabAt(fragment).userContextId;
  }

  function guard(userContext) {
    guarded.add(userContext);
    return true;
  }

  // trust accepts one certificate for one host and port, as a user could. All others are
  // validated.
  function trust(host, port, certificate) {
    const cert = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).constructX509FromBase64(certificate);
    Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService)
      .rememberValidityOverride(host, port, {}, cert, true);
    return true;
  }

  // clearHTTPCache empties each partition that a tab of the user context has: the cache
  // takes attributes that are equal, not such as have these among others.
  function clearHTTPCache(userContext) {
    const partitions = new Set();
    for (const window of Services.wm.getEnumerator("navigator:browser"))
      for (const tab of window.gBrowser.tabs)
        if (tab.userContextId === userContext)
          partitions.add(tab.linkedBrowser.browsingContext.currentWindowGlobal?.cookieJarSettings?.partitionKey ?? "");
    for (const partitionKey of partitions)
      Services.cache2.clearOriginsByOriginAttributes(JSON.stringify({userContextId: userContext, partitionKey}));
    return true;
  }

  return {holdAt, guard, tabAt, userContextOf, trust, clearHTTPCache};
})(), true
