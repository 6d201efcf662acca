// What runs in the browser's own window, with its privileges, and tells of the network
// traffic of tabs. It changes nothing of what pages and servers see. WebDriver BiDi tells
// of it too, at a cost that is more than that of the requests. What comes out of a page's
// own memory is not told.
(tell => {
  "use strict";
  const {interfaces: Ci} = Components;

  // https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsIHttpProtocolHandler.idl
  const topics = {
    "http-on-modify-request": "request",
    "http-on-examine-response": "response",
    "http-on-examine-cached-response": "stored",
    "http-on-examine-merged-response": "merged",
    "http-on-stop-request": "end",
    "http-on-failed-opening-request": "end",
  };

  // The browsing contexts of tabs that are watched.
  const watched = new WeakSet();

  // idOf is the same for a request and where redirects lead it, which inherits what is
  // written to a channel.
  function idOf(channel, bag) {
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

  // heard takes what the browser tells of a channel. Of several ends the first counts:
  // CORS is blamed afterwards for whatever went wrong.
  function heard(channel, kind) {
    const tab = tabOf(channel);
    if (!watched.has(tab)) return;
    const bag = channel.QueryInterface(Ci.nsIWritablePropertyBag2);
    const id = idOf(channel, bag);
    if (bag.hasKey("corsproof-ended") && bag.getPropertyAsUint64("corsproof-ended") === channel.channelId) return;
    const event = {
      kind, tab: tab.id, id, redirects: channel.loadInfo.redirectChain.length,
      url: channel.URI.spec, method: channel.requestMethod,
      sent: channel.QueryInterface(Ci.nsITimedChannel).requestStartTime,
    };
    switch (kind) {
    case "request":
      awaitEnd(channel);
      break;
    case "end":
      bag.setPropertyAsUint64("corsproof-ended", channel.channelId);
      if (!Components.isSuccessCode(channel.status)) event.failed = ChromeUtils.getXPCOMErrorName(channel.status);
      break;
    default:
      event.status = channel.responseStatus;
      event.statusText = channel.responseStatusText;
      event.responseHeaders = listOf(visitor =>
        kind === "response" ? channel.visitOriginalResponseHeaders(visitor) : channel.visitResponseHeaders(visitor));
    }
    // Some headers are added late, as those of a conditional request.
    if (kind !== "merged" && !(kind === "end" && hasResponse(channel)))
      event.headers = listOf(visitor => channel.visitRequestHeaders(visitor));
    report(event);
  }

  // awaitEnd hears of the end of a request before CORS does.
  function awaitEnd(channel) {
    const wrapper = ChannelWrapper.get(channel);
    const end = () => heard(channel, "end");
    wrapper.addEventListener("error", end, {once: true});
    wrapper.addEventListener("stop", end, {once: true});
  }

  // What is told together costs less: up to the end of a request, or so many milliseconds.
  const atMost = 20;
  let events = [], timer = null;

  function report(event) {
    events.push(event);
    if (event.kind === "end") flush();
    else timer ??= setTimeout(flush, atMost);
  }

  function flush() {
    clearTimeout(timer);
    timer = null;
    const told = JSON.stringify(events);
    events = [];
    tell(told);
  }

  const observer = {
    observe(subject, topic) { heard(subject.QueryInterface(Ci.nsIHttpChannel), topics[topic]); },
  };
  for (const topic in topics) Services.obs.addObserver(observer, topic);

  // watch begins to tell of the tab whose URL has that fragment, and returns its id.
  globalThis.corsproof.watch = fragment => {
    const {browsingContext} = globalThis.corsproof.tabAt(fragment).linkedBrowser;
    watched.add(browsingContext);
    return browsingContext.id;
  };
})
