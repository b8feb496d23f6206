// node tests/browser/desk.mjs HIBAH SAMPLES: what a browser does at the desk, against the real program. HIBAH is the binary, SAMPLES a
// file with a draft of every kind, a JSON string a line. With `--no-ed25519`, as a browser whose WebCrypto lacks it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, modules } from "./folder.mjs";

const [hibah, samples, ...options] = process.argv.slice(2);
if (options.includes("--no-ed25519")) {
  const { subtle } = globalThis.crypto;
  for (const name of ["importKey", "generateKey"]) {
    const native = subtle[name].bind(subtle);
    subtle[name] = async (...given) => {
      if (given.some((one) => (one?.name ?? one) === "Ed25519")) throw new DOMException("unknown", "NotSupportedError");
      return native(...given);
    };
  }
}
const [keyfile, { signStatement, signBatch, nameAmong }, login, reading, { describe }, seal, statements, { readVkey }, { Refused, bytesOf, bytesOfHex, hexOf }, { checkSignature }, { digestOf, upload }] =
  await modules("keyfile", "sign", "login", "reading", "words", "seal", "statement", "note", "refused", "signature", "upload");

const root = new URL("../../", import.meta.url);
const text = (path) => readFileSync(new URL(path, root), "utf8");
const lines = (name) => text(`fixtures/vectors/v1/${name}.jsonl`).trimEnd().split("\n").map((line) => JSON.parse(line));
const characters = statements.charactersOf(text("schema/characters-v1.txt"));
const decoded = (base64) => Buffer.from(base64, "base64").toString("utf8");
const refused = (code) => (error) => error instanceof Refused && error.code === code;
const run = (...given) => execFileSync(hibah, given, { env: { ...process.env, HIBAH_PASSPHRASE: PASSPHRASE }, stdio: "pipe" }).toString();
const der = (one) => Buffer.from(/-----\n([\s\S]*?)\n-----/.exec(one)[1], "base64");
const PASSPHRASE = "kata sandi yang pañjang";
const ORIGIN = "hibah.example/ledger";

/** A key whose seed is known. */
async function keyOf(name, seed) {
  const { getRandomValues } = crypto;
  let first = true;
  crypto.getRandomValues = (bytes) => {
    if (!first) return getRandomValues.call(crypto, bytes);
    first = false;
    bytes.set(seed);
    return bytes;
  };
  try {
    return await keyfile.makeKeyFile(name, PASSPHRASE);
  } finally {
    crypto.getRandomValues = getRandomValues;
  }
}

// Files both ways: what is made here opens there, and the other way round; the public halves are the same.
const file = (name) => join(folder, name);
const made = await keyfile.makeKeyFile(`${ORIGIN}/org/new`, PASSPHRASE);
writeFileSync(file("made.key"), made);
assert.equal(run("key", "show", file("made.key"), "--check").trim(), /vkey: (.*)/.exec(made)[1]);
const vkey = run("key", "new", file("theirs.key"), "--name", `${ORIGIN}/org/1`).trim();
const theirs = readFileSync(file("theirs.key"), "utf8");
const key = await keyfile.openKeyFile(theirs, PASSPHRASE);
assert.equal(await keyfile.vkeyOf(key.name, key.publicKey), vkey);
assert.equal(keyfile.codeOf(new Uint8Array(32).fill(1)), "0efe e399 4ede be70 d7ef");
// All but what is random has the same bytes.
const shape = (one) => der(one).toString("hex").replace(/0410[0-9a-f]{32}/g, "random").replace(/0440[0-9a-f]{128}$/, "sealed");
assert.equal(shape(made), shape(theirs));
assert.match(shape(made), /random.*random.*sealed$/);
assert.equal(made.split("\n").length, theirs.split("\n").length);
assert.equal(Object.isFrozen(key), true);
assert.equal(JSON.stringify(Object.values(key).filter((value) => typeof value !== "function")).includes("seed"), false);

