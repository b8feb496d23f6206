// node tests/browser/record.mjs: receipts, cosignatures and records, good and changed, by the code that runs in the browser.
import assert from "node:assert/strict";
import { entries, fixture, flipped, honest, receiptOf, size, text, trust, vkeys } from "./ledger.mjs";

const browser = new URL("../../src/public/browser/", import.meta.url);
const [{ Refused, hexOf }, note, tree, { checkRecord }] = await Promise.all(
  ["refused", "note", "tree", "record"].map((name) => import(new URL(`${name}.js`, browser))));

// The known answers that two other implementations made.
const known = text(fixture("fixtures/vectors/tlog-vectors.txt"));
const [logKey, witnessKey] = await Promise.all([...known.matchAll(/vkey: (\S+)/g)].map(([, vkey]) => note.readVkey(vkey)));
const proof = Buffer.from(/(c2sp\.org[\s\S]*?)--- add/.exec(known)[1]);
const receipt = tree.readReceipt(proof);
const checkpoint = note.readCheckpoint(receipt.note);
const root = (leaf, index = receipt.index) => tree.leafHash(Buffer.from(leaf)).then((hash) => tree.rootFrom(index, checkpoint.size, hash, receipt.hashes));
assert.equal(hexOf(await root("grant-2")), hexOf(checkpoint.root));
assert.notEqual(hexOf(await root("grant-3")), hexOf(checkpoint.root));
assert.notEqual(hexOf(await root("grant-2", 3)), hexOf(checkpoint.root));
await assert.rejects(root("grant-2", 4), { code: "bad-proof" });
assert.deepEqual(await note.checkLedgerSignature(receipt.note, [logKey]), [logKey.signer]);
assert.equal(await note.checkCosignature(receipt.note, witnessKey), 1_700_000_000);
await assert.rejects(note.checkLedgerSignature(receipt.note, [witnessKey]), { code: "checkpoint-not-signed" });
await assert.rejects(note.checkCosignature(receipt.note, logKey), { code: "not-a-witness-key" });

// Each changed byte of the receipt is found: it is no receipt any more, leads elsewhere, or a signature does not hold.
let changed = 0;
for (let at = 0; at < proof.length; at += 1) {
  const bytes = Uint8Array.from(proof);
  bytes[at] ^= 1;
  const check = async () => {
    const read = tree.readReceipt(bytes);
    const told = note.readCheckpoint(read.note);
    const found = await tree.rootFrom(read.index, told.size, await tree.leafHash(Buffer.from("grant-2")), read.hashes);
    if (hexOf(found) !== hexOf(told.root)) throw new Refused("not-in-the-tree");
    await note.checkLedgerSignature(read.note, [logKey]);
    if ((await note.checkCosignature(read.note, witnessKey)) === null) throw new Refused("no-witness");
  };
  await assert.rejects(check(), Refused, `byte ${at}`);
  changed += 1;
}
assert.equal(changed, proof.length);

// A record of the exported ledger, back to its founding.
async function told(source, index, asked = trust) {
  const steps = [];
  const holds = await checkRecord(source, index, asked, (step) => steps.push(`${step.step} ${step.holds ? "holds" : step.code}`));
  assert.equal(holds, steps.every((step) => step.endsWith("holds")));
  return steps.join(", ");
}
for (const index of entries.keys()) {
  assert.equal(await told(honest, index), "entry holds, ledger holds, witnesses holds, signers holds");
}

const last = size - 1;
const lies = [
  ["another entry", { entry: async () => entries[0] }, "entry wrong-index"],
  ["another receipt", { receipt: async () => receiptOf(0) }, "entry wrong-index"],
  ["a changed body", { entry: async (index) => flipped(entries[index], entries[index].length - 300) }, "entry not-in-the-tree"],
  ["a proof that is too short", { receipt: async (index) => Buffer.from(text(receiptOf(index)).replace(/\n[^\n]+=\n/, "\n")) }, "entry bad-proof"],
  ["a key that nobody brought", { brought: async () => undefined }, "entry holds, ledger holds, witnesses holds, signers unknown-key"],
  ["a key of a later entry", { brought: async () => size }, "entry holds, ledger holds, witnesses holds, signers unknown-key"],
];
for (const [what, lie, expected] of lies) assert.equal(await told({ ...honest, ...lie }, last), expected, what);
const otherKey = { ...trust, ledgerKeys: [vkeys[0][0]] };
assert.equal(await told(honest, last, otherKey), "entry holds, ledger checkpoint-not-signed, witnesses holds, signers holds");
assert.match(await told(honest, last, { ...trust, identity: "00".repeat(32) }), /signers another-ledger$/);
assert.equal(await told(honest, last, { ...trust, origin: "other.example/ledger" }), "entry wrong-origin");
const unseen = { ...trust, witnesses: [[...known.matchAll(/vkey: (\S+)/g)][1][1]] };
assert.equal(await told(honest, last, unseen), "entry holds, ledger holds, witness holds, signers holds");
console.log(`${changed} changed receipts refused; ${size} records hold; ${lies.length + 4} lies told`);
