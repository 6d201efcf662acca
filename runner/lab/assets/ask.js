// Pages at other origins, in frames that nobody sees: they make the requests.

const frames = new Map();
const patience = 10_000; // milliseconds

let lastID = 0;
const waiting = new Map();

addEventListener("message", e => {
  const frame = [...frames.values()].find(f => f.element.contentWindow === e.source);
  if (!frame) return;
  if (e.data.ready) {
    frame.live(e.data.origin);
  } else {
    waiting.get(e.data.id)?.(e.data.seen);
    waiting.delete(e.data.id);
  }
});

// open has a page live at an origin. A page at "null" is one of the app's in a sandbox.
export function open(origin, app) {
  if (!frames.has(origin)) {
    const element = document.createElement("iframe");
    element.title = `a page at ${origin}`;
    element.tabIndex = -1;
    if (origin === "null") element.sandbox = "allow-scripts";
    element.src = (origin === "null" ? app : origin) + "/";
    const frame = {element};
    frame.ready = new Promise((resolve, reject) => {
      frame.live = resolve;
      setTimeout(reject, patience, new Error(
        `Your browser opened no page at ${origin}. The lab needs names below localhost, which current browsers lead to this machine.`));
    }).then(lives => {
      if (lives !== origin) throw new Error(`The page lives at ${lives}, and not at ${origin}.`);
    });
    frame.ready.catch(() => { // so that the next try is a new one
      frames.delete(origin);
      element.remove();
    });
    frames.set(origin, frame);
    document.getElementById("frames").append(element);
  }
  return frames.get(origin).ready.then(() => frames.get(origin).element);
}

// ask has a script at an origin make a request, and returns what it saw.
export async function ask(origin, app, request) {
  const element = await open(origin, app);
  return new Promise((resolve, reject) => {
    const id = ++lastID;
    waiting.set(id, resolve);
    setTimeout(reject, request.timeout + patience, new Error(`The page at ${origin} does not answer.`));
    // A sandboxed frame has no origin to name.
    element.contentWindow.postMessage({id, request}, origin === "null" ? "*" : origin);
  });
}
