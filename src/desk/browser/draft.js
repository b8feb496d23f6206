// `<form data-desk="draft">`: what is filled in is kept, on the server as soon as it can be and on this device until then. What is to be
// sealed (`data-seal`), passphrases and files are kept nowhere.
import { button, element } from "./element.js";

const QUIET_MS = 2000;
const RETRY_MS = 30_000;
/** What nobody came back for. */
const KEPT_DAYS = 30;
const PREFIX = "hibah-draft ";

/** Whether a field belongs to the draft. */
function counts(field) {
  return field.name !== "" && !("seal" in field.dataset) && !["password", "file", "submit", "button", "image", "reset"].includes(field.type);
}

/** The fields as pairs, as a form would send them. */
export function fieldsOf(form) {
  const names = new Set([...form.elements].filter(counts).map(({ name }) => name));
  return [...new FormData(form)].filter(([name, value]) => names.has(name) && typeof value === "string");
}

/** The values of each name, in their order. */
function byName(pairs) {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

/** Puts pairs back into the fields of these names, in their order; what else is there stays. */
export function fill(form, pairs, names) {
  const left = byName(pairs);
  for (const field of [...form.elements].filter((field) => counts(field) && names.includes(field.name))) {
    const values = left.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
    else if (values.length > 0) field.value = values.shift();
  }
}

/** Which state of the draft was written on. */
const versionOf = (form) => form.elements.namedItem("version");
/** What the server itself gives the form, and a person does not fill in. */
const GIVEN = ["version", "csrf", "touched"];
const filledIn = (form) => fieldsOf(form).filter(([name]) => !GIVEN.includes(name));
const told = (form) => JSON.stringify(filledIn(form));

/** The names of what was changed here, and that the server has not yet. */
function touched({ form, saved, before }) {
  const [then, now] = [JSON.parse(saved), filledIn(form)].map(byName);
  const same = (name) => JSON.stringify(then.get(name)) === JSON.stringify(now.get(name));
  return [...new Set([...before, ...[...then.keys(), ...now.keys()].filter((name) => !same(name))])];
}

export async function prepareDraft(form, { csrf, say, lang }) {
  const address = form.getAttribute("action");
  const state = form.querySelector("[data-desk-saved]") ?? form.appendChild(element("p", {}));
  state.setAttribute("aria-live", "polite");
  // Of a draft that somebody else changed the page has what was typed here, and the server does not.
  const conflict = form.elements.namedItem("touched");
  const before = (conflict?.value ?? "").split(" ").filter((name) => name !== "");
  const draft = { form, address, csrf, store: PREFIX + address, over: conflict !== null, sending: null, saved: told(form), before };
  let timer;
  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
  };
  const changed = () => {
    if (touched(draft).length === 0) return forget(draft.store);
    remember(draft);
    later(QUIET_MS);
  };
  const save = () => {
    clearTimeout(timer);
    if (draft.over || draft.sending || told(form) === draft.saved) return;
    draft.sending = send(draft).then((outcome) => {
      draft.sending = null;
      const time = new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
      state.textContent = say(`draft-${outcome}`, { time });
      // Who goes on writing sees it, wherever on the page they are.
      const before = state.classList.contains("desk-trouble");
      state.classList.toggle("desk-trouble", outcome !== "saved");
      // And it covers nothing that is written in, the first time that it is there.
      if (outcome !== "saved" && !before) document.activeElement?.scrollIntoView({ block: "nearest" });
      if (outcome === "unreachable") later(RETRY_MS);
      // Written on while it was sent.
      else if (outcome === "saved") changed();
    });
  };
  if (conflict) remember(draft);
  else offer(draft, say, (older) => {
    // Somebody else has saved since: both are compared by the server before anything is written over.
    if (older) Object.assign(draft, { over: true, before: older.names });
    if (older) state.textContent = say("draft-conflict");
    state.classList.toggle("desk-trouble", Boolean(older));
    changed();
  });
  for (const event of ["input", "change"]) form.addEventListener(event, changed);
  form.addEventListener("submit", (event) => leave(draft, event));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  addEventListener("online", save);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) draft.over = conflict !== null; });
}

