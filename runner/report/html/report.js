// Opens the scenarios of the matrix and filters them. All that it shows is in the data
// of the page, and goes through text nodes.
"use strict";

(() => {
  const {element, foreign, draw, walk} = sequence;
  const data = unpack(JSON.parse(document.getElementById("data").textContent));
  const rows = [...document.querySelectorAll("tr.scenario")];
  const resultsOf = rows.map(() => []);
  for (const r of data.results) resultsOf[r.row].push(r);

  const marks = {pass: "✓", fail: "✗", broken: "!", blocked: "–", unjudged: "·", unclaimed: "·"};
  const order = ["fail", "broken", "blocked", "unjudged", "unclaimed", "pass"];

  // unpack takes a pool apart: the elements of arrays and objects are indices of
  // entries before them.
  function unpack(pool) {
    const values = [];
    for (const entry of pool) {
      if (Array.isArray(entry)) values.push(entry.map(i => values[i]));
      else if (entry && typeof entry === "object") values.push(Object.fromEntries(Object.entries(entry).map(([key, i]) => [key, values[i]])));
      else values.push(entry);
    }
    return values.at(-1);
  }

  // --- what a scenario opens to

  function verdict(v, ...more) {
    const mark = element("span", "", marks[v] ?? "?");
    mark.setAttribute("aria-hidden", "true");
    return element("span", `verdict ${v in marks ? v : ""}`, mark, " ", v, ...more);
  }

  function list(pairs) {
    const shown = pairs.filter(([, value]) => value);
    return shown.length === 0 ? null : element("dl", "", ...shown.map(([label, value]) =>
      element("div", "", element("dt", "", label), element("dd", "", value))));
  }

  // link leads to the Standard, or to the lab on this machine, and nowhere else.
  function link(url, text) {
    if (!/^(https:\/\/|http:\/\/lab\.localhost:)/.test(url ?? "")) return text ? foreign(text) : null;
    const a = element("a", "", foreign(text || url));
    a.href = url;
    a.rel = "noreferrer";
    return a;
  }

  function lines(texts) {
    return texts?.length ? element("div", "", ...texts.map(t => element("p", "foreign", t))) : null;
  }

  // caption says which result it is, as far as its title does not.
  function caption(r) {
    const words = [r.api, r.origin && `from ${r.origin}`, r.resource && `to ${r.resource}`,
      ...Object.entries(r.bindings ?? {}).map(([role, value]) => `${role} ${value}`), r.browser];
    return foreign(words.filter(Boolean).join(" · "));
  }

  function request(step, i, count, r) {
    const walked = step.walk?.length ? [element("h3", "", "Through the Standard"), walk(step.walk)] : [];
    return [
      count > 1 ? element("h3", "", `Request ${i + 1} of ${count}`) : null,
      step.exchanges?.length
        ? draw(step.exchanges, {
            name: `What went over the wire: ${step.exchanges.length} exchanges between page, browser and server`,
            page: r.origin, by: r.api, seen: step.seen, deciding: step.deciding, remembered: step.remembered,
          })
        : element("p", "muted", "Nothing went over the wire."),
      ...walked,
    ].filter(Boolean);
  }

  function attempt(a, r) {
    const steps = a.steps ?? [];
    return [...(a.error ? [element("p", "foreign", a.error)] : []), ...steps.flatMap((s, i) => request(s, i, steps.length, r))];
  }

  function code(label, texts) {
    const pre = element("pre", "", element("code", "", texts.join("\n")));
    pre.tabIndex = 0;
    pre.setAttribute("role", "group");
    pre.setAttribute("aria-label", label);
    return withCopy(pre);
  }

  // inside is all that is known of a result.
  function inside(r) {
    const parts = [list([
      ["Required", r.expected && foreign(r.expected)],
      ["Observed", r.observed && foreign(r.observed)],
      ["Reason", r.reason && foreign(r.why ? `${r.reason}: ${r.why}` : r.reason)],
      ["To do", r.advice],
      ["Severity", r.severity],
      ["Standard", link(r.spec, r.step || "where it says so")],
      ["Change", lines(r.fixes)],
      ["And then", lines(r.further)],
      ["In the lab", r.lab && link(r.lab, "the same case")],
    ])];
    const [decided, ...others] = r.attempts ?? [];
    if (decided) parts.push(...attempt(decided, r));
    if (r.cut) parts.push(element("p", "muted small", "What went over the wire is left out to keep this file small; the JSON report has it."));
    if (r.replay?.length) parts.push(element("h3", "", "Send it again"), code("Command lines", r.replay));
    for (const a of others) {
      parts.push(element("details", "more", element("summary", "", r.intermittent ? "When it was tried again" : "The other attempt"), ...attempt(a, r)));
    }
    return element("div", "inside", ...parts.filter(Boolean));
  }

  // result is a disclosure that is filled when it is opened first.
  function result(r) {
    const details = element("details", "result", element("summary", "",
      verdict(r.verdict, r.intermittent ? ", intermittent" : "", r.verdict !== "pass" && r.reason ? element("span", "foreign", `: ${r.reason}`) : ""), " ", caption(r)));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(inside(r));
    });
    return details;
  }

  // What is shown of one scenario at once. The rest comes on demand.
  const mostShown = 50;

  function results(all) {
    const sorted = [...all].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
    const box = element("div", "results");
    const show = from => {
      box.append(...sorted.slice(from, from + mostShown).map(result));
      const left = sorted.length - from - mostShown;
      if (left <= 0) return;
      const more = element("button", "more", `Show ${Math.min(left, mostShown)} more of ${left}`);
      more.type = "button";
      more.addEventListener("click", () => {
        more.remove();
        const before = box.childElementCount;
        show(from + mostShown);
        box.children[before].querySelector("summary").focus();
      });
      box.append(more);
    };
    show(0);
    if (box.firstElementChild?.tagName === "DETAILS") box.firstElementChild.open = true;
    return box;
  }

  // --- the matrix

  const columns = rows.length > 0 ? [...rows[0].cells].reduce((n, c) => n + c.colSpan, 0) : 1;

  const buttons = rows.map((row, n) => {
    const title = row.querySelector(".title");
    const button = element("button", "open", ...title.childNodes);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    title.append(button);
    button.addEventListener("click", () => toggle(n));
    return button;
  });

  // worst is the verdict of several results that matters most.
  function worst(results) {
    return ["fail", "broken", "blocked", "unjudged", "pass"].find(v => results.some(r => r.verdict === v)) ?? "unclaimed";
  }

  // mark has a cell say what came of these results, as the markup has it of all.
  function mark(cell, results, plain) {
    const v = worst(results);
    cell.className = results.length > 0 ? `${plain} ${v}`.trim() : plain;
    if (!cell.querySelector(":scope > b")) {
      cell.prepend(element("b", ""), element("i", ""));
      cell.firstChild.setAttribute("aria-hidden", "true");
    }
    const [b, i] = cell.children;
    const counts = order.map(v => [v, results.filter(r => r.verdict === v).length]).filter(([, n]) => n > 0).map(([v, n]) => `${n} ${v}`).join(", ");
    b.textContent = results.length > 0 ? marks[v] ?? "?" : "";
    i.textContent = plain ? counts : `${counts}: `;
    (plain ? cell : b).title = counts;
  }

  // Where each browser is a column, its name is at the head.
  const byBrowser = [...document.querySelectorAll(".matrix thead [data-browser]")].map(th => th.dataset.browser);

  // remark has a row say what came of the results that the filter lets through.
  function remark(row, results) {
    const [head, ...cells] = row.cells;
    mark(head, results, "");
    byBrowser.forEach((browser, k) => mark(cells[k], results.filter(r => r.browser === browser), "cell"));
  }

  // How many results are shown of each row that is open.
  const shownOf = [];

  function isOpen(n) {
    return buttons[n].getAttribute("aria-expanded") === "true";
  }

  function toggle(n) {
    const open = !isOpen(n);
    if (open) {
      const found = matching(n);
      shownOf[n] = found.length;
      const cell = element("td", "", results(found));
      cell.colSpan = columns;
      const detail = element("tr", "detail", cell);
      detail.id = `detail-${n}`;
      rows[n].after(detail);
      buttons[n].setAttribute("aria-controls", detail.id);
    } else {
      rows[n].nextElementSibling.remove();
      buttons[n].removeAttribute("aria-controls");
    }
    buttons[n].setAttribute("aria-expanded", String(open));
  }

  // follow opens the scenario that the address names.
  function follow() {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // It is taken as it is.
    }
    const n = rows.findIndex(row => row.id === id);
    if (n < 0) return;
    if (rows[n].hidden) clear();
    if (!isOpen(n)) toggle(n);
    buttons[n].focus({preventScroll: true});
    rows[n].scrollIntoView({block: "start"});
  }

  // --- the filter

  const form = document.querySelector("form.filter");
  const verdicts = [...form.querySelectorAll(".verdicts button")];
  const status = form.querySelector("[role=status]");
  const nothing = document.querySelector(".nothing");
  const texts = rows.map(row => row.querySelector(".what").textContent.toLowerCase());
  const haystacks = new Map();

  // haystack is what of a result is searched, made when it is searched first.
  function haystack(r) {
    if (!haystacks.has(r)) {
      haystacks.set(r, [texts[r.row], r.api, r.origin, r.resource, r.browser, r.verdict, r.reason, r.observed, ...Object.values(r.bindings ?? {})].join("\n").toLowerCase());
    }
    return haystacks.get(r);
  }

  // wanted is what the filter lets through: a function of a result.
  function wanted() {
    const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = verdicts.filter(b => b.getAttribute("aria-pressed") === "true").map(b => b.value);
    const {value: resource} = form.resource, {value: browser} = form.browser;
    return r => (pressed.length === 0 || pressed.includes(r.verdict)) && (!resource || r.resource === resource) &&
      (!browser || r.browser === browser) && words.every(w => haystack(r).includes(w));
  }

  let passes = () => true;

  function matching(n) {
    return resultsOf[n].filter(passes);
  }

  let filtered = false;

  function filter() {
    passes = wanted();
    let scenarios = 0, count = 0;
    rows.forEach((row, n) => {
      const results = matching(n), found = results.length;
      row.hidden = found === 0;
      if (found > 0 && filtered) remark(row, results);
      if (isOpen(n) && found !== shownOf[n]) {
        toggle(n);
        if (found > 0) toggle(n);
      }
      scenarios += found > 0 ? 1 : 0;
      count += found;
    });
    for (const body of document.querySelectorAll(".matrix tbody")) {
      body.hidden = !body.querySelector("tr.scenario:not([hidden])");
    }
    filtered = true; // the first time, everything is as the markup has it
    nothing.hidden = scenarios > 0;
    status.textContent = `${scenarios} of ${rows.length} scenarios, ${count} of ${data.results.length} results` +
      (data.cut > 0 ? `; of ${data.cut} results what went over the wire is left out, to keep this file small` : "");
  }

  // clear lets everything through again.
  function clear() {
    form.reset();
    for (const b of verdicts) b.setAttribute("aria-pressed", "false");
    filter();
  }

  function choices(select, of) {
    const values = [...new Set(data.results.map(of).filter(Boolean))].sort();
    select.append(...values.map(v => {
      const option = element("option", "", v);
      option.value = v;
      return option;
    }));
    select.closest("label").hidden = values.length < 2;
  }

  function later(f, milliseconds) {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(f, milliseconds);
    };
  }

  choices(form.resource, r => r.resource);
  choices(form.browser, r => r.browser);
  for (const b of verdicts) {
    b.addEventListener("click", () => {
      b.setAttribute("aria-pressed", String(b.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  form.addEventListener("submit", e => e.preventDefault());
  form.addEventListener("input", later(filter, 120));
  form.querySelector(".clear").addEventListener("click", clear);

  // --- copying

  // withCopy puts a button before lines that are to be copied.
  function withCopy(pre) {
    if (!navigator.clipboard) return pre;
    const button = element("button", "copy", "Copy");
    button.type = "button";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not copied";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    return element("div", "copied", button, pre);
  }

  for (const pre of document.querySelectorAll("main pre")) {
    const mark = document.createComment("");
    pre.before(mark);
    mark.replaceWith(withCopy(pre));
  }

  filter();
  form.hidden = false;
  addEventListener("hashchange", follow);
  follow();
})();