// Under another name the same key; the passphrase still opens it, there too.
const named = await keyfile.renamed(made, `${ORIGIN}/org/7`);
writeFileSync(file("named.key"), named);
assert.equal(run("key", "show", file("named.key"), "--check").split("+")[0], `${ORIGIN}/org/7`);
const [before, after] = await Promise.all([made, named].map((one) => keyfile.openKeyFile(one, PASSPHRASE)));
assert.equal(hexOf(before.publicKey), hexOf(after.publicKey));
assert.notEqual(before.signer, after.signer);
assert.equal(await nameAmong([after.signer, key.signer], await keyfile.readPublic(made)), `${ORIGIN}/org/7`);
assert.equal(await nameAmong([key.signer], await keyfile.readPublic(made)), null);

// The example of the Rust module's documentation.
const example = /(-----BEGIN[\s\S]*?-----END ENCRYPTED PRIVATE KEY-----)/.exec(text("src/tlog/ed25519/mod.rs"))[1].replaceAll("//! ", "");
const seven = /vkey: (.*)/.exec(await keyOf(`${ORIGIN}/org/7`, new Uint8Array(32).fill(7)))[1];
assert.equal((await keyfile.openKeyFile(`hibah key file\nvkey: ${seven}\n\n${example}\n`, "correct horse")).name, `${ORIGIN}/org/7`);

