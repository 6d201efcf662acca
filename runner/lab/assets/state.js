// What the form says, as an object, and as a link. Names in links are those of the form.

const lists = ["allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders"];
export const serverFields = [...lists, "maxAge", "allowCredentials", "fault", "handler"];
export const requestFields = ["origin", "via", "method", "path", "headers", "body", "credentials", "redirect"];
const fields = [...serverFields, ...requestFields];

const byID = id => document.getElementById(id);

// ofPolicy are the form's values for a policy as the server writes it.
export function ofPolicy(p) {
  return {
    allowOrigins: (p.allowOrigins ?? []).join("\n"),
    allowMethods: (p.allowMethods ?? []).join(", "),
    allowHeaders: (p.allowHeaders ?? []).join(", "),
    exposeHeaders: (p.exposeHeaders ?? []).join(", "),
    maxAge: p.maxAge === undefined || p.maxAge === null ? "" : String(p.maxAge),
    allowCredentials: p.allowCredentials ? "yes" : "",
  };
}

// ofRequest are the form's values for a request of a lesson.
export function ofRequest(r) {
  return {
    via: [r.consumer || r.api, r.crossOrigin].filter(Boolean).join(" "),
    method: r.method,
    path: r.path,
    headers: (r.headers ?? []).join("\n"),
    body: r.body ?? "",
    credentials: r.credentials,
    redirect: r.redirect,
  };
}

// read returns what the form says.
export function read() {
  const state = {};
  for (const f of fields) {
    if (f === "allowCredentials") state[f] = byID(f).checked ? "yes" : "";
    else if (f === "handler") state[f] = document.querySelector("input[name=handler]:checked")?.value ?? "";
    else if (f === "origin" && byID(f).value === "other") state[f] = byID("otherOrigin").value.trim();
    else state[f] = byID(f).value;
  }
  return state;
}

// write puts it into the form.
export function write(state) {
  for (const f of fields) {
    const value = state[f] ?? "";
    if (f === "allowCredentials") byID(f).checked = value !== "";
    else if (f === "handler") for (const radio of document.querySelectorAll("input[name=handler]")) radio.checked = radio.value === value;
    else if (f === "origin") writeOrigin(value);
    else byID(f).value = value;
  }
}

function writeOrigin(value) {
  const known = [...byID("origin").options].some(o => o.value === value);
  byID("origin").value = known ? value : "other";
  byID("otherOrigin").hidden = known;
  byID("otherOrigin").value = known ? "" : value;
}

// link returns what of the state differs from where it began.
export function link(state, begin) {
  const query = new URLSearchParams();
  for (const f of fields) if ((state[f] ?? "") !== (begin[f] ?? "")) query.set(f, state[f] ?? "");
  return query.size > 0 ? "?" + query : "";
}

// follow returns the state that a link stands for.
export function follow(query, begin) {
  const state = {...begin};
  for (const [f, value] of new URLSearchParams(query)) if (fields.includes(f)) state[f] = value;
  return state;
}

// settings returns the server's part, as the server reads it. A lesson may offer a choice
// between handlers.
export function settings(state, lesson) {
  const policy = {allowCredentials: state.allowCredentials !== ""};
  for (const f of lists) {
    const values = state[f].split(f === "allowOrigins" ? /[\s,]+/ : ",").map(v => v.trim()).filter(Boolean);
    if (values.length > 0) policy[f] = values;
  }
  const maxAge = state.maxAge.trim();
  if (maxAge !== "") {
    if (!/^-?\d{1,9}$/.test(maxAge)) throw new FieldError("maxAge", `${JSON.stringify(maxAge)} is no number of seconds`);
    policy.maxAge = Number(maxAge);
  }
  const {fault, handler} = lesson?.choices?.[Number(state.handler)] ?? {fault: state.fault, handler: lesson?.server.handler};
  return {policy, fault, handler};
}

// asked returns the request's part, as fixtures/page and package fetch read it.
export function asked(state, target) {
  const [kind, crossOrigin] = state.via.split(" ");
  const api = kind === "xhr" ? "xhr" : "fetch";
  const headers = state.headers.split("\n").filter(line => line.trim() !== "").map(line => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new FieldError("headers", `${JSON.stringify(line)} is no header: a name, a colon, a value`);
    return {name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim()};
  });
  const url = URL.canParse(state.path, target) ? new URL(state.path, target) : null;
  if (url?.origin !== target) {
    throw new FieldError("path", `${JSON.stringify(state.path)} is no path: it begins with one slash. Nothing is asked of other servers.`);
  }
  const request = {
    api, url: url.href, method: state.method.trim() || "GET", headers,
    body: state.body, credentials: state.credentials, redirect: state.redirect, timeout: 8000,
  };
  if (kind !== "fetch" && kind !== "xhr") Object.assign(request, {consumer: kind, crossOrigin});
  if (api === "xhr") { // it knows no other
    request.redirect = "follow";
    if (request.credentials === "omit") request.credentials = "same-origin";
  }
  return request;
}

// A FieldError is a mistake in one field of the form.
export class FieldError extends Error {
  constructor(field, says) {
    super(says);
    this.field = field;
  }
}
