// What came of a run: what was predicted and what was so, the exchange as a sequence
// diagram, the walk through the Standard, and the policy for other servers.

import {code} from "/text.js";

const byID = id => document.getElementById(id);
const {element, foreign, visible} = sequence;

const apis = {fetch: "fetch()", xhr: "XMLHttpRequest"};

export function clear() {
  byID("result").hidden = true;
  byID("outcome").replaceChildren();
}

// show draws it below the form, and moves the reader there.
export function show(done, {predicted, lesson}) {
  const {outcome} = done;
  byID("result-title").textContent = headline(outcome);
  byID("result").className = outcome.shared ? "shared" : "refused";
  byID("outcome").replaceChildren(...[
    decision(outcome),
    further(outcome),
    predicted ? compared(predicted, outcome) : null,
    outcome.note ? element("p", "doubt", outcome.note) : null,
    outcome.doubt ? element("p", "doubt", foreign(outcome.doubt)) : null,
    section("What went over the wire", drawing(done, "What went over the wire")),
    section("Step by step through the Standard", sequence.walk(outcome.steps)),
    fold("What curl gets, which knows nothing of CORS", ...byCurl(outcome)),
    outcome.body ? fold("The body that the server sent" + (outcome.shared ? ", and the script read" : ""), code(visible(outcome.body))) : null,
    lesson ? null : elsewhere(done.served),
  ].filter(Boolean));
  byID("result").hidden = false;
  byID("result-title").focus({preventScroll: true});
  byID("result").scrollIntoView({block: "start"});
}

function headline(o) {
  if (o.observation.response.type === "opaque") return "The element has it, and the script can read nothing of it.";
  return o.shared ? "The script can read the response." : "The script gets a network error.";
}

function decision(o) {
  if (o.decision) return element("p", "lead", foreign(o.decision));
  const said = o.observation.exception;
  return said ? element("p", "lead", "It caught: ", foreign(said)) : null;
}

// further is what the browser would stop at next.
function further(o) {
  if (!o.further) return null;
  return element("div", "further", element("p", "", "Once that is repaired, this refuses as well:"),
    element("ul", "", ...o.further.map(text => element("li", "", foreign(text)))));
}

// drawing is the sequence diagram.
export function drawing({outcome, origin, request}, name) {
  return sequence.draw(outcome.exchanges, {
    name,
    page: origin,
    by: request.consumer ?? apis[request.api],
    seen: outcome.observation,
    deciding: outcome.deciding ?? [],
    remembered: outcome.remembered,
  });
}

const yes = b => b ? "yes" : "no";

// compared is what was predicted next to what was so.
function compared(p, o) {
  const present = p.among.filter(name => o.headers?.some(h => h.name.toLowerCase() === name.toLowerCase()));
  const readable = present.filter(name => o.headers.find(h => h.name.toLowerCase() === name.toLowerCase()).readable);
  const row = (asks, said, was, right) => element("tr", right ? "right" : "wrong",
    element("th", "", asks), element("td", "", said), element("td", "", was), element("td", "mark", right ? "✓ right" : "✗ not so"));
  const names = list => list.length > 0 ? list.join(", ") : "none";
  const rows = [
    row("A preflight?", yes(p.preflight), yes(o.preflight), p.preflight === o.preflight),
    row("Can the script read it?", yes(p.shared), yes(o.shared), p.shared === o.shared),
  ];
  if (o.shared && present.length > 0) {
    const said = p.readable.filter(name => present.includes(name));
    rows.push(row("Which headers?", names(said), names(readable), names(said) === names(readable)));
  }
  const head = element("tr", "", ...["", "you said", "it was", ""].map(text => {
    const cell = element(text ? "th" : "td", "", text);
    if (text) cell.scope = "col";
    return cell;
  }));
  for (const r of rows) r.firstChild.scope = "row";
  const table = element("table", "compared", element("caption", "visually-hidden", "Your prediction"), element("thead", "", head), element("tbody", "", ...rows));
  return table;
}

function section(title, ...content) {
  return element("section", "part", element("h3", "", title), ...content);
}

function fold(title, ...content) {
  return element("details", "part", element("summary", "", title), ...content);
}

function byCurl(o) {
  const lines = [element("p", "small muted", "curl has no pages and no origin, so it has nobody to protect: it shows whatever the server answers."), code(visible(o.curl.line))];
  if (o.curl.status) {
    // It is shown line by line, so that newlines stay.
    const answer = [o.curl.status, "", ...(o.curl.body ?? "").split("\n")].map(visible).join("\n");
    lines.push(code(answer.trimEnd()));
  } else {
    lines.push(element("p", "small muted", "It is not asked here, since the method may change something."));
  }
  return lines;
}

// elsewhere is the policy in the words of other servers.
function elsewhere(served) {
  const choose = element("select", "");
  choose.id = "elsewhere";
  const label = element("label", "", "The server");
  label.htmlFor = choose.id;
  const place = element("div", "configuration");
  const draw = () => {
    const c = served.configurations.find(c => c.server === choose.value);
    const parts = c.blocks.flatMap(b => [element("p", "small", b.where), code(b.lines.join("\n"))]);
    place.replaceChildren(...parts, ...(c.notes ?? []).map(n => element("p", "small doubt", n)));
  };
  for (const c of served.configurations) choose.append(new Option(c.title, c.server));
  choose.addEventListener("change", draw);
  draw();
  const advice = (served.advice ?? []).map(a => element("p", "doubt", foreign(a)));
  return fold("This policy for nginx, Apache, Express, Go, ASP.NET and others", ...advice, element("p", "field", label, choose), place);
}
