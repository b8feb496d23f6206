// What a statement says, in words, out of the very bytes that are signed. Nothing of them is left out: each value is in a
// row. Rows are shown as text only; the format allows no character that is invisible or turns the direction of others.
import { bytesOf, bytesOfBase64 } from "./refused.js";
import { codeOf } from "./keyfile.js";
import { readDraft } from "./statement.js";

/** The fields that are amounts of money; a test compares them with what the kinds declare. */
const AMOUNTS = ["amount", "disallowed", "interest", "sum", "total"];
/** What proves rather than says: a page may fold it away, after all else. */
const PROOFS = ["after", "signers"];

/**
 * Rows `{ label, value, level, letters, folded }` of a draft: `level` says how deep a row stands, `letters` that it is compared letter
 * by letter, `folded` that it may be behind something to open. `say(name)` has the words of the page: `field-<name>`, or
 * `field-<name above>-<name>`, `kind-<kind>`, `term-<field>-<code>`; without them a field is told by its own name. `lang` is the
 * language of the page, `currency` that of the ledger, as its code and how many decimals it has: `IDR 0`.
 */
export function describe(draft, { origin, characters, say, lang, currency }) {
  const { kind, value } = readDraft(bytesOf(draft), origin, characters);
  const telling = { say, lang, currency: currency ?? "IDR 0", kind, rows: [], groups: [] };
  row(telling, "kind", say(`kind-${kind}`) || kind, 0);
  row(telling, "about", value.about, 0);
  fields(telling, value.body, "", 0);
  row(telling, "event_date", day(value.event_date, lang), 0);
  row(telling, "expires", day(value.expires, lang), 0);
  row(telling, "ledger", origin, 0);
  proof(telling, label(telling, "kind"), kind);
  for (const name of PROOFS) for (const one of [value[name]].flat()) proof(telling, label(telling, name), one);
  return telling.rows;
}

function label({ say }, name, above = "") {
  return (above && say(`field-${above}-${name}`)) || say(`field-${name}`) || name.replaceAll("_", " ");
}

function row(telling, name, value, level, above) {
  line(telling, label(telling, name, above), value, level);
}

/** A hash, a key's id, a key: nothing but that, for no text that says something may be folded away. */
const LETTERS = /^[0-9a-f]{64}$|^[a-z0-9./-]+\+[0-9a-f]{8}(?:\+[A-Za-z0-9+/]{44})?$/;

/** A key that a statement brings: what its holder shows at the counter is compared with its code. */
const VKEY = /^[a-z0-9./-]+\+[0-9a-f]{8}\+([A-Za-z0-9+/]{44})$/;

/** What says nothing to the eye is told apart, with where it stands. */
function line(telling, named, value, level) {
  const vkey = VKEY.exec(value);
  if (vkey) {
    const code = codeOf(bytesOfBase64(vkey[1], "fault").subarray(1));
    telling.rows.push({ label: telling.say("key-code") || "code", value: code, level, letters: true, folded: false });
  }
  if (LETTERS.test(value)) proof(telling, named, value);
  else telling.rows.push({ label: named, value, level, letters: false, folded: false });
}

function proof({ rows, groups }, named, value) {
  rows.push({ label: [...groups, named].join(": "), value, level: 0, letters: true, folded: true });
}

/** What stands in a group of this name. */
function within(telling, named, tell) {
  telling.groups.push(named);
  tell();
  telling.groups.pop();
}

function fields(telling, object, above, level) {
  for (const [name, value] of Object.entries(object)) field(telling, name, value, above, level);
}

function field(telling, name, value, above, level) {
  // Which key is revoked is what the statement says.
  if (telling.kind === "key.revoked" && name === "key") {
    return telling.rows.push({ label: label(telling, name), value, level, letters: true, folded: false });
  }
  if (Array.isArray(value)) return list(telling, name, value, above, level);
  if (above === "sealed" && typeof value === "string") {
    row(telling, name, telling.say("sealed") || "sealed", level, above);
    return proof(telling, label(telling, name, above), value);
  }
  if (typeof value !== "object") return row(telling, name, told(telling, name, value, above), level, above);
  if (isDocument(value)) return file(telling, label(telling, name, above), value, level);
  const named = label(telling, name, above);
  line(telling, named, Object.keys(value).length === 0 ? telling.say("empty") : "", level);
  within(telling, named, () => fields(telling, value, name, level + 1));
}

/** Items are numbered, so that none is overlooked. */
function list(telling, name, items, above, level) {
  if (items.length === 0) row(telling, name, telling.say("empty"), level);
  for (const [at, item] of items.entries()) {
    const numbered = `${label(telling, name, above)} ${at + 1}`;
    if (Array.isArray(item) || (typeof item === "object" && !isDocument(item))) {
      line(telling, numbered, "", level);
      within(telling, numbered, () => {
        if (Array.isArray(item)) list(telling, name, item, above, level + 1);
        else fields(telling, item, name, level + 1);
      });
    } else if (typeof item === "object") {
      file(telling, numbered, item, level);
    } else {
      line(telling, numbered, told(telling, name, item, above), level);
    }
  }
}

/** A document by its title and size; its digest and type below. */
function isDocument(value) {
  return typeof value.sha256 === "string" && typeof value.title === "string" && Number.isInteger(value.size);
}

function file(telling, named, { title, size, ...others }, level) {
  line(telling, named, termed(telling, "title", title), level);
  row(telling, "size", `${grouped(size)} ${telling.say("bytes") || "bytes"}`, level + 1);
  within(telling, named, () => fields(telling, others, "", level + 1));
}

function told({ say, lang, currency }, name, value, above) {
  if (typeof value === "boolean") return say(value ? "yes" : "no") || String(value);
  if (typeof value === "number") return AMOUNTS.includes(name) || above === "amounts" ? money(value, currency) : String(value);
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return day(value, lang);
  return termed({ say }, name, value);
}

/** The word of a code, and the code too: two codes may have the same word. */
function termed({ say }, name, code) {
  const term = say(`term-${name}-${code}`);
  return term && term !== code ? `${term} (${code})` : code;
}

/** `Rp 75.000.000`, `USD 7,500.00`, as `Currency::display` has it. */
function money(amount, currency) {
  const [code, decimals] = currency.split(" ");
  const width = Number(decimals);
  const [symbol, group, point] = code === "IDR" ? ["Rp", ".", ","] : [code, ",", "."];
  const digits = String(Math.abs(amount)).padStart(width + 1, "0");
  const [whole, fraction] = [digits.slice(0, digits.length - width), digits.slice(digits.length - width)];
  return `${amount < 0 ? "-" : ""}${symbol} ${grouped(whole, group)}${width > 0 ? point + fraction : ""}`;
}

function grouped(number, group = ".") {
  return String(number).replace(/\B(?=(?:[0-9]{3})+$)/g, group);
}

/** As people write it; what is no real day stays as it is. */
function day(text, lang) {
  const date = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text)) return text;
  return date.toLocaleDateString(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}
