// node tests/browser/record.mjs: receipts, cosignatures and records, good and changed, by the code that runs in the browser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const browser = new URL("../../src/public/browser/", import.meta.url);
const [{ Refused, hexOf }, note, { charactersOf }, tree, { checkRecord }] = await Promise.all(
  ["refused", "note", "statement", "tree", "record"].map((name) => import(new URL(`${name}.js`, browser))));
const fixture = (path) => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
const text = (bytes) => Buffer.from(bytes).toString("utf8");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();

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
const ledger = (path) => fixture(`fixtures/vectors/v1/ledger/${path}`);
const signedNote = text(ledger("checkpoint"));
const { origin, size } = note.readCheckpoint(note.readNote(ledger("checkpoint"), () => true));
const entries = [];
for (let bundle = ledger(`tile/entries/000.p/${size}`); bundle.length > 0; ) {
  const end = 2 + bundle[0] * 256 + bundle[1];
  entries.push(bundle.slice(2, end));
  bundle = bundle.slice(end);
}
assert.equal(entries.length, size);
const leaves = entries.map((entry) => sha256([0], entry));
const rootOf = (hashes) => hashes.length === 1 ? hashes[0] : sha256([1], rootOf(hashes.slice(0, half(hashes))), rootOf(hashes.slice(half(hashes))));
const half = (hashes) => 2 ** Math.ceil(Math.log2(hashes.length) - 1);
const pathOf = (index, hashes) => hashes.length === 1 ? [] : index < half(hashes)
  ? [...pathOf(index, hashes.slice(0, half(hashes))), rootOf(hashes.slice(half(hashes)))]
  : [...pathOf(index - half(hashes), hashes.slice(half(hashes))), rootOf(hashes.slice(0, half(hashes)))];
const receiptOf = (index) => Buffer.from(`c2sp.org/tlog-proof@v1\nindex ${index}\n${pathOf(index, leaves).map((hash) => `${hash.toString("base64")}\n`).join("")}\n${signedNote}`);

const statementOf = (entry) => text(entry).split("\n\n")[1].split("\n");
const vkeys = entries.map((entry) => {
  const [, , kind, line] = statementOf(entry);
  const { key, keys } = JSON.parse(line).body;
  return kind === "ledger.founded" ? keys.roots : kind === "key.revoked" || !key ? [] : [key];
});
const brought = new Map(vkeys.flatMap((each, index) => each.map((vkey) => [vkey.split("+").slice(0, 2).join("+"), index])));
const honest = { entry: async (index) => entries[index], receipt: async (index) => receiptOf(index), brought: async (signer) => brought.get(signer) };
const trust = { origin, characters: charactersOf(text(fixture("schema/characters-v1.txt"))), identity: leaves[0].toString("hex") };

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
const flipped = (bytes, at) => Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ 1 : byte));
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
