// node tests/browser/given.mjs: files that a reader brings to /verify, sorted and checked by the code that runs in the browser.
import assert from "node:assert/strict";
import { crc32, deflateRawSync } from "node:zlib";
import { entries, flipped, honest, receiptOf, size, text, trust as known } from "./ledger.mjs";

const browser = new URL("../../src/public/browser/", import.meta.url);
const [{ NotGiven, bytesOf }, { checkRecord }, { naming, pasted, recordsOf, sorted, sourceOf }] = await Promise.all(
  ["refused", "record", "given"].map((name) => import(new URL(`${name}.js`, browser))));

// The reader brings the ledger's key.
const trust = { ...known, ledgerKeys: [JSON.parse(text(entries[0]).split("\n")[8]).body.keys.ledger] };
const last = size - 1;
const entryFile = (index) => ({ name: `entry-${index}.txt`, bytes: entries[index] });
const receiptFile = (index) => ({ name: `entry-${index}.tlog-proof`, bytes: receiptOf(index) });
const both = (index) => [entryFile(index), receiptFile(index)];
const all = [...entries.keys()].flatMap(both);

/** What is said of each record of these files, by a page with this ledger or none. */
async function said(files, ledger = null) {
  const given = await sorted(files);
  const told = given.faults.map(({ code }) => code);
  for (const record of recordsOf(given)) {
    const steps = [];
    const tell = (step) => steps.push(`${step.step} ${step.none ? "none" : step.holds ? "holds" : step.code}`);
    const checked = checkRecord(sourceOf(given, ledger, record), record.index, trust, tell);
    await checked.catch((error) => steps.push(error instanceof NotGiven ? "not given" : String(error)));
    told.push(`${record.index}: ${steps.join(", ")}`);
  }
  return told;
}

const whole = "entry holds, ledger holds, witnesses none, signers holds";
const placed = "entry holds, ledger holds, witnesses none, signers none";
const changed = flipped(entries[last], entries[last].length - 300);
const cases = [
  ["a receipt with its entry, and nobody to ask", both(last), null, [`${last}: ${placed}`]],
  ["a receipt with its entry, and a ledger to ask", both(last), honest, [`${last}: ${whole}`]],
  ["a receipt alone, and nobody to ask", [receiptFile(last)], null, [`${last}: not given`]],
  ["a receipt alone, and a ledger to ask", [receiptFile(last)], honest, [`${last}: ${whole}`]],
  ["an entry alone, and nobody to ask", [entryFile(last)], null, [`${last}: not given`]],
  ["an entry alone, and a ledger to ask", [entryFile(last)], honest, [`${last}: ${whole}`]],
  ["everything, and nobody to ask", all, null, [...entries.keys()].map((index) => `${index}: ${whole}`)],
  ["a changed entry, and a ledger to ask", [{ name: "", bytes: changed }, receiptFile(last)], honest,
    [`${last}: entry not-in-the-tree`]],
  ["the receipt of another entry", [{ name: "", bytes: Buffer.from(text(receiptOf(0)).replace("index 0", `index ${last}`)) }], honest,
    [`${last}: entry bad-proof`]],
  ["a receipt that was cut", [{ name: "", bytes: receiptOf(0).subarray(0, 100) }], null, ["not-a-receipt"]],
  ["an entry that was cut", [{ name: "", bytes: entries[0].slice(0, 60) }], null, ["bad-header"]],
  ["two entries of one number", [entryFile(last), { name: "", bytes: changed }], null, ["two-entries", `${last}: not given`]],
  ["the same entry twice", [entryFile(last), ...both(last)], null, [`${last}: ${placed}`]],
  ["a pasted receipt", [{ name: "", bytes: pasted(`\n  ${text(receiptOf(last)).replaceAll("\n", "\r\n")} \n`) }], honest,
    [`${last}: ${whole}`]],
];
for (const [what, files, ledger, expected] of cases) assert.deepEqual(await said(files, ledger), expected, what);

