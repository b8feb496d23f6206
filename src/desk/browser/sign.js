// Signing statements: one line more on a draft, at its place (`Statement::sign`, formats section 1).
import { base64Of, bytesOf, bytesOfHex, require } from "./refused.js";
import { concat } from "./signature.js";
import { readDraft } from "./statement.js";
import { vkeyOf } from "./keyfile.js";

/** The line of a note that `key` signed. */
export async function lineOf(text, key) {
  const signature = await key.sign(bytesOf(text));
  const id = bytesOfHex(key.signer.slice(-8));
  return `— ${key.name} ${base64Of(concat([id, signature]))}\n`;
}

/**
 * The draft with the line of `key` at its place; a line that is there already is made anew, those of others stay as they
 * are. `origin`: the ledger that the page is of.
 */
export async function signStatement(draft, key, origin, characters) {
  const { value, note } = readDraft(bytesOf(draft), origin, characters);
  require(key.name.startsWith(`${origin}/`), "another-ledger");
  require(value.signers.includes(key.signer), "not-a-signer");
  const lines = new Map(note.lines.map(({ name, signer, signature }) =>
    [signer, `— ${name} ${base64Of(concat([bytesOfHex(signer.slice(-8)), signature]))}\n`]));
  lines.set(key.signer, await lineOf(note.text, key));
  const signed = `${note.text}\n${value.signers.map((signer) => lines.get(signer) ?? "").join("")}`;
  readDraft(bytesOf(signed), origin, characters);
  return signed;
}

/** All of them or none. */
export async function signBatch(drafts, key, origin, characters) {
  const signed = [];
  for (const draft of drafts) signed.push(await signStatement(draft, key, origin, characters));
  return signed;
}

/**
 * The name under which a key is asked to sign, of the signers that are named; none if it is not. A key that was made
 * before its holder had a number signs under the name that the number gave it.
 */
export async function nameAmong(signers, vkey) {
  if (signers.includes(vkey.signer)) return vkey.name;
  for (const signer of signers) {
    const name = signer.slice(0, -9);
    if ((await vkeyOf(name, vkey.key)).startsWith(`${signer}+`)) return name;
  }
  return null;
}
