// The lab's page: what is shown by the link, the form, and what its buttons do. The rest
// is in the files that it imports.

import {get, post} from "/server.js";
import {open, ask} from "/ask.js";
import * as state from "/state.js";
import * as lessons from "/lesson.js";
import {show, clear} from "/result.js";

const byID = id => document.getElementById(id);
const {element} = sequence;

let catalog;       // what there is to choose from
let session;       // {id, target}
let lesson = null; // that is open, or null in the playground
let begin;         // the state that the view begins with

// origin returns the origin that a name stands for, or else what was typed.
function origin(name) {
  if (name === "self") return session?.target;
  return catalog.origins.find(o => o.name === name)?.origin || name;
}

// renew opens a session: a server with a name that no browser has remembered anything of.
// Its own page gives the browser the cookie.
async function renew() {
  session = await post("/api/session");
  byID("target").textContent = session.target;
  if (!byID("workshop").hidden) hints(state.read());
  await open(session.target, origin("app"));
}

// run makes the request that the form says, or another, and returns all that is known
// of it.
async function run(values, {lessonID, check} = {}) {
  const request = state.asked(values, session.target);
  const settings = state.settings(values, lesson);
  const served = await post("/api/serve", {session: session.id, server: settings});
  if (served.mistakes) return {mistakes: served.mistakes};
  const from = origin(values.origin);
  const seen = await ask(from, origin("app"), request);
  const outcome = await post("/api/run", {session: session.id, origin: from, request, seen, lesson: lessonID, check});
  return {served, outcome, origin: from, request};
}

function mistakes(all) {
  for (const p of document.querySelectorAll(".mistake")) p.textContent = "";
  for (const f of document.querySelectorAll("[aria-invalid]")) f.removeAttribute("aria-invalid");
  for (const {field, says} of all) {
    const p = byID(`${field}-mistake`);
    p.textContent = [p.textContent, says].filter(Boolean).join(" ");
    byID(field).setAttribute("aria-invalid", "true");
  }
  if (all.length > 0) byID(all[0].field).focus();
}

function say(text) {
  byID("status").textContent = text;
}

function trouble(error) {
  byID("trouble").hidden = !error;
  byID("trouble").textContent = error ? error.message : "";
  if (error) byID("trouble").scrollIntoView({block: "nearest"});
}

// busy does something while the buttons rest, and shows what went wrong.
async function busy(text, work) {
  const buttons = byID("bench").querySelectorAll("button");
  for (const b of buttons) b.setAttribute("aria-disabled", "true");
  trouble(null);
  mistakes([]);
  say(text);
  try {
    await work();
  } catch (e) {
    if (e instanceof state.FieldError) mistakes([{field: e.field, says: e.message}]);
    else trouble(e);
  } finally {
    for (const b of buttons) b.removeAttribute("aria-disabled");
    say("");
  }
}

const resting = button => button.getAttribute("aria-disabled") === "true";

// prediction returns what the learner said, or null.
function prediction() {
  const said = name => document.querySelector(`input[name=${name}]:checked`)?.value;
  if (!said("preflight") || !said("shared")) return null;
  return {
    preflight: said("preflight") === "yes",
    shared: said("shared") === "yes",
    readable: [...document.querySelectorAll("input[name=readable]:checked")].map(i => i.value),
    among: byID("ask-headers").hidden ? [] : [...document.querySelectorAll("input[name=readable]")].map(i => i.value),
  };
}

// foretold reports whether there is a prediction, and asks for one if not.
function foretold() {
  const missing = ["preflight", "shared"].find(name => !document.querySelector(`input[name=${name}]:checked`));
  if (!missing) return true;
  byID("skip").hidden = false;
  say("Predict first: answer both questions.");
  document.querySelector(`input[name=${missing}]`).focus();
  return false;
}

// servedLast is what the server was told for the last run.
let servedLast = "";

async function runAndShow(predicted) {
  lessons.outdated();
  await busy("The browser asks …", async () => {
    // What the browser remembers of a server that was otherwise would answer for it.
    const settings = JSON.stringify(state.settings(state.read(), lesson));
    if (servedLast && servedLast !== settings) await renew();
    servedLast = settings;
    const done = await run(state.read());
    if (done.mistakes) return mistakes(done.mistakes);
    show(done, {predicted, lesson: lesson !== null});
    lessons.lead("check");
  });
  byID("skip").hidden = true;
}

// checkRepair has the browser ask what the lesson's checks ask, from an empty cache.
async function checkRepair() {
  clear();
  await busy("The browser checks …", async () => {
    const values = state.read();
    await renew();
    const passed = await lessons.check(lesson, values, async (step, i) => {
      const asks = {...values, ...(step.request ? state.ofRequest(step.request) : {}), ...(step.origin ? {origin: step.origin} : {})};
      const done = await run(asks, {lessonID: lesson.id, check: i});
      if (done.mistakes) {
        mistakes(done.mistakes);
        return null;
      }
      return done;
    }, say);
    if (passed) lessons.list(catalog.lessons);
    await renew(); // what a check has the browser remember would spoil the next prediction
  });
}

// forget unmakes what was predicted and shown, since the question is another one now.
function forget() {
  for (const i of document.querySelectorAll("#predict input")) i.checked = false;
  byID("skip").hidden = true;
  lessons.outdated();
}