// Every changed byte of a record in the reader's hands is told.
const short = entries.findIndex((entry) => entry.length === Math.min(...entries.map(({ length }) => length)));
let bytes = 0;
for (const [at, file] of both(short).entries()) {
  for (let place = 0; place < file.bytes.length; place += 1) {
    const files = both(short);
    files[at] = { name: "", bytes: flipped(file.bytes, place) };
    const told = await said(files);
    assert.ok(!told.includes(`${short}: ${placed}`), `byte ${place} of ${file.name}: ${told}`);
    bytes += 1;
  }
}

// A document is known by the entries that name it, when those are in the tree and say its size too.
const named = entries.findIndex((entry) => text(entry).includes('"sha256":"'));
const [, digest, length] = /"sha256":"(\w+)","size":(\d+)/.exec(text(entries[named]));
const paper = { sha256: digest, size: Number(length) };
async function knownOf(document, files, ledger = null) {
  const faults = [];
  const found = await naming(document, await sorted(files), ledger, trust, (step) => step.holds || faults.push(step.code), new Map());
  return [...found.map(({ index, title }) => `${index} ${title}`), ...faults];
}
const naming1 = { ...honest, naming: async () => [named] };
const documents = [
  ["with its entry", paper, both(named), null, [`${named} Proposal hibah`]],
  ["with its entry, and no receipt", paper, [entryFile(named)], null, []],
  ["with nothing", paper, [], null, []],
  ["by what the ledger says", paper, [], naming1, [`${named} Proposal hibah`]],
  ["by an entry that does not name it", { ...paper, sha256: "00".repeat(32) }, [], naming1, []],
  ["of another size", { ...paper, size: paper.size + 1 }, both(named), null, []],
  ["by an entry that is not in the tree", paper, [{ name: "", bytes: flipped(entries[named], entries[named].length - 10) }, receiptFile(named)],
    null, ["not-in-the-tree"]],
];
for (const [what, document, files, ledger, expected] of documents) {
  assert.deepEqual(await knownOf(document, files, ledger), expected, `a document ${what}`);
}

// Archives: a dossier is unfolded, any other is a document.
function zip(files, change = () => {}) {
  const [locals, central] = [[], []];
  let at = 0;
  for (const { name, bytes, stored } of files) {
    const data = stored ? Buffer.from(bytes) : deflateRawSync(bytes);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(stored ? 0 : 8, 4);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    locals.push(Buffer.from("PK\x03\x04"), head, Buffer.from(name), data);
    central.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), head, place, Buffer.from(name));
    at += 30 + name.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  const archive = Buffer.concat([...locals, directory, Buffer.from("PK\x05\x06"), end]);
  change(archive);
  return { name: "dossier.zip", bytes: new Uint8Array(archive) };
}
const inside = [...both(last).map(({ name, bytes }) => ({ name: `${name.endsWith("proof") ? "receipts" : "entries"}/${name}`, bytes })),
  { name: "README.txt", bytes: bytesOf("read me") }, { name: "documents/a.pdf", bytes: bytesOf("%PDF"), stored: true }];
const kinds = async (file) => {
  const { entries, receipts, documents } = await sorted([file]);
  return [entries.size, receipts.length, documents.length];
};
const bomb = (archive) => archive.writeUInt32LE(10, archive.indexOf("PK\x01\x02") + 24);
const archives = [
  ["a dossier", zip(inside), [1, 1, 1]],
  ["another archive", zip(inside.slice(2)), [0, 0, 1]],
  ["a dossier that was cut", { name: "", bytes: zip(inside).bytes.slice(0, -9) }, [0, 0, 1]],
  ["one that unfolds to more than it says", zip(inside, bomb), [0, 0, 1]],
  ["one that points nowhere", zip(inside, (archive) => archive.writeUInt32LE(archive.length, archive.length - 6)), [0, 0, 1]],
];
for (const [what, file, expected] of archives) assert.deepEqual(await kinds(file), expected, what);
console.log(`${cases.length} heaps of files told apart; ${bytes} changed bytes told; ${documents.length} documents; ${archives.length} archives`);
