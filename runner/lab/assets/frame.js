// Between the lab's page and the page that makes requests: what the lab asks for, the
// script asks for, and the lab gets what the script saw. Nobody else is listened to.
"use strict";

{
  const lab = "{{lab}}";
  addEventListener("message", async e => {
    if (e.origin !== lab || e.source !== parent) return;
    const {id, request} = e.data;
    parent.postMessage({id, seen: await corsproof.run(request)}, lab);
  });
  parent.postMessage({ready: true, origin: self.origin}, lab);
}
