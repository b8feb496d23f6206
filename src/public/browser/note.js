// Signed notes, verifier keys and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).
import { bytesOf, bytesOfBase64, hexOf, require, textOf } from "./refused.js";
import { checkSignature, concat, sha256 } from "./signature.js";

/** A note: its text, the final newline included, and its lines. `fits`: how long a line's bytes may be. */
export function readNote(data, fits) {
  const note = readUnsigned(data, fits);
  require(note.lines.length > 0, "not-a-note");
  return note;
}

/** A note that may still lack all of its lines. */
export function readUnsigned(data, fits) {
  const note = textOf(data, "not-utf8");
  const gap = note.lastIndexOf("\n\n");
  const block = note.slice(gap + 2);
  require(gap >= 0 && /^$|\n$/.test(block) && !/[\x00-\x09\x0b-\x1f]/.test(note), "not-a-note");
  const lines = block.split("\n").slice(0, -1).map((line) => {
    const parts = /^— ([^\p{White_Space}+]+) ([^ ]+)$/u.exec(line);
    require(parts, "not-a-note");
    const raw = bytesOfBase64(parts[2], "not-a-note");
    require(raw.length > 4 && fits(raw.length), "not-a-note");
    return { name: parts[1], signer: `${parts[1]}+${hexOf(raw.slice(0, 4))}`, signature: raw.slice(4) };
  });
  return { text: note.slice(0, gap + 1), lines };
}

/** `<name>+<8 hex>+<base64 of type and key>`. */
export async function readVkey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const raw = bytesOfBase64(rest.join("+") || "?", "bad-vkey");
  require(raw.length === 33, "bad-vkey");
  const hash = await sha256(bytesOf(`${name}\n`), raw);
  require(hexOf(hash.slice(0, 4)) === id, "bad-vkey");
  return { name, signer: `${name}+${id}`, type: raw[0], key: raw.slice(1) };
}

/** The origin, size and root that a checkpoint's text says. */
export function readCheckpoint(note) {
  const lines = note.text.split("\n");
  require(lines.length === 4 && lines[3] === "" && lines[0] !== "", "not-a-checkpoint");
  require(/^(0|[1-9][0-9]{0,15})$/.test(lines[1]) && Number.isSafeInteger(Number(lines[1])), "not-a-checkpoint");
  const root = bytesOfBase64(lines[2], "not-a-checkpoint");
  require(root.length === 32, "not-a-checkpoint");
  return { origin: lines[0], size: Number(lines[1]), root };
}

/** The ledger's own signature under one of `keys`, which are of type 0x01 and named as the checkpoint's origin. */
export async function checkLedgerSignature(note, keys) {
  const { origin } = readCheckpoint(note);
  const known = note.lines.flatMap((line) =>
    keys.filter((key) => key.type === 1 && key.name === origin && key.signer === line.signer).map((key) => [key, line]));
  require(known.length > 0, "checkpoint-not-signed");
  for (const [key, line] of known) await checkSignature(key.key, bytesOf(note.text), line.signature);
  return known.map(([key]) => key.signer);
}

/** When the witness says it saw this tree, in seconds since 1970; none where it has no line. */
export async function checkCosignature(note, key) {
  require(key.type === 4, "not-a-witness-key");
  const line = note.lines.find((one) => one.signer === key.signer);
  if (!line) return null;
  require(line.signature.length === 72, "bad-cosignature");
  const time = line.signature.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  require(time < 2n ** 63n, "bad-cosignature");
  const message = concat([bytesOf(`cosignature/v1\ntime ${time}\n`), bytesOf(note.text)]);
  await checkSignature(key.key, message, line.signature.slice(8));
  return Number(time);
}
