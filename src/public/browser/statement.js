// Statements, entries and openings (formats, sections 1, 2 and 5): one value has one spelling, and every other is refused.
import { bytesOf, bytesOfBase64, bytesOfHex, hexOf, require, textOf, Refused } from "./refused.js";
import { readNote, readUnsigned } from "./note.js";
import { checkSignature, sha256 } from "./signature.js";

const HASH = /^[0-9a-f]{64}$/;
const NUMBER = "([1-9][0-9]{0,15})";
const YEAR = "(?:19|[2-9][0-9])[0-9]{2}";
const ABOUT = pattern(
  "ledger|year/Y|official/N|org/N|case/a?N/N|(?:decree|list|budget)/Y/N|note/(?:official/N|org/N|desk)/N|award/[0-9a-f]{16}/N");
const SIGNER = pattern("(?:root/N|official/N|org/N|desk)\\+[0-9a-f]{8}");
const FIELDS = { about: "string", after: "string", body: "object", event_date: "string", expires: "string", signers: "array" };

function pattern(source) {
  return new RegExp(`^(?:${source.replaceAll("N", NUMBER).replaceAll("Y", YEAR)})$`);
}

function fits(pattern, text) {
  const match = pattern.exec(text);
  return match !== null && match.slice(1).every((number) => number === undefined || Number.isSafeInteger(Number(number)));
}

/** What a string may hold, from `schema/characters-v1.txt`. */
export function charactersOf(table) {
  const ranges = [...table.matchAll(/^([0-9A-F]+) ([0-9A-F]+)$/gm)];
  require(ranges.length > 600, "bad-character-table");
  const set = ranges.map(([, from, to]) => `\\u{${from}}-\\u{${to}}`).join("");
  return new RegExp(`^[${set}]*$`, "u");
}

/** Refuses what no string of a statement or an opening may hold. */
export function checkString(text, characters) {
  require(characters.test(text), "bad-character");
  require(text.normalize("NFC") === text, "not-nfc");
  require(!/^\p{Zs}|\p{Zs}$|\p{Zs}\p{Zs}/u.test(text), "bad-spaces");
}

// The browser judges the syntax; the tokens, in the order of the text, give the first refusal.
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|-?[0-9][-+.eE0-9]*|[{}[\],]|true|false|null/g;

function readJson(line, characters) {
  let value;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Refused("bad-json");
  }
  const tokens = [...line.matchAll(TOKEN)].map(([token, colon]) =>
    token[0] === '"' ? { name: colon !== undefined, text: JSON.parse(colon === undefined ? token : token.slice(0, -colon.length)) } : { token });
  require(tokens.every(({ text }) => text === undefined || !/\p{Surrogate}/u.test(text)), "bad-json");
  require(value !== null && typeof value === "object" && !Array.isArray(value), "bad-json");
  checkNoneRepeated(tokens);
  let level = 0;
  for (const { name, text, token } of tokens) {
    if (name) {
      require(/^[a-z][a-z0-9_]*$/.test(text), "bad-field-name");
    } else if (text !== undefined) {
      checkString(text, characters);
    } else if (/[-0-9]/.test(token[0])) {
      require(/^(?:0|-?[1-9][0-9]*)$/.test(token), "not-an-integer");
      require(Number.isSafeInteger(Number(token)), "number-too-large");
    } else {
      require(token !== "null", "null");
      level += { "{": 1, "[": 1, "}": -1, "]": -1 }[token] ?? 0;
      require(level <= 8, "too-deep");
    }
  }
  return value;
}

function checkNoneRepeated(tokens) {
  const open = [];
  for (const { name, text, token } of tokens) {
    if (token === "{" || token === "[") open.push(new Set());
    if (token === "}" || token === "]") open.pop();
    if (name) {
      require(!open.at(-1).has(text), "repeated-field");
      open.at(-1).add(text);
    }
  }
}

/** What RFC 8785 prints: names are ASCII by now, and the depth is at most 8. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

function typeOf(value) {
  return Array.isArray(value) ? "array" : typeof value;
}

function isDay(text) {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (!match || !new RegExp(`^${YEAR}$`).test(match[1])) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/**
 * Reads a statement of the ledger `origin`, and checks each signature under the key that `keyOf` names for its signer.
 * Answers its kind, value and hash, and the signers whose signature holds by the cofactored equation only.
 */
export async function readStatement(bytes, origin, characters, keyOf) {
  const { kind, value, note } = readParts(bytes, origin, characters, readNote);
  const signed = note.lines.map((line) => line.signer);
  require(value.signers.every((signer) => signed.includes(signer)), "missing-signature");
  checkLines(signed, value.signers);
  const keys = await Promise.all(signed.map((signer) => keyOf(signer, value)));
  require(keys.every((key) => key), "unknown-key");
  const text = bytesOf(note.text);
  const cofactorOnly = [];
  for (const [at, line] of note.lines.entries()) {
    try {
      if (await checkSignature(keys[at], text, line.signature)) cofactorOnly.push(line.signer);
    } catch {
      throw new Refused("bad-signature");
    }
  }
  return { kind, value, hash: await sha256(text), cofactorOnly };
}