// Refusals.
const pem = (der) => `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${der.toString("base64").match(/.{1,64}/g).join("\n")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
const head = (one) => one.slice(0, one.indexOf("-----"));
const swapped = (from, to) => head(made) + pem(Buffer.from(der(made).toString("hex").replace(from, to), "hex"));
const openssl = (...given) => execFileSync("openssl", given, { stdio: "pipe" });
openssl("genpkey", "-algorithm", "X25519", "-out", file("x.pem"));
openssl("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "1000", "-in", file("x.pem"), "-passout", `pass:${PASSPHRASE}`, "-out", file("x.key"));
openssl("genpkey", "-algorithm", "ED25519", "-out", file("e.pem"));
openssl("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "1000", "-in", file("e.pem"), "-passout", `pass:${PASSPHRASE}`, "-out", file("e.key"));
const refusals = [
  ["no file at all", "", "not-a-key-file"],
  ["a letter", "Yth. Bapak Wali Kota\n", "not-a-key-file"],
  ["another first line", made.replace("hibah key file", "hibah  key file"), "not-a-key-file"],
  ["lines of DOS", made.replaceAll("\n", "\r\n"), "not-a-key-file"],
  ["cut short", made.slice(0, -60), "not-a-key-file"],
  ["a certificate", made.replaceAll("ENCRYPTED PRIVATE KEY", "CERTIFICATE"), "not-a-key-file"],
  ["not encrypted", head(made) + readFileSync(file("e.pem"), "utf8"), "not-a-key-file"],
  ["another public half", `${head(theirs)}${made.slice(made.indexOf("-----"))}`, "another-key"],
  ["an id that is not the key's", made.replace(/\+([0-9a-f]{8})\+/, (_, id) => `+${id.replace(/./, (one) => (one === "0" ? "1" : "0"))}+`), "not-a-key-file"],
  ["AES-128", swapped("60864801650304012a", "608648016503040102"), "another-algorithm"],
  ["HMAC with SHA-1", swapped("2a864886f70d0209", "2a864886f70d0207"), "another-algorithm"],
  ["PBES1", swapped("2a864886f70d01050d", "2a864886f70d010503"), "another-algorithm"],
  ["scrypt", swapped("2a864886f70d01050c", "2a864886f70d01050b"), "another-algorithm"],
  ["no rounds", swapped("02030927c0", "0203000000"), "too-many-rounds"],
  ["5,000,001 rounds", swapped("02030927c0", "02034c4b41"), "too-many-rounds"],
  ["one round more", swapped("02030927c0", "02030927c1"), "wrong-passphrase"],
  ["a key to agree on secrets", head(made) + readFileSync(file("x.key"), "utf8"), "another-algorithm"],
  ["the key of somebody else, made by openssl", head(made) + readFileSync(file("e.key"), "utf8"), "another-key"],
];
for (const [what, bytes, code] of refusals) await assert.rejects(keyfile.openKeyFile(bytes, PASSPHRASE), refused(code), what);
for (const wrong of ["", "kata sandi yang panjang", `${PASSPHRASE} `, PASSPHRASE.normalize("NFD")]) {
  await assert.rejects(keyfile.openKeyFile(made, wrong), refused("wrong-passphrase"), wrong);
}
await assert.rejects(keyfile.makeKeyFile(`${ORIGIN}/org/new`, "123456789"), refused("passphrase-too-short"));
await assert.rejects(keyfile.makeKeyFile(`${ORIGIN}/Org`, PASSPHRASE), refused("bad-key-name"));
await assert.rejects(keyfile.renamed("", `${ORIGIN}/org/1`), refused("not-a-key-file"));

// A file that openssl made opens; with any byte of its container changed it opens no more.
const theirHalf = openssl("pkey", "-in", file("e.pem"), "-pubout", "-outform", "DER").subarray(-32);
const theirHead = `hibah key file\nvkey: ${await keyfile.vkeyOf(`${ORIGIN}/org/2`, new Uint8Array(theirHalf))}\n\n`;
const whole = der(readFileSync(file("e.key"), "utf8"));
writeFileSync(file("quick.key"), theirHead + pem(whole));
const quick = await keyfile.openKeyFile(theirHead + pem(whole), PASSPHRASE);
assert.equal(quick.name, `${ORIGIN}/org/2`);
let changed = 0;
for (let at = 0; at < whole.length; at += 1) {
  const other = Buffer.from(whole);
  other[at] ^= 1;
  await assert.rejects(keyfile.openKeyFile(theirHead + pem(other), PASSPHRASE), Refused, `byte ${at}`);
  changed += 1;
}

// As it was pasted, or typed from paper.
assert.equal(keyfile.tidied(`  ${made.replaceAll("\n", "\r\n  ")} \n`), made);
assert.equal(keyfile.tidied(made.replace(/([A-Za-z0-9+/]{20})/g, "$1 \n")), made);
for (const bad of ["", head(made), made.slice(made.indexOf("-----"))]) assert.throws(() => keyfile.tidied(bad), refused("not-a-key-file"));

// The golden statements, signed again: byte for byte what the program signed.
const keys = new Map();
for (const { name, seed, vkey } of lines("keys")) {
  const opened = await keyfile.openKeyFile(await keyOf(name, bytesOfHex(seed)), PASSPHRASE);
  assert.equal(`${opened.signer}+${vkey.split("+").slice(2).join("+")}`, vkey);
  keys.set(opened.signer, opened);
}
let signed = 0;
for (const { name, expect, note_base64, origin } of lines("statements")) {
  const note = decoded(note_base64);
  if (expect !== "accepted" || name.includes("cofactor")) continue;
  const draft = note.slice(0, note.lastIndexOf("\n\n") + 2);
  const { value } = statements.readDraft(bytesOf(draft), origin, characters);
  // In the order of the note and in the other: each line goes to its place, and again over what is signed.
  for (const order of [value.signers, [...value.signers].reverse(), [...value.signers, ...value.signers]]) {
    let file = draft;
    for (const signer of order) file = await signStatement(file, keys.get(signer), origin, characters);
    assert.equal(file, note, name);
  }
  signed += 1;
}

// Statements of every kind: signed here and by the program, the same bytes; told in words, nothing left out.
const drafts = readFileSync(samples, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const say = (name) => ({ "field-amount": "Nilai", yes: "ya", no: "tidak", sealed: "tersegel", bytes: "bita", empty: "kosong" })[name] ?? "";
const asSigner = (draft) => draft.replace(/"signers":\[.*?\]/, `"signers":["${quick.signer}"]`);
const scalars = (value) => (value !== null && typeof value === "object" ? Object.values(value).flatMap(scalars) : [value]);
const months = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];
const asTold = (value) => {
  const date = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value);
  if (date) return `${Number(date[3])} ${months[date[2] - 1]} ${date[1]}`;
  return value === true ? "ya" : value === false ? "tidak" : String(value);
};
let told = 0;
for (const [at, sample] of drafts.entries()) {
  const draft = asSigner(sample);
  const { kind, value } = statements.readDraft(bytesOf(draft), ORIGIN, characters);
  const rows = describe(draft, { origin: ORIGIN, characters, say, lang: "id" });
  // Each value takes a row of its own away, so that one row cannot stand for two.
  const left = rows.map((row) => row.value);
  for (const scalar of scalars(value)) {
    const expected = asTold(scalar);
    const alone = left.findIndex((shown) => shown === expected || [`Rp ${expected}`, `-Rp ${expected.slice(1)}`, `${expected} bita`].includes(shown));
    const found = alone >= 0 ? alone : left.findIndex((shown) => shown.replaceAll(".", "").endsWith(expected.replaceAll("-", "")));
    assert.notEqual(found, -1, `${kind} leaves out ${scalar}: ${JSON.stringify(left)}`);
    left.splice(found, 1);
    told += 1;
  }
  assert.ok(rows.every(({ label, value, level }) => label !== "" && typeof value === "string" && level >= 0));
  if (at % 4 !== 0) continue;
  writeFileSync(file("draft"), draft);
  run("sign", file("draft"), "--key", file("quick.key"), "--out", file(`signed-${at}`));
  assert.equal(await signStatement(draft, quick, ORIGIN, characters), readFileSync(file(`signed-${at}`), "utf8"), kind);
}
const application = asSigner(drafts.find((draft) => draft.includes("\napplication.submitted\n"))).replaceAll('"amount":5', '"amount":75000000');
const rows = describe(application, { origin: ORIGIN, characters, say, lang: "id" });
assert.deepEqual(rows.find(({ label }) => label === "Nilai"), { label: "Nilai", value: "Rp 75.000.000", level: 0, letters: false, folded: false });
assert.deepEqual(rows.filter(({ label }) => label.startsWith("budget lines")).map(({ label }) => label), ["budget lines 1", "budget lines 2"]);
// A code is told by its word and by itself.
const titled = (name) => ({ "term-title-teks judul": "Proposal", "term-form-money": "uang" })[name] ?? say(name);
const inWords = describe(application, { origin: ORIGIN, characters, say: titled, lang: "id" }).map(({ value }) => value);
for (const value of ["Proposal (teks judul)", "uang (money)", "application.submitted"]) assert.ok(inWords.includes(value), value);
const dollars = describe(application, { origin: ORIGIN, characters, say, lang: "en", currency: "USD 2" });
assert.equal(dollars.find(({ label }) => label === "Nilai").value, "USD 750,000.00");
const digest = rows.find(({ value }) => value === "ab".repeat(32));
assert.deepEqual(digest, { label: "documents 1: sha256", value: "ab".repeat(32), level: 0, letters: true, folded: true });
for (const seen of ["bayar tunai +12345678", `${"ab".repeat(32)} lunas`, `${"AB".repeat(32)}`]) {
  const found = describe(application.replace("teks judul", seen), { origin: ORIGIN, characters, say, lang: "id" }).find(({ value }) => value === seen);
  assert.equal(found.folded, false, seen);
}
// Which key is revoked is never folded away.
const revoked = describe(asSigner(drafts.find((draft) => draft.includes("\nkey.revoked\n"))), { origin: ORIGIN, characters, say, lang: "id" });
assert.ok(revoked.some(({ label, letters, folded }) => label === "key" && letters && !folded), JSON.stringify(revoked));
const hostile = application.replace("teks judul", "<b>teks</b>");
assert.ok(describe(hostile, { origin: ORIGIN, characters, say, lang: "id" }).some(({ value }) => value === "<b>teks</b>"));
for (const [what, bytes, code] of [
  ["a turned direction", application.replace("teks judul", "teks \u202ejudul"), "bad-character"],
  ["another spelling", application.replace('{"about"', '{ "about"'), "not-canonical"],
  ["another ledger", application.replace(ORIGIN, "other.example/ledger"), "wrong-origin"],
  ["a request to sign in", `hibah desk login v1\n${ORIGIN}\n${"00".repeat(32)}\n2026-01-20T03:04:05.678Z\n\n`, "wrong-version"],
]) {
  assert.throws(() => describe(bytes, { origin: ORIGIN, characters, say, lang: "id" }), refused(code), what);
  await assert.rejects(signStatement(bytes, quick, ORIGIN, characters), refused(code), what);
}
await assert.rejects(signStatement(application, before, ORIGIN, characters), refused("not-a-signer"));
const elsewhere = await keyfile.openKeyFile(await keyfile.makeKeyFile("other.example/ledger/org/1", PASSPHRASE), PASSPHRASE);
await assert.rejects(signStatement(application, elsewhere, ORIGIN, characters), refused("another-ledger"));
await assert.rejects(signBatch([application, application.replace(quick.signer, after.signer)], quick, ORIGIN, characters), refused("not-a-signer"));
assert.equal((await signBatch([application, application], quick, ORIGIN, characters)).length, 2);

// Signing in.
const challenge = `hibah desk login v1\n${ORIGIN}\n${"ab".repeat(32)}\n2026-01-20T03:04:05.678Z\n`;
const note = await login.answer(challenge, key, ORIGIN);
assert.equal(note.slice(0, challenge.length + 1), `${challenge}\n`);
const signature = Buffer.from(note.split(" ").at(-1), "base64").subarray(4);
await checkSignature((await readVkey(vkey)).key, bytesOf(challenge), new Uint8Array(signature));
for (const [what, bytes, code] of [
  ["a statement", application, "not-a-challenge"],
  ["a line more", `${challenge}x\n`, "not-a-challenge"],
  ["capitals", challenge.replace("ab", "AB"), "not-a-challenge"],
  ["another ledger", challenge.replace(ORIGIN, "other.example/ledger"), "another-ledger"],
]) await assert.rejects(login.answer(bytes, key, ORIGIN), refused(code), what);
await assert.rejects(login.answer(challenge, elsewhere, ORIGIN), refused("another-ledger"));

// Readings of sealed values: told whole, signed by the key that is asked, and nothing else is one.
const asking = (reason, ...values) => `hibah vault reading v1\n${ORIGIN}\n${"ab".repeat(32)}\n2026-01-20T03:04:05.678Z\n${key.signer}\n${reason}\n${values.map((one) => `${one}\n`).join("")}`;
const [account, chair] = [`${"cd".repeat(32)} /body/sealed/account org/7`, `${"ef".repeat(32)} /body/sealed/chair case/7/1`];
const request = asking("Audit 2026", account, chair);
const desk = { origin: ORIGIN, characters, lang: "id", say: (name) => name };
const rowsTold = reading.describeReading(request, desk);
assert.equal(rowsTold.key, key.signer);
for (const part of ["field-account, org/7", "field-chair, case/7/1", "Audit 2026", ORIGIN, key.signer, "cd".repeat(32), "ef".repeat(32)]) {
  assert.ok(rowsTold.rows.some(({ value }) => value === part), part);
}
const answered = await reading.answerReading(request, key, desk);
assert.equal(answered.slice(0, request.length + 1), `${request}\n`);
await checkSignature((await readVkey(vkey)).key, bytesOf(request), new Uint8Array(Buffer.from(answered.split(" ").at(-1), "base64").subarray(4)));
for (const [what, text, code] of [
  ["a statement", application, "not-a-reading"],
  ["a request to sign in", challenge, "not-a-reading"],
  ["no value", asking("Audit 2026"), "not-a-reading"],
  ["no reason", asking("", account), "not-a-reading"],
  ["a line that is no value", asking("Audit 2026", account, "x"), "not-a-reading"],
  ["an empty line", `${request}\n`, "not-a-reading"],
  ["no end", request.slice(0, -1), "not-a-reading"],
  ["a place elsewhere", asking("Audit 2026", account.replace("sealed", "money")), "not-a-reading"],
  ["text that is turned round", asking("Audit \u202e2026", account), "bad-character"],
  ["another ledger", request.replaceAll(ORIGIN, "other.example/ledger"), "another-ledger"],
  ["another's key", request.replace(key.signer, before.signer), "not-a-signer"],
]) await assert.rejects(reading.answerReading(text, key, desk), refused(code), what);
await assert.rejects(login.answer(request, key, ORIGIN), refused("not-a-challenge"));

// Openings, as the golden ones.
let opened = 0;
for (const { name, expect, note_base64, opening_base64, origin, value } of lines("openings")) {
  if (expect !== "accepted") continue;
  const statement = decoded(note_base64);
  const { note, value: content } = statements.readDraft(bytesOf(statement), origin, characters);
  const [, hash, pointer, salt] = decoded(opening_base64).split("\n");
  const field = pointer.split("/").at(-1);
  const made = await seal.sealed(origin, content.about, field, ` ${value.normalize("NFD")}`, characters, bytesOfHex(salt));
  assert.equal(made.commitment, content.body.sealed[field], name);
  assert.equal(seal.openingOf(made, hash), decoded(opening_base64), name);
  opened += note.lines.length;
}
const sealed = await Promise.all([1, 2].map(() => seal.sealed(ORIGIN, "org/1", "account", "123", characters)));
assert.notEqual(sealed[0].commitment, sealed[1].commitment);
await assert.rejects(seal.sealed(ORIGIN, "org/1", "account", "  ", characters), refused("nothing-to-seal"));
await assert.rejects(seal.sealed(ORIGIN, "org/1", "account", "1\u200b2", characters), refused("bad-character"));
await assert.rejects(seal.sealed(ORIGIN, "org/1", "a/b", "1", characters), refused("bad-field-name"));

// Documents: the digest of any length; pauses that grow, and an end of trying.
for (const length of [0, 1, 1_048_575, 1_048_576, 1_048_577, 3_000_000]) {
  const bytes = Buffer.alloc(length, "dokumen ");
  assert.equal(await digestOf(new Blob([bytes])), createHash("sha256").update(bytes).digest("hex"), `${length} bytes`);
}
let newest;
async function sends(answers) {
  const [asked, pauses] = [[], []];
  globalThis.fetch = async (place, { method }) => {
    asked.push(`${method} ${place}`);
    newest = place;
    const [status, offset] = answers.length > 1 ? answers.shift() : answers[0];
    if (status === 0) throw new TypeError("no network");
    return new Response(null, { status, headers: offset === undefined ? {} : { "hibah-offset": offset } });
  };
  const given = { address: "/documents", csrf: "token", pause: async (ms) => pauses.push(ms) };
  const outcome = await upload(new Blob([Buffer.alloc(1_500_000)]), "d", given).then(() => "sent", ({ code }) => code);
  return [outcome, asked.map((one) => one.replace("/documents/d", "").replace("&of=1500000", "")).join(","), pauses.join(",")];
}
// The last piece says how large the document is, so that it is known to be whole.
await sends([[404], [204], [204]]).then(() => assert.equal(newest, "/documents/d?at=1048576&of=1500000"));
const pauses = "1000,2000,4000,8000,16000,30000,30000";
for (const [answers, expected] of [
  [[[404], [204], [204]], ["sent", "HEAD ,PUT ?at=0,PUT ?at=1048576", ""]],
  [[[200, "1048576"], [204]], ["sent", "HEAD ,PUT ?at=1048576", ""]],
  [[[200, "1500000"]], ["sent", "HEAD ", ""]],
  [[[404], [204], [0], [0], [200, "1048576"], [204]], ["sent", "HEAD ,PUT ?at=0,PUT ?at=1048576,HEAD ,HEAD ,PUT ?at=1048576", "1000,2000"]],
  [[[404], [409], [200, "1048576"], [204]], ["sent", "HEAD ,PUT ?at=0,HEAD ,PUT ?at=1048576", "1000"]],
  [[[0]], ["unreachable", Array(8).fill("HEAD ").join(","), pauses]],
  [[[503]], ["unreachable", Array(8).fill("HEAD ").join(","), pauses]],
  [[[404], [413]], ["document-too-large", "HEAD ,PUT ?at=0", ""]],
  [[[401]], ["signed-out", "HEAD ", ""]],
  [[[200]], ["document-refused", "HEAD ", ""]],
  [[[200, "1500001"]], ["document-refused", "HEAD ", ""]],
  [[[200, "-1"]], ["document-refused", "HEAD ", ""]],
]) assert.deepEqual(await sends(answers), expected);

console.log(`${refusals.length} files and ${changed} changed bytes refused; ${signed} golden statements signed; ${drafts.length} kinds, ${told} values told; ${opened} openings`);
