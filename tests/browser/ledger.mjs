// The ledger of the golden vectors, read from its export: entries, and receipts made from them by a tree of this file's own.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const browser = new URL("../../src/public/browser/", import.meta.url);
const [note, { charactersOf }] = await Promise.all(["note", "statement"].map((name) => import(new URL(`${name}.js`, browser))));
export const fixture = (path) => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
export const text = (bytes) => Buffer.from(bytes).toString("utf8");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();

const ledger = (path) => fixture(`fixtures/vectors/v1/ledger/${path}`);
const signedNote = text(ledger("checkpoint"));
export const { origin, size } = note.readCheckpoint(note.readNote(ledger("checkpoint"), () => true));
export const entries = [];
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
export const receiptOf = (index) => Buffer.from(`c2sp.org/tlog-proof@v1\nindex ${index}\n${pathOf(index, leaves).map((hash) => `${hash.toString("base64")}\n`).join("")}\n${signedNote}`);

const statementOf = (entry) => text(entry).split("\n\n")[1].split("\n");
export const vkeys = entries.map((entry) => {
  const [, , kind, line] = statementOf(entry);
  const { key, keys } = JSON.parse(line).body;
  return kind === "ledger.founded" ? keys.roots : kind === "key.revoked" || !key ? [] : [key];
});
const brought = new Map(vkeys.flatMap((each, index) => each.map((vkey) => [vkey.split("+").slice(0, 2).join("+"), index])));
export const honest = { entry: async (index) => entries[index], receipt: async (index) => receiptOf(index), brought: async (signer) => brought.get(signer) };
export const trust = { origin, characters: charactersOf(text(fixture("schema/characters-v1.txt"))), identity: leaves[0].toString("hex") };
export const flipped = (bytes, at) => Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ 1 : byte));
