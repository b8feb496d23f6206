// node tests/browser/vectors.mjs: the golden vectors, judged by the code that runs in the browser. Run again with
// `--no-webcrypto`, it judges them as a browser that has no WebCrypto.
import { readFileSync } from "node:fs";

if (process.argv.includes("--no-webcrypto")) Object.defineProperty(globalThis, "crypto", { value: undefined });
const browser = new URL("../../src/public/browser/", import.meta.url);
const [{ Refused, bytesOfHex, hexOf }, { checkSignature }, { readVkey }, statements, { leafHash }] = await Promise.all(
  ["refused", "signature", "note", "statement", "tree"].map((name) => import(new URL(`${name}.js`, browser))));

const root = new URL("../../", import.meta.url);
const vectors = (name) => readFileSync(new URL(`fixtures/vectors/v1/${name}.jsonl`, root), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const characters = statements.charactersOf(readFileSync(new URL("schema/characters-v1.txt", root), "utf8"));
const bytes = (base64) => Uint8Array.from(Buffer.from(base64, "base64"));

const keys = new Map();
const judges = {
  async keys({ vkey }) {
    const read = await readVkey(vkey);
    if (read.type === 1) keys.set(read.signer, read.key);
    return vkey;
  },
  async signatures(vector) {
    await checkSignature(bytesOfHex(vector.public), bytesOfHex(vector.message), bytesOfHex(vector.signature));
  },
  async statements(vector) {
    return hexOf((await statement(vector, bytes(vector.note_base64))).hash);
  },
  async entries(vector) {
    const whole = bytes(vector.entry_base64);
    const entry = statements.readEntry(whole);
    statements.checkPlace(entry, vector.index, vector.previous, vector.not_before);
    await statement(vector, entry.statement);
    return hexOf(await leafHash(whole));
  },
  async openings(vector) {
    const read = await statement(vector, bytes(vector.note_base64));
    return statements.openCommitment(bytes(vector.opening_base64), vector.origin, read, characters);
  },
};
const results = { keys: "vkey", signatures: undefined, statements: "hash", entries: "leaf", openings: "value" };

function statement(vector, note) {
  return statements.readStatement(note, vector.origin, characters, (signer) => keys.get(signer));
}

let wrong = 0;
for (const [name, judge] of Object.entries(judges)) {
  const told = { accepted: 0, refused: 0 };
  for (const vector of vectors(name)) {
    const expected = [vector.expect ?? "accepted", vector.refusal ?? vector[results[name]]].join(" ");
    const verdict = await judge(vector).then((value) => ["accepted", value], (error) => {
      if (!(error instanceof Refused)) throw error;
      return ["refused", error.code];
    });
    told[verdict[0]] += 1;
    if (verdict.join(" ") !== expected) {
      wrong += 1;
      console.log(`${name}: ${vector.name}: ${expected} in the file, ${verdict.join(" ")} here`);
    }
  }
  console.log(`${name}: ${told.accepted} accepted, ${told.refused} refused`);
}
if (wrong > 0) throw new Error(`${wrong} vectors disagree`);