// changed keeps the address bar and the hints up to date with the form.
function changed() {
  const values = state.read();
  const place = lesson ? `#/lesson/${lesson.id}` : "#/play";
  history.replaceState(null, "", place + state.link(values, begin));
  hints(values);
}

function hints(values) {
  const chosen = catalog.origins.find(o => o.name === byID("origin").value);
  byID("origin-hint").textContent = origin(values.origin) ?? "";
  byID("otherOrigin").hidden = Boolean(chosen);
  const isElement = !["fetch", "xhr"].includes(values.via.split(" ")[0]);
  for (const f of ["method", "headers", "body", "redirect"]) byID(f).closest(".field").classList.toggle("unused", isElement);
  byID("credentials").closest(".field").classList.toggle("unused", isElement && values.via !== "events");
}

// What elements load, so that choosing one is enough.
const pathsOf = {image: "/v1/logo.png", script: "/v1/app.js", module: "/v1/app.js", style: "/v1/site.css", font: "/v1/text.ttf", events: "/v1/events"};

function viaChanged() {
  const path = pathsOf[byID("via").value.split(" ")[0]];
  byID("path").value = path ?? (Object.values(pathsOf).includes(byID("path").value) ? "/v1/items" : byID("path").value);
}

// faultChanged sets the policy with which the mistake shows.
function faultChanged() {
  const fault = catalog.faults.find(f => f.id === byID("fault").value);
  if (fault?.policy) state.write({...state.read(), ...state.ofPolicy(fault.policy)});
}

function fill() {
  for (const o of catalog.origins) byID("origin").append(new Option(`${o.name}: ${o.says}`, o.name));
  byID("origin").append(new Option("other", "other"));
  fillFaults();
}

// fillFaults lists the mistakes in which all words are found, and the one that is chosen.
function fillFaults() {
  const words = byID("findFault").value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = byID("fault").value;
  const found = catalog.faults.filter(f => words.every(w => `${f.id} ${f.sentence}`.toLowerCase().includes(w)));
  const groups = new Map();
  for (const f of catalog.faults) {
    if (f.id !== chosen && !found.includes(f)) continue;
    const chapter = f.id.split(".")[0];
    if (!groups.has(chapter)) {
      const group = element("optgroup", "");
      group.label = chapter;
      groups.set(chapter, group);
    }
    groups.get(chapter).append(new Option(f.sentence, f.id));
  }
  byID("fault").replaceChildren(new Option("none: it keeps the policy", ""), ...groups.values());
  byID("fault").value = chosen;
  byID("faults-found").textContent = words.length > 0 ? `${found.length} of ${catalog.faults.length} mistakes` : "";
}

// allFaults has nothing searched for.
function allFaults() {
  byID("findFault").value = "";
  fillFaults();
}

// playground is what it begins with.
function playground() {
  return {
    ...state.ofPolicy(catalog.policy),
    ...state.ofRequest({api: "fetch", path: "/v1/items", method: "PUT", headers: ["Content-Type: application/json"], body: "{}", credentials: "same-origin", redirect: "follow"}),
    origin: "app", fault: "", handler: "",
  };
}

// route shows what the address says: #/lessons, #/lesson/ID or #/play, with a state.
function route() {
  const [place, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  const [, view, id] = place.split("/");
  lesson = view === "lesson" ? catalog.lessons.find(l => l.id === id) ?? null : null;
  const overview = view !== "play" && lesson === null;
  byID("overview").hidden = !overview;
  byID("workshop").hidden = overview;
  byID("to-play").toggleAttribute("aria-current", view === "play");
  byID("to-lessons").toggleAttribute("aria-current", view !== "play");
  trouble(null);
  mistakes([]);
  clear();
  forget();
  say("");
  if (overview) {
    document.title = "corsproof lab";
    lessons.list(catalog.lessons);
    return;
  }
  byID("play-title").hidden = lesson !== null;
  lessons.open(lesson, catalog);
  begin = lesson ? lessons.begin(lesson) : playground();
  allFaults();
  state.write(state.follow(query, begin));
  document.title = (lesson ? lesson.title : "Playground") + " – corsproof lab";
  hints(state.read());
  window.scrollTo(0, 0);
}

byID("bench").addEventListener("submit", e => {
  e.preventDefault();
  if (!resting(byID("run")) && foretold()) runAndShow(prediction());
});
byID("skip").addEventListener("click", () => runAndShow(null));
byID("check").addEventListener("click", () => {
  if (!resting(byID("check"))) checkRepair();
});
byID("fresh").addEventListener("click", () => busy("A new server …", async () => {
  await renew();
  clear();
}));
byID("reset").addEventListener("click", () => {
  allFaults();
  state.write(begin);
  mistakes([]);
  forget();
  clear();
  changed();
});
byID("copy").addEventListener("click", async () => {
  changed();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is in the clipboard.");
  } catch {
    say("The link is in the address bar.");
  }
});
for (const type of ["input", "change"]) {
  byID("bench").addEventListener(type, e => {
    if (e.target.closest("#predict")) return;
    if (e.target.id === "findFault") return fillFaults();
    if (type === "change" && e.target.id === "via") viaChanged();
    if (type === "change" && e.target.id === "fault") faultChanged();
    changed();
    forget();
  });
}
addEventListener("hashchange", () => {
  route();
  byID("main").focus({preventScroll: true});
});

try {
  catalog = await get("/api/catalog");
  fill();
  route();
  await renew();
  document.documentElement.dataset.ready = "true";
} catch (e) {
  trouble(e);
}
