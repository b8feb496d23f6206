// Files in the reader's hands: receipts, entries, documents, or a dossier that holds them all. Sorted by what is in them;
// names and endings say nothing.
import { bytesOf, hexOf, NotGiven, Refused } from "./refused.js";
import { checkRecord, keysBrought, told } from "./record.js";
import { readEntry } from "./statement.js";
import { readReceipt } from "./tree.js";
import { sha256 } from "./signature.js";
import { isZip, unzipped } from "./zip.js";

const RECEIPT = "c2sp.org/tlog-proof@v1\n";
const ENTRY = "hibah/entry/v1\n";
/** What a file of a dossier begins with that is checked; the rest of it is for people. */
const CHECKED = /^(?:entries|receipts|documents)\//;

function begins(bytes, text) {
  return bytesOf(text).every((byte, at) => bytes[at] === byte);
}

/** A receipt or an entry that was pasted: its lines are right, its last end is easily lost on the way. */
export function pasted(text) {
  return bytesOf(`${text.replaceAll("\r\n", "\n").replace(/^\s+|\s+$/g, "")}\n`);
}

/** `files`: `{ name, bytes }`. Answers what they are; `faults` are those that call themselves what they are not. */
export async function sorted(files) {
  const given = { entries: new Map(), receipts: [], documents: [], faults: [] };
  for (const file of await unfolded(files)) {
    try {
      await sortIn(given, file);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      given.faults.push({ name: file.name, code: error.code });
    }
  }
  return given;
}

/** With the files of a dossier in its place. Many a document is a zip archive as well. */
async function unfolded(files) {
  const all = [];
  for (const file of files) {
    const inside = isZip(file.bytes) ? await unzipped(file.bytes).catch(() => null) : null;
    if (inside?.some(({ name }) => name.startsWith("receipts/"))) {
      all.push(...inside.filter(({ name }) => CHECKED.test(name)));
    } else {
      all.push(file);
    }
  }
  return all;
}

async function sortIn(given, { name, bytes }) {
  if (begins(bytes, RECEIPT)) {
    given.receipts.push({ name, bytes, index: readReceipt(bytes).index });
  } else if (begins(bytes, ENTRY)) {
    const read = readEntry(bytes);
    told({ read });
    const index = Number(read.index);
    const known = given.entries.get(index);
    if (known && hexOf(known.bytes) !== hexOf(bytes)) throw new Refused("two-entries");
    given.entries.set(index, { name, bytes });
  } else {
    given.documents.push({ name, size: bytes.length, sha256: hexOf(await sha256(bytes)) });
  }
}

/** Each receipt with its entry, and each entry without a receipt, in order. */
export function recordsOf({ entries, receipts }) {
  const alone = [...entries.keys()].filter((index) => !receipts.some((receipt) => receipt.index === index));
  return [...receipts, ...alone.map((index) => ({ index }))].sort((one, other) => one.index - other.index);
}

/** What was given comes first; what was not is asked of `ledger`, where there is one. */
export function sourceOf(given, ledger, receipt) {
  const lacking = async () => {
    throw new NotGiven();
  };
  const others = ledger ?? { entry: lacking, receipt: lacking, brought: lacking };
  return {
    entry: async (index) => given.entries.get(index)?.bytes ?? others.entry(index),
    receipt: async (index) => {
      const own = receipt?.index === index ? receipt : given.receipts.find((one) => one.index === index);
      return own?.bytes ?? others.receipt(index);
    },
    brought: async (signer) => bringer(given, signer) ?? others.brought(signer),
  };
}

function bringer(given, signer) {
  const brings = (bytes) => {
    const { kind, body } = told({ read: readEntry(bytes) });
    return keysBrought(kind, body).some((vkey) => vkey.startsWith(`${signer}+`));
  };
  const found = [...given.entries].filter(([, { bytes }]) => brings(bytes)).map(([index]) => index);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** An entry without its receipt shows nothing. */
function lacked(error) {
  if (!(error instanceof NotGiven)) throw error;
  return false;
}

/** What a body says of the document of this digest, wherever it stands. */
export function namedIn(value, digest) {
  if (value === null || typeof value !== "object") return null;
  if (value.sha256 === digest && typeof value.title === "string" && Number.isSafeInteger(value.size)) return value;
  return Object.values(value).reduce((found, inner) => found ?? namedIn(inner, digest), null);
}

/**
 * The entries that name a document, of those that were given and of those that `ledger` says name it. Each was checked: it
 * is in the signed tree and names these very bytes. Answers `{ index, about, kind, title }` of each.
 */
export async function naming(document, given, ledger, trust, tell, seen) {
  const source = sourceOf(given, ledger);
  const own = [...given.entries].filter(([, { bytes }]) => namedIn(told({ read: readEntry(bytes) }).body, document.sha256));
  const indexes = own.length > 0 || !ledger ? own.map(([index]) => index) : await ledger.naming(document.sha256);
  const found = [];
  for (const index of indexes) {
    const holds = await checkRecord(source, index, trust, tell, seen).catch(lacked);
    if (!holds) continue;
    const { kind, about, body } = told(seen.get(index));
    const named = namedIn(body, document.sha256);
    if (named?.size === document.size) found.push({ index, about, kind, title: named.title });
  }
  return found;
}
