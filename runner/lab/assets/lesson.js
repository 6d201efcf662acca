// Lessons: their list, their texts, what of the form is the learner's, and the checks.

import {blocks, spans, code} from "/text.js";
import {drawing} from "/result.js";
import {ofPolicy, ofRequest} from "/state.js";

const byID = id => document.getElementById(id);
const {element, foreign} = sequence;

// Which lessons are passed is kept in the browser alone, if it lets us.
const key = "corsproof-lab-passed";

function passed() {
  try {
    return new Set(JSON.parse(localStorage.getItem(key) ?? "[]"));
  } catch {
    return new Set();
  }
}

function remember(id) {
  try {
    localStorage.setItem(key, JSON.stringify([...passed().add(id)]));
  } catch {
    // A browser that keeps nothing still teaches.
  }
}

export function list(all) {
  const done = passed();
  byID("lessons").replaceChildren(...all.map(l => {
    const a = element("a", "", l.title);
    a.href = `#/lesson/${l.id}`;
    return element("li", done.has(l.id) ? "done" : "", a, done.has(l.id) ? element("span", "mark", " ✓ passed") : null);
  }));
}

// begin is the state that a lesson begins with.
export function begin(l) {
  return {
    ...ofPolicy(l.server.policy), ...ofRequest(l.request),
    origin: l.origin, fault: l.choices ? "" : l.server.fault ?? "", handler: l.choices ? "0" : "",
  };
}

// open shows a lesson's texts, and of the form what it is about. Without a lesson all of
// the form is the learner's.
export function open(l, catalog) {
  byID("lesson").hidden = l === null;
  byID("check").hidden = l === null;
  byID("checks").hidden = true;
  lead("run");
  byID("ask-headers").hidden = l !== null && !l.edit.includes("exposeHeaders");
  choices(l);
  const start = l && begin(l);
  const shown = name => l === null || l.edit.includes(name) || start[name] !== "" && start[name] !== undefined;
  for (const field of document.querySelectorAll(".field[data-field]")) {
    const name = field.dataset.field;
    const mine = l === null || l.edit.includes(name === "via" ? "api" : name);
    field.hidden = !shown(name) || l !== null && !mine && quiet(name, start);
    field.classList.toggle("locked", !mine);
    for (const input of field.querySelectorAll("input, select, textarea")) {
      if (input.matches("select, [type=checkbox]")) input.disabled = !mine;
      else input.readOnly = !mine;
    }
  }
  const fault = l && !l.choices && catalog.faults.find(f => f.id === l.server.fault);
  byID("broken").hidden = !fault;
  byID("broken").textContent = fault ? `What is wrong with it: ${fault.sentence}.` : "";
  if (l === null) return;
  const number = catalog.lessons.indexOf(l) + 1;
  byID("lesson-number").textContent = `· ${number} of ${catalog.lessons.length}`;
  byID("lesson-title").textContent = l.title;
  byID("lesson-text").replaceChildren(...blocks(l.text));
  byID("lesson-task").replaceChildren(...blocks(l.task));
  byID("passed").replaceChildren(element("h3", "", "Passed"), ...blocks(l.why), next(catalog.lessons[number]));
}

// lead sets off what comes next: to run, and then to check.
export function lead(id) {
  if (byID("check").hidden) id = "run";
  for (const button of ["run", "check"]) byID(button).classList.toggle("primary", button === id);
}

// quiet tells fields that say nothing while a lesson has them at their default.
function quiet(name, start) {
  return name === "redirect" && start.redirect === "follow" || name === "fault" || name === "allowCredentials" ||
    name === "credentials" && start.credentials === "same-origin";
}

function choices(l) {
  byID("choices").hidden = !l?.choices;
  const legend = byID("choices").querySelector("legend");
  byID("choices").replaceChildren(legend, ...(l?.choices ?? []).map((c, i) => {
    const radio = element("input", "");
    Object.assign(radio, {type: "radio", name: "handler", value: String(i), id: `handler-${i}`});
    return element("div", "choice", element("label", "", radio, element("span", "", ...spans(c.says))), c.code ? code(c.code.trimEnd()) : null);
  }));
}

function next(l) {
  const a = element("a", "next", l ? `Next: ${l.title}` : "That was the last. The playground is yours.");
  a.href = l ? `#/lesson/${l.id}` : "#/play";
  return element("p", "", a);
}

// outdated takes away what checks found amiss with a form that is another one now.
export function outdated() {
  if (byID("passed").hidden) byID("checks").hidden = true;
}

const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

// check runs the checks of a lesson one after the other, and reports whether all are
// passed. run makes the request of one; it returns null if the form is wrong.
export async function check(l, values, run, say) {
  byID("passed").hidden = true;
  byID("check-list").replaceChildren();
  byID("checks").className = "card";
  byID("checks-title").textContent = "";
  byID("checks").hidden = false;
  let all = true;
  for (const [i, step] of l.checks.entries()) {
    if (step.wait) {
      say(`Waiting ${step.wait} s …`);
      await pause(step.wait);
      say("The browser checks …");
    }
    const done = await run(step, i);
    if (done === null) {
      byID("checks").hidden = true;
      return false;
    }
    const {passed: right, says} = done.outcome.judgement;
    all &&= right;
    byID("check-list").append(entry(step, right, says ?? [], done));
  }
  byID("checks").className = all ? "card right" : "card wrong";
  byID("checks-title").textContent = all ? "Your browser agrees." : "Your browser does not agree yet.";
  if (all) {
    remember(l.id);
    byID("passed").hidden = false;
  }
  byID("checks-title").focus({preventScroll: true});
  byID("checks").scrollIntoView({block: "start"});
  return all;
}

function entry(step, right, says, done) {
  return element("li", right ? "right" : "wrong",
    element("p", "says", element("b", "mark", right ? "✓ " : "✗ "), element("span", "visually-hidden", right ? "passed: " : "not passed: "), ...spans(step.says)),
    ...says.map(text => element("p", "amiss", foreign(text))),
    element("details", "", element("summary", "", "what went over the wire"), drawing(done, step.says)));
}
