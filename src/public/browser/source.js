// Where a record's bytes come from: the ledger's own addresses (`/api`, C2SP tlog-tiles).
import { Refused } from "./refused.js";

/** The server did not answer with what was asked for: that says nothing about the record. */
export class Unreachable extends Error {}

async function fetched(path) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store" });
  } catch {
    throw new Unreachable(path);
  }
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) throw new Unreachable(path);
  return response;
}

/** What a string may hold, beside this file. */
export async function characterTable() {
  const table = await fetch(new URL("characters-v1.txt", import.meta.url)).catch(() => null);
  if (!table?.ok) throw new Unreachable("characters-v1.txt");
  return table.text();
}

async function bytes(path) {
  const response = await fetched(path);
  return response && new Uint8Array(await response.arrayBuffer());
}

async function present(path) {
  const found = await bytes(path);
  if (!found) throw new Refused("not-served");
  return found;
}

/** The ledger that this page is from. */
export const ledger = {
  async entry(index) {
    // An entry with a text that was erased is served in the log's tiles only.
    return (await bytes(`/api/v1/entries/${index}/raw`)) ?? fromBundle(index);
  },
  receipt: (index) => present(`/api/v1/receipts/${index}`),
  async brought(signer) {
    const response = await fetched(`/api/v1/keys/${encodeURI(signer)}`);
    return response ? (await response.json()).brought_by : undefined;
  },
  /** The entries that are said to name the document of this digest. */
  async naming(sha256) {
    const response = await fetched(`/api/v1/documents/${sha256}`);
    return response ? (await response.json()).named_by.map(({ index }) => index) : [];
  },
};

async function fromBundle(index) {
  const checkpoint = new TextDecoder().decode(await present("/checkpoint"));
  const [number, place] = [Math.floor(index / 256), index % 256];
  const width = Math.min(256, Number(checkpoint.split("\n")[1]) - number * 256);
  const groups = String(number).padStart(Math.ceil(String(number).length / 3) * 3, "0").match(/.../g);
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  let bundle = await present(`/tile/entries/${path}${width < 256 ? `.p/${width}` : ""}`);
  for (let at = 0; at < place; at += 1) bundle = bundle.slice(2 + bundle[0] * 256 + bundle[1]);
  return bundle.slice(2, 2 + bundle[0] * 256 + bundle[1]);
}
