// The Merkle tree and receipts (RFC 6962, section 2.1; RFC 9162, section 2.1.3.2; C2SP tlog-proof).
import { bytesOf, bytesOfBase64, require, textOf } from "./refused.js";
import { readNote } from "./note.js";
import { sha256 } from "./signature.js";

export function leafHash(entry) {
  return sha256(Uint8Array.of(0), entry);
}

/** The root that a proof leads to from a leaf. Sizes are below 2^53. */
export async function rootFrom(index, size, leaf, hashes) {
  require(index < size, "bad-proof");
  let [at, last, root] = [BigInt(index), BigInt(size) - 1n, leaf];
  for (const hash of hashes) {
    require(last > 0n, "bad-proof");
    if (at & 1n || at === last) {
      root = await sha256(Uint8Array.of(1), hash, root);
      while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      root = await sha256(Uint8Array.of(1), root, hash);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  require(last === 0n, "bad-proof");
  return root;
}

/** A `.tlog-proof` file. */
export function readReceipt(data) {
  const text = textOf(data, "not-a-receipt");
  const end = text.indexOf("\n\n");
  require(end >= 0, "not-a-receipt");
  const [first, ...lines] = text.slice(0, end).split("\n");
  require(first === "c2sp.org/tlog-proof@v1", "not-a-receipt");
  if (lines[0]?.startsWith("extra ")) bytesOfBase64(lines.shift().slice(6), "not-a-receipt");
  const [index, ...rest] = lines;
  const place = /^index (0|[1-9][0-9]{0,15})$/.exec(index);
  require(place && Number.isSafeInteger(Number(place[1])), "not-a-receipt");
  const hashes = rest.map((line) => bytesOfBase64(line, "not-a-receipt"));
  require(hashes.length <= 63 && hashes.every((hash) => hash.length === 32), "not-a-receipt");
  return { index: Number(place[1]), hashes, note: readNote(bytesOf(text.slice(end + 2)), () => true) };
}
