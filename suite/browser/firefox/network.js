// What runs in the browser's own window, with its privileges, and tells of the network
// traffic of tabs. It changes none of it. WebDriver BiDi tells of it too, at a cost that
// is more than that of the requests.
(tell => {
  "use strict";
  const {interfaces: Ci} = Components;

  // https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsIHttpProtocolHandler.idl
  const topics = {
    "http-on-modify-request": "request",
    "http-on-examine-response": "response",
    "http-on-examine-cached-response": "stored",
    "http-on-examine-merged-response": "updated",
    "http-on-stop-request": "end",
    "http-on-failed-opening-request": "end",
  };

  // The browsing contexts of tabs that are watched.
  const watched = new WeakSet();

  // idOf is the same for a request and where redirects lead it, which inherits what is
  // written to a channel.
  function idOf(channel) {
    const bag = channel.QueryInterface(Ci.nsIWritablePropertyBag2);
    if (!bag.hasKey("corsproof")) bag.setPropertyAsUint64("corsproof", channel.channelId);
    return bag.getPropertyAsUint64("corsproof");
  }

  // tabOf is the browsing context of the tab in which a request is made, by a frame of it
  // or by a worker.
  function tabOf(channel) {
    const {browsingContext, associatedBrowsingContext, workerAssociatedBrowsingContext} = channel.loadInfo ?? {};
    return (browsingContext ?? associatedBrowsingContext ?? workerAssociatedBrowsingContext ?? loadContextOf(channel))?.top;
  }

  // loadContextOf is for what has no other, as fonts of a worker.
  function loadContextOf(channel) {
    try {
      return channel.notificationCallbacks.getInterface(Ci.nsILoadContext).topFrameElement.browsingContext;
    } catch {
      return null;
    }
  }

  // failureOf is the name of why a request failed, or "". Where CORS was blamed though no
  // response came, as for fetch() of a worker, it is what else is known of that.
  function failureOf(channel) {
    const {status, securityInfo, loadInfo} = channel;
    if (Components.isSuccessCode(status)) return "";
    if (loadInfo.requestBlockingReason !== Ci.nsILoadInfo.BLOCKING_REASON_CORSDIDNOTSUCCEED || hasResponse(channel))
      return ChromeUtils.getXPCOMErrorName(status);
    if (globalThis.corsproof.wasHeld(channel)) return "NS_ERROR_PROXY_CONNECTION_REFUSED";
    return securityInfo?.errorCodeString || "BLOCKING_REASON_CORSDIDNOTSUCCEED";
  }

  function hasResponse(channel) {
    try {
      return channel.responseStatus > 0;
    } catch {
      return false;
    }
  }

  // listOf gathers the headers that a function visits, each line of its own.
  function listOf(visit) {
    const list = [];
    visit({visitHeader(name, value) { list.push({name, value}); }});
    return list;
  }

  function describe(channel, kind) {
    const {loadInfo, URI, requestMethod: method} = channel;
    const tab = tabOf(channel);
    if (!watched.has(tab)) return null;
    const event = {
      kind, tab: tab.id, id: idOf(channel), redirects: loadInfo.redirectChain.length,
      url: URI.spec, method,
      sent: channel.QueryInterface(Ci.nsITimedChannel).requestStartTime,
    };
    if (kind === "end") {
      event.failed = failureOf(channel);
    } else if (kind !== "request") {
      event.status = channel.responseStatus;
      event.statusText = channel.responseStatusText;
      event.responseHeaders = listOf(visitor =>
        kind === "updated" ? channel.visitResponseHeaders(visitor) : channel.visitOriginalResponseHeaders(visitor));
    }
    // Some headers are added late, as those of a conditional request.
    if (kind !== "updated") event.headers = listOf(visitor => channel.visitRequestHeaders(visitor));
    return event;
  }

  // What is told together costs less: up to the end of a request, or so many milliseconds.
  const atMost = 20;
  let events = [], timer = null;

  function flush() {
    clearTimeout(timer);
    timer = null;
    tell(JSON.stringify(events));
    events = [];
  }

  const observer = {
    observe(subject, topic) {
      const event = describe(subject.QueryInterface(Ci.nsIHttpChannel), topics[topic]);
      if (!event) return;
      events.push(event);
      if (event.kind === "end") flush();
      else timer ??= setTimeout(flush, atMost);
    },
  };
  for (const topic in topics) Services.obs.addObserver(observer, topic);

  // watch begins to tell of the tab whose URL has that fragment, and returns its id.
  globalThis.corsproof.watch = fragment => {
    const {browsingContext} = globalThis.corsproof.tabAt(fragment).linkedBrowser;
    watched.add(browsingContext);
    return browsingContext.id;
  };
})
