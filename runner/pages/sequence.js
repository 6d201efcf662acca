// Draws what went over the wire: page, browser and server, and the messages between
// them, out of exchanges as package fetch marshals them. Whatever stands in these was
// written by a server: it becomes text, never markup, and never a control character.
"use strict";

const sequence = (() => {
  // Characters of one value that are shown, and lines of one message.
  const mostCharacters = 2000;
  const mostLines = 60;

  // element makes one: its children are elements and text.
  function element(name, classes, ...children) {
    const e = document.createElement(name);
    if (classes) e.className = classes;
    e.append(...children.filter(c => c !== null && c !== undefined && c !== ""));
    return e;
  }

  // visible is text as a reader may see it: what cannot be seen, and what turns the
  // direction of its neighbours, is escaped.
  function visible(text) {
    text = String(text ?? "");
    const rest = text.length - mostCharacters;
    return text.slice(0, mostCharacters)
      .replace(/[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, c => `\\u{${c.codePointAt(0).toString(16)}}`) +
      (rest > 0 ? `… (${rest} characters more)` : "");
  }

  function foreign(text, classes = "") {
    return element("span", `foreign ${classes}`.trim(), visible(text));
  }

  const same = (a, b) => a.toLowerCase() === b.toLowerCase();

  // ofCORS tells the headers that CORS is about.
  function ofCORS(name) {
    return /^(access-control-.*|origin|vary|location|cookie|set-cookie|authorization)$/i.test(name);
  }

  // path is what a request line has of a URL.
  function path(url) {
    try {
      const u = new URL(url);
      return u.pathname + u.search;
    } catch {
      return url;
    }
  }

  // A message from one lane to another.
  function message(classes, between, label, ...more) {
    return element("li", `message ${classes}`,
      element("p", "label", element("span", "visually-hidden", between + ": "), ...label),
      arrow(), ...more);
  }

  function arrow() {
    const a = element("div", "arrow");
    a.setAttribute("aria-hidden", "true");
    return a;
  }

  // note is what happens in the browser alone.
  function note(...text) {
    return element("li", "message note", element("p", "label", ...text));
  }

  // decisionOn is the decision that a header of this exchange brought about, or
  // undefined. An empty name stands for the status line.
  function decisionOn(deciding, exchange, name) {
    return deciding.find(d => same(d.header ?? "", name) &&
      (!d.kind || d.kind === exchange.kind) && (!d.url || d.url === exchange.request.url) && (d.by ?? "") === (exchange.by ?? ""));
  }

  // decision words it. Behind the first that refuses, the others come up once that is
  // repaired.
  function decision(d, deciding) {
    const words = d.allows ? " ◂ allows" : d === deciding.find(d => !d.allows) ? " ◂ decides" : " ◂ refuses too";
    return element("span", d.allows ? "decision allows" : "decision", words);
  }

  function line(header, d, deciding) {
    const classes = [ofCORS(header.name) && "cors", d && "decides", d?.allows && "allows", header.missing && "missing"];
    return element("li", classes.filter(Boolean).join(" "),
      foreign(header.name, "name"), ": ", foreign(header.missing ? "missing" : header.value, "value"), d ? decision(d, deciding) : null);
  }

  function list(lines) {
    const shown = lines.slice(0, mostLines);
    if (lines.length > shown.length) shown.push(element("li", "", `and ${lines.length - shown.length} more`));
    return element("ul", "lines", ...shown);
  }

  // headers shows those that CORS is about, those that decide though they are missing,
  // and the others on demand.
  function headers(all, deciding, exchange, answers) {
    const decisionFor = name => answers && name ? decisionOn(deciding, exchange, name) : undefined;
    const telling = [], rest = [];
    for (const h of all ?? []) {
      const d = decisionFor(h.name);
      (d || ofCORS(h.name) ? telling : rest).push(line(h, d, deciding));
    }
    if (answers) {
      const missing = deciding.filter(d => d.header && decisionOn([d], exchange, d.header) && !(all ?? []).some(h => same(h.name, d.header)));
      for (const name of new Set(missing.map(d => d.header))) {
        const d = missing.find(d => d.header === name);
        if (!d.allows) telling.push(line({name, missing: true}, d, deciding));
      }
    }
    const shown = [];
    if (telling.length > 0) shown.push(list(telling));
    if (rest.length > 0) {
      const what = telling.length > 0 ? "more header" : "header";
      shown.push(element("details", "", element("summary", "", `${rest.length} ${what}${rest.length > 1 ? "s" : ""}`), list(rest)));
    }
    return shown;
  }

  function request(e) {
    const kind = e.kind === "preflight" ? "CORS-preflight request" : "actual request";
    const label = [element("b", "", visible(e.request.method)), " ", foreign(path(e.request.url)), " ", element("span", "kind", kind)];
    if (e.by) label.push(element("span", "kind", ", asked by corsproof, not the browser"));
    const from = e.by ? "corsproof to server" : "Browser to server";
    if (e.held) {
      label.push(element("span", "kind", ", held back in the browser: it did not leave"));
      return message("stopped", "Browser", label, ...headers(e.request.headers, [], e, false));
    }
    return message(`${e.kind} ${e.by ? "aside" : ""}`, from, label, ...headers(e.request.headers, [], e, false));
  }

  function status(r) {
    return [element("b", "", String(r.status)), " ", foreign(r.statusText ?? "")];
  }

  function answer(e, deciding) {
    const to = e.by ? "Server to corsproof" : "Server to browser";
    const classes = `back ${e.kind} ${e.by ? "aside" : ""}`;
    if (!e.response) {
      return message(`${classes} refused`, to, [element("b", "", "no answer"), " ", foreign(e.error ?? "")]);
    }
    const d = decisionOn(deciding, e, "");
    const label = status(e.response);
    if (d) label.push(decision(d, deciding));
    const refused = deciding.some(d => !d.allows && decisionOn([d], e, d.header ?? ""));
    return message(`${classes} ${refused ? "refused" : ""}`, to, label, ...headers(e.response.headers, deciding, e, true));
  }

  // exchange is the messages of one.
  function exchange(e, deciding) {
    if (e.held) return [request(e)];
    if (e.cached) {
      const text = note("HTTP cache: the response to ", visible(e.request.method), " ", foreign(path(e.request.url)), " is stored, so nothing is sent");
      if (!e.response) return [text];
      return [text, message("stored", "HTTP cache to browser", status(e.response), ...headers(e.response.headers, deciding, e, true))];
    }
    if (e.notModified) {
      return [request(e),
        message("back", "Server to browser", status(e.notModified), ...headers(e.notModified.headers, deciding, e, true)),
        note("HTTP cache: the stored response is confirmed, and brought up to date")];
    }
    return [request(e), answer(e, deciding)];
  }

  // outcome is what the script got.
  function outcome(seen) {
    const r = seen.response;
    if (seen.cause === "held") {
      return message("answer", "Browser to page", [element("b", "", "nothing"), ": the request was held back"]);
    }
    if (r.type === "error") {
      return message("answer refused", "Browser to page", [element("b", "", "network error"), " ", foreign(seen.exception ?? "")]);
    }
    if (r.type === "opaque" || r.type === "opaqueredirect") {
      return message("answer", "Browser to page", [element("b", "", r.type), ": the script can read nothing of it"]);
    }
    const names = (r.headers ?? []).map(h => h.name);
    const label = [element("b", "", `${r.status} shared`)];
    if (names.length > 0) label.push(", readable: ", foreign(names.slice(0, mostLines).join(", ")));
    return message("answer shared", "Browser to page", label);
  }

  // draw returns the sequence diagram of the exchanges of one request. Of what is not
  // given, nothing is drawn.
  //
  //   name        what the figure is called
  //   page        the origin of the page, for the first message
  //   by          what made the request there, such as "fetch"
  //   seen        what came of it: an Observation, as package fetch marshals it
  //   deciding    the lines that decide: {header, kind, url, by} as in a Failure or a Step,
  //               where an empty header is the status; with allows: true, they let it through
  //   remembered  that the CORS-preflight cache knew the answer
  function draw(exchanges, {name = "Sequence diagram", page = "", by = "", seen, deciding = [], remembered = false} = {}) {
    exchanges ??= [];
    const lanes = element("div", "lanes",
      element("span", "page", "Page"), element("span", "browser", "Browser"), element("span", "server", "Server"));
    lanes.setAttribute("aria-hidden", "true");
    const messages = [];
    const first = exchanges.find(e => !e.by);
    if (page && first) {
      const asked = exchanges.find(e => !e.by && e.kind === "actual") ?? first;
      const wanted = first.kind === "preflight"
        ? (first.request.headers ?? []).find(h => same(h.name, "Access-Control-Request-Method"))?.value ?? ""
        : asked.request.method;
      messages.push(message("ask", "Page to browser",
        [element("b", "", visible(by || "request")), " ", visible(wanted), " ", element("span", "kind", "from "), foreign(page)]));
    }
    if (remembered) messages.push(note("CORS-preflight cache: the answer is known, so no CORS-preflight request is sent"));
    // What corsproof asked comes after what the browser made of its own.
    for (const e of exchanges.filter(e => !e.by)) messages.push(...exchange(e, deciding));
    if (seen?.response && page && first) messages.push(outcome(seen));
    for (const e of exchanges.filter(e => e.by)) messages.push(...exchange(e, deciding));
    const figure = element("figure", "sequence", lanes, element("ol", "", ...messages));
    figure.setAttribute("aria-label", name);
    return figure;
  }

  // walk returns the steps of the Standard that were taken: {algorithm, step, spec,
  // text, outcome, decides, kind}, as package fetch marshals them. The outcome is "allows",
  // "refuses", or empty where the walk goes on.
  function walk(steps) {
    return element("ol", "walk", ...steps.map(s => {
      const li = element("li", [s.outcome, s.decides && "decides"].filter(Boolean).join(" "),
        foreign(s.text), s.decides ? element("span", "visually-hidden", ` This decides: it ${s.outcome}.`) : null,
        element("span", "place", place(s)));
      li.dataset.mark = s.outcome === "refuses" ? "✗" : s.outcome === "allows" ? "✓" : "·";
      return li;
    }));
  }

  // place links to where the Standard has a step, and says of what it is a step.
  function place(s) {
    const text = visible(s.step ? `${s.algorithm}, step ${s.step}` : s.algorithm);
    const of = s.kind === "preflight" ? ", on the answer to the CORS-preflight request" : "";
    if (!/^https:\/\//.test(s.spec ?? "")) return text + of;
    const a = element("a", "", text);
    a.href = s.spec;
    a.rel = "noreferrer";
    return element("span", "", a, of);
  }

  return {draw, walk, visible, element, foreign};
})();