/** Reads a statement that may still lack lines of its signers. Answers its kind, value and note. */
export function readDraft(bytes, origin, characters) {
  const draft = readParts(bytes, origin, characters, readUnsigned);
  checkLines(draft.note.lines.map((line) => line.signer), draft.value.signers);
  return draft;
}

function checkLines(signed, signers) {
  const places = signed.map((signer) => signers.indexOf(signer));
  require(places.every((place, at) => place >= 0 && places.indexOf(place) === at), "extra-signature");
  require(places.every((place, at) => at === 0 || places[at - 1] < place), "signature-order");
}

function readParts(bytes, origin, characters, read) {
  require(bytes.length <= 65_000, "too-large");
  const note = read(bytes, (length) => length === 68);
  const rows = note.text.split("\n");
  require(rows.length === 5, "wrong-line-count");
  require(rows[0] === "hibah/statement/v1", "wrong-version");
  require(rows[1] === origin, "wrong-origin");
  require(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/.test(rows[2]) && rows[2].length <= 64, "unknown-kind");
  const value = readJson(rows[3], characters);
  require(canonical(value) === rows[3], "not-canonical");
  checkEnvelope(rows[2], value, origin);
  return { kind: rows[2], value, note };
}

function checkEnvelope(kind, value, origin) {
  const names = Object.keys(value);
  require(names.every((name) => name in FIELDS), "unknown-field");
  require(names.length === Object.keys(FIELDS).length, "missing-field");
  require(names.every((name) => typeOf(value[name]) === FIELDS[name]), "wrong-type");
  const { signers } = value;
  require(signers.every((signer) => typeof signer === "string"), "wrong-type");
  require(fits(ABOUT, value.about), "bad-about");
  require(kind === "ledger.founded" ? value.after === "" : HASH.test(value.after), "bad-after");
  require(isDay(value.event_date) && isDay(value.expires), "bad-date");
  const named = (signer) => signer.startsWith(`${origin}/`) && fits(SIGNER, signer.slice(origin.length + 1));
  const ascending = signers.every((signer, at) => at === 0 || signers[at - 1] < signer);
  require(signers.length >= 1 && signers.length <= 16 && signers.every(named) && ascending, "bad-signers");
}

/** The lines above the statement, and the statement's bytes. */
export function readEntry(bytes) {
  require(bytes.length <= 65_535, "entry-too-large");
  const end = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
  const header = String.fromCharCode(...bytes.slice(0, Math.max(0, Math.min(end, 200))));
  const parts = /^hibah\/entry\/v1\n(0|[1-9][0-9]{0,19})\n([0-9a-f]{64})\n([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z$/.exec(header);
  require(end <= 200 && parts && BigInt(parts[1]) < 2n ** 64n && isDay(parts[3]), "bad-header");
  require(Number(parts[4]) < 24 && Number(parts[5]) < 60 && Number(parts[6]) < 60, "bad-header");
  return { index: BigInt(parts[1]), previous: parts[2], time: header.split("\n")[3], statement: bytes.slice(end + 2) };
}

/** The entry at its place: `index`, after the leaf hash `previous`, not before the time `notBefore`. */
export function checkPlace(entry, index, previous, notBefore) {
  require(entry.index === BigInt(index), "wrong-index");
  require(entry.previous === previous, "wrong-previous");
  require(entry.time >= notBefore, "time-goes-back");
}

/** What an opening file proves of a statement. */
export async function openCommitment(opening, origin, statement, characters) {
  const rows = textOf(opening, "bad-opening").split("\n");
  require(rows.length === 6 && rows[5] === "" && rows[0] === "hibah/opening/v1", "bad-opening");
  const [, of, pointer, salt, encoded] = rows;
  require(HASH.test(of) && HASH.test(salt), "bad-opening");
  const value = textOf(bytesOfBase64(encoded, "bad-opening"), "bad-opening");
  try {
    checkString(value, characters);
  } catch {
    throw new Refused("bad-opening");
  }
  require(of === hexOf(statement.hash), "wrong-statement");
  const name = /^\/body\/sealed\/([a-z][a-z0-9_]*)$/.exec(pointer)?.[1];
  const sealed = statement.value.body.sealed;
  const commitment = typeOf(sealed) === "object" && name && Object.hasOwn(sealed, name) ? sealed[name] : undefined;
  require(typeof commitment === "string" && HASH.test(commitment), "no-such-commitment");
  const place = bytesOf(`hibah/sealed/v1\n${origin}\n${statement.value.about}\n${pointer}\n`);
  require(hexOf(await sha256(place, bytesOfHex(salt), bytesOf(value))) === commitment, "commitment-differs");
  return value;
}
