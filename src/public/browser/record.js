// One record, checked step by step: its bytes, its place in the tree, the ledger's signature, the witnesses, who signed it,
// and where each of those keys comes from, back to the founding. Nothing that the server says is believed; what this
// cannot show is that the rules allowed the entry, which takes a replay of all entries (`hibah verify`).
import { hexOf, require, textOf, NotGiven, Refused } from "./refused.js";
import { checkCosignature, checkLedgerSignature, readCheckpoint, readVkey } from "./note.js";
import { readEntry, readStatement } from "./statement.js";
import { leafHash, readReceipt, rootFrom } from "./tree.js";

/** Keys bring keys: an official is appointed by roots, an organisation registered by an official. No chain is longer. */
const LONGEST_CHAIN = 12;

/**
 * Checks entry `index`. `source` answers, each as a promise: `entry(index)` and `receipt(index)` their bytes, `brought(signer)`
 * the entry that is said to bring that signer's key. `trust` has `origin`, `characters`, and as far as they are known
 * `ledgerKeys` and `witnesses` (verifier keys) and `identity` (the leaf hash of entry 0, hex).
 * `seen`, a Map, keeps the entries that were checked, for records that are checked one after another.
 * A `source` without a network may throw `NotGiven` for the entries that bring keys: then who signed is not checked.
 * `tell` is called with each step as soon as it is done: `{ step, holds, ...facts }`; `none` where there was nothing to check
 * with. Answers whether all hold.
 */
export async function checkRecord(source, index, trust, tell, seen = new Map()) {
  const record = { source, trust, tell, entries: seen, holds: true };
  const entry = await step(record, "entry", () => included(record, index));
  if (!entry) return false;
  await step(record, "ledger", () => ledgerSigned(record, entry.receipt.note));
  await witnesses(record, entry.receipt.note);
  await step(record, "signers", () => signed(record, entry, 0));
  return record.holds;
}

async function step(record, name, work) {
  try {
    const facts = await work();
    record.tell({ step: name, holds: true, ...facts });
    return facts;
  } catch (error) {
    if (error instanceof NotGiven && name === "signers") {
      record.tell({ step: name, holds: true, none: true });
      return null;
    }
    if (!(error instanceof Refused)) throw error;
    record.holds = false;
    record.tell({ step: name, holds: false, code: error.code, ...error.facts });
    return null;
  }
}

/** The entry's bytes have the leaf hash that the receipt leads from to the root of its checkpoint. */
async function included({ source, trust, entries }, index) {
  if (!entries.has(index)) {
    const [bytes, file] = await Promise.all([source.entry(index), source.receipt(index)]);
    const [read, receipt, leaf] = [readEntry(bytes), readReceipt(file), await leafHash(bytes)];
    require(read.index === BigInt(index) && receipt.index === index, "wrong-index");
    const checkpoint = readCheckpoint(receipt.note);
    require(checkpoint.origin === trust.origin, "wrong-origin");
    const root = await rootFrom(index, checkpoint.size, leaf, receipt.hashes);
    require(hexOf(root) === hexOf(checkpoint.root), "not-in-the-tree");
    entries.set(index, { index, read, receipt, leaf: hexOf(leaf), root: hexOf(root), size: checkpoint.size, time: read.time });
  }
  return entries.get(index);
}

async function ledgerSigned(record, note) {
  const keys = await Promise.all((await ledgerKeys(record)).map(readVkey));
  return { keys: await checkLedgerSignature(note, keys) };
}

/** The keys that the reader brings; without any, those that the founding names. */
async function ledgerKeys(record) {
  if (record.trust.ledgerKeys?.length) return record.trust.ledgerKeys;
  const founding = await included(record, 0);
  const { kind, body } = told(founding);
  require(kind === "ledger.founded" && typeof body?.keys?.ledger === "string", "no-ledger-key");
  return [body.keys.ledger];
}

async function witnesses(record, note) {
  const known = record.trust.witnesses ?? [];
  if (known.length === 0) record.tell({ step: "witnesses", holds: true, none: true });
  for (const vkey of known) {
    await step(record, "witness", async () => {
      const key = await readVkey(vkey);
      const time = await checkCosignature(note, key);
      // A quorum needs not all of them.
      return { witness: key.name, time, none: time === null };
    });
  }
}

/** Every signature of an entry's statement holds, under a key that an earlier entry brings, and so on to the founding. */
async function signed(record, entry, depth) {
  require(depth < LONGEST_CHAIN, "chain-too-long");
  const { origin, characters, identity } = record.trust;
  if (entry.index === 0) require(!identity || identity === entry.leaf, "another-ledger");
  if (entry.checked) return entry.checked;
  const bringers = new Map();
  const { kind, body } = told(entry);
  const keyOf = async (signer) => {
    const own = keysBrought(kind, body).find((vkey) => vkey.startsWith(`${signer}+`));
    const found = own ?? (await broughtBefore(record, signer, entry, bringers));
    return (await readVkey(found)).key;
  };
  const statement = await readStatement(entry.read.statement, origin, characters, keyOf);
  for (const bringer of bringers.values()) await signed(record, bringer, depth + 1);
  entry.checked = { index: entry.index, kind: statement.kind, keys: [...bringers].map(([signer, { index }]) => ({ signer, index })) };
  return entry.checked;
}

async function broughtBefore(record, signer, entry, bringers) {
  const index = await record.source.brought(signer);
  require(Number.isSafeInteger(index) && index < entry.index, "unknown-key");
  const bringer = await included(record, index);
  const { kind, body } = told(bringer);
  const vkey = keysBrought(kind, body).find((one) => one.startsWith(`${signer}+`));
  require(vkey, "unknown-key");
  bringers.set(signer, bringer);
  return vkey;
}

/** The kinds whose `key` comes into force; a founding brings the roots'. */
const BRINGERS = ["official.appointed", "desk.appointed", "root.replaced", "key.rotated", "key.replaced", "organisation.registered"];

/** The verifier keys that a statement of this kind brings into force. */
export function keysBrought(kind, body) {
  const brought = kind === "ledger.founded" ? body?.keys?.roots : BRINGERS.includes(kind) ? [body?.key] : [];
  return (Array.isArray(brought) ? brought : []).filter((vkey) => typeof vkey === "string");
}

/** The kind and the value of a statement in an entry that was read. */
export function told(entry) {
  const [, , kind, line] = textOf(entry.read.statement, "not-utf8").split("\n");
  try {
    const { about, body } = JSON.parse(line);
    return { kind, about, body };
  } catch {
    throw new Refused("bad-json");
  }
}