/** The form itself is sent: nothing more is saved beside it, and what is being saved comes first, for it has the older version. */
async function leave(draft, event) {
  if (draft.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    await draft.sending;
    return draft.form.requestSubmit(event.submitter);
  }
  // Whose draft was changed elsewhere keeps what the other wrote and this one did not touch.
  const names = draft.form.elements.namedItem("touched") ?? draft.form.appendChild(element("input", { type: "hidden", name: "touched" }));
  names.value = touched(draft).join(" ");
  // Others may yet hold it back.
  setTimeout(() => { draft.over ||= !event.defaultPrevented; });
}

/** One try: `saved`, `conflict`, `gone`, `signed-out`, or `unreachable`. */
async function send(draft) {
  const sent = told(draft.form);
  const body = new URLSearchParams([...fieldsOf(draft.form), ["autosave", "1"]]);
  try {
    // A page that is left may end the request, unless it is short enough to be kept alive.
    const keepalive = body.toString().length < 60_000;
    const answer = await fetch(draft.address, { method: "POST", headers: { "x-hibah-csrf": draft.csrf }, body, keepalive, redirect: "manual" });
    if (answer.status === 409) {
      // Another browser wrote on: neither is thrown away.
      draft.over = true;
      return "conflict";
    }
    if (answer.status === 404) {
      draft.over = true;
      return "gone";
    }
    // Who is sent elsewhere is sent to sign in.
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return "signed-out";
    if (!answer.ok) return "unreachable";
    const { version } = await answer.json();
    const field = versionOf(draft.form);
    if (field && Number.isSafeInteger(version)) field.value = version;
  } catch {
    return "unreachable";
  }
  draft.saved = sent;
  draft.before = [];
  if (told(draft.form) === sent) forget(draft.store);
  return "saved";
}

// A browser may refuse to keep anything: then there is the server alone.
function remember(draft) {
  try {
    const names = touched(draft);
    const pairs = filledIn(draft.form).filter(([name]) => names.includes(name));
    localStorage.setItem(draft.store, JSON.stringify({ at: Date.now(), pairs, names, version: versionOf(draft.form)?.value }));
  } catch {
    // It is full, or switched off.
  }
}

function forget(store) {
  try {
    localStorage.removeItem(store);
  } catch {
    // As above.
  }
}

/** What was kept here and never reached the server. */
function recalled(store) {
  try {
    for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const { at } = JSON.parse(localStorage.getItem(name));
      if (!(Date.now() - at < KEPT_DAYS * 86_400_000)) localStorage.removeItem(name);
    }
    return JSON.parse(localStorage.getItem(store));
  } catch {
    return null;
  }
}

/** Offers it back, and asks: somebody may have written on elsewhere. */
function offer({ form, store, saved }, say, filled) {
  const kept = recalled(store);
  const [there, here] = [JSON.parse(saved), kept?.pairs ?? []].map(byName);
  const same = (name) => JSON.stringify(there.get(name)) === JSON.stringify(here.get(name));
  // One that an older page kept has no names.
  const names = kept?.names ?? [...here.keys()];
  if (!kept || names.every(same)) return forget(store);
  const when = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  const close = () => box.remove();
  const box = element("div", { class: "desk-kept", role: "group" }, element("p", {}, say("draft-kept", { when })),
    button(say("draft-take"), async () => {
      fill(form, kept.pairs, names);
      // Rows that are there no more come with the form all the same.
      const gone = kept.pairs.filter(([name]) => !form.elements.namedItem(name));
      form.append(...gone.map(([name, value]) => element("input", { type: "hidden", name, value })));
      close();
      const [field, version] = [versionOf(form), kept.version];
      const older = Boolean(field) && version !== undefined && version !== field.value;
      if (older) field.value = version;
      filled(older ? { names } : null);
    }),
    button(say("draft-drop"), async () => {
      forget(store);
      close();
    }));
  form.prepend(box);
}
