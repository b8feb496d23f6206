// node tests/browser/desk_pages.mjs [FOLDER FOR PICTURES]: the desk's scripts on plain pages, in a real browser, with Ed25519 in its
// WebCrypto and without: a signing file is made, signs in, signs statements; what the server gets is checked by the same modules.
// Everything under the policy of the real pages, with axe-core, at 360 and 1280 px. Ends with 1 when something is wrong.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { folder, modules } from "./folder.mjs";

const [shots] = process.argv.slice(2);
const root = new URL("../../", import.meta.url);
const source = (path) => readFileSync(new URL(path, root), "utf8");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [keyfile, statements, { readNote, readVkey }, { bytesOf }, { checkSignature }] =
  await modules("keyfile", "statement", "note", "refused", "signature");
const characters = statements.charactersOf(source("schema/characters-v1.txt"));

const ORIGIN = "hibah.example/ledger";
const PASSPHRASE = "empat kata yang panjang";
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const CHALLENGE = `hibah desk login v1\n${ORIGIN}\n${"ab".repeat(32)}\n2026-01-20T03:04:05.678Z\n`;

/** The sentences, as a page has them. */
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const rust = source("src/desk/browser/words.rs");
const constants = new Map([...rust.matchAll(new RegExp(`const (\\w+): &str = (${quoted});`, "gs"))].map(([, name, text]) => [name, text]));
const said = (text) => (constants.get(text) ?? text).slice(1, -1).replace(/\\\n\s*/g, "").replaceAll("\\n", "\n");
const words = [...rust.matchAll(new RegExp(String.raw`\(\s*(${quoted}),\s*(${quoted}|[A-Z_]+),\s*(${quoted}|[A-Z_]+),?\s*\)`, "g"))]
  .map(([, ...texts]) => texts.map(said));
assert.ok(words.length > 50, "the sentences are not found any more");
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const template = (lang) => words.map(([name, id, en]) => `<span data-word="${name}">${escaped(lang === "id" ? id : en)}</span>`).join("");

function page(lang, title, content) {
  return `<!DOCTYPE html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/style.css"><script type="module" src="/assets/desk/desk.js"></script></head>
<body><main data-desk-origin="${ORIGIN}" data-desk-csrf="token" data-desk-currency="IDR 0"><template data-desk-words>${template(lang)}</template>
<h1>${title}</h1>${content}</main></body></html>`;
}

const STYLE = "body{font:1rem/1.5 sans-serif;margin:1rem;max-width:60rem;overflow-wrap:anywhere}input,select,textarea,button{font:inherit;max-width:100%;box-sizing:border-box}label{display:block}input[type=password],select,textarea,input:not([type]){width:100%}dd{margin:0 0 .5rem}dt{font-weight:bold}[data-level='1']{margin-inline-start:1rem}[data-level='2']{margin-inline-start:2rem}.desk-fault{color:#a00}.letters{font-family:monospace}";

/** What was sent, newest last. */
const posted = [];
const BUTTON = '<button name="act" value="submit">Kirim</button>';
const state = { drafts: [], button: BUTTON, challenge: CHALLENGE, version: 1, title: "", refuse: 0, document: Buffer.alloc(0), pieces: 0, failures: [] };

/** Takes a document piece by piece; `failures` says what becomes of the next ones. */
function documents(request, response, offset) {
  if (request.method === "HEAD") {
    response.writeHead(state.document.length > 0 ? 200 : 404, { "hibah-offset": state.document.length });
    return response.end();
  }
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    state.pieces += 1;
    const failure = state.failures.shift();
    if (failure === "dropped") return request.socket.destroy();
    if (typeof failure === "number") return response.writeHead(failure).end();
    assert.equal(request.headers["x-hibah-csrf"], "token");
    if (offset !== state.document.length) return response.writeHead(409).end();
    state.document = Buffer.concat([state.document, ...parts]);
    // The answer to this one is lost.
    if (failure === "taken") return request.socket.destroy();
    response.writeHead(204).end();
  });
}

const pages = {
  "/keys": (lang) => page(lang, "Berkas", `<form method="post" action="/registered"><input type="hidden" name="public_key"><section data-desk="key"></section><button>Daftar</button></form>`),
  "/login": (lang) => page(lang, "Masuk", `<form data-desk="login" method="post" action="/signed-in"><input type="hidden" name="challenge" value="${state.challenge}"><input type="hidden" name="note"><input type="hidden" name="public_key"><button>Masuk</button></form>`),
  "/draft": (lang) => page(lang, "Draf", `<form data-desk="draft seal" data-about="org/7" method="post" action="/draft"><input type="hidden" name="version" value="${state.version}"><input type="hidden" name="csrf" value="token">
<label>Judul <input name="title" value="${escaped(state.title)}"></label><label><input type="checkbox" name="agreed" value="yes"> Setuju</label><label>Rekening <input name="account" data-seal="account"></label><p data-desk-saved></p><button name="act" value="next">Lanjut</button></form>`),
  "/recorded": (lang) => page(lang, "Tercatat", `<p data-desk="forget" data-commitments="${state.recorded}">Tercatat.</p>`),
  "/upload": (lang) => page(lang, "Unggah", `<form method="post" action="/uploaded"><p><label for="f">Proposal</label><input id="f" type="file" name="proposal" data-desk="upload" data-address="/documents"><span class="there">Sudah diunggah: lama.pdf</span>${["sha256", "bytes", "media_type", "name"].map((part) => `<input type="hidden" name="proposal_${part}">`).join("")}</p><button>Lanjut</button></form>`),
  "/sign": (lang) => page(lang, "Tanda tangan", `<form data-desk="sign" method="post" action="/signed"><div data-desk-shown></div>${state.drafts.map((draft) => `<textarea name="statement" hidden>\n${escaped(draft)}</textarea>`).join("")}${state.button}</form>`),
};

const types = { js: "text/javascript; charset=utf-8", txt: "text/plain; charset=utf-8" };
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const answer = (status, type, body) => {
    response.writeHead(status, { "content-type": type, "content-security-policy": POLICY });
    response.end(body);
  };
  if (pathname.startsWith("/assets/desk/")) {
    const name = pathname.slice("/assets/desk/".length);
    return answer(200, types[name.split(".").at(-1)], readFileSync(join(folder, name)));
  }
  if (pathname === "/favicon.ico") return answer(204, "image/x-icon", "");
  if (pathname === "/style.css") return answer(200, "text/css", STYLE);
  if (pathname.startsWith("/documents/")) return documents(request, response, Number(searchParams.get("at")));
  if (request.method === "POST") {
    let body = "";
    request.on("data", (piece) => { body += piece; });
    request.on("end", () => {
      posted.push({ path: pathname, body, form: new URLSearchParams(body) });
      const { form } = posted.at(-1);
      if (form.get("autosave") !== "1") return answer(200, "text/html; charset=utf-8", page("id", "Diterima", ""));
      if (state.refuse === 303) return response.writeHead(303, { location: "/login" }).end();
      if (state.refuse !== 0) return answer(state.refuse, "application/json", "{}");
      assert.equal(request.headers["x-hibah-csrf"], "token");
      state.version += 1;
      state.title = form.get("title");
      answer(200, "application/json", JSON.stringify({ version: state.version }));
    });
    return;
  }
  if (pages[pathname]) return answer(200, "text/html; charset=utf-8", pages[pathname](searchParams.get("lang") ?? "id"));
  answer(404, "text/plain", "");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const faults = [];

async function opened(context, path) {
  const tab = await context.newPage();
  tab.setDefaultTimeout(30_000);
  // What a test brings about, the browser tells too.
  const meant = /status of (?:401|404|409|413|422|503)|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_RESET/;
  tab.on("console", (message) => message.type() === "error" && !meant.test(message.text()) && faults.push(`${path}: console: ${message.text()}`));
  tab.on("pageerror", (error) => faults.push(`${path}: ${error.message}`));
  await tab.goto(base + path);
  await tab.locator("[data-desk-ready], [data-desk-failed]").first().waitFor();
  return tab;
}

async function judged(tab, path, name) {
  await tab.evaluate(axe);
  for (const width of [360, 1280]) {
    await tab.setViewportSize({ width, height: 800 });
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) faults.push(`${path}: ${wide} px wider than ${width} px`);
    if (shots) await tab.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
  }
  const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) faults.push(`${path}: axe ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
}

/** The newest of what was sent to `path`, once it is there. */
async function sent(tab, path, act) {
  const before = posted.length;
  await Promise.all([tab.waitForNavigation({ url: `${base}${path}` }), act()]);
  assert.equal(posted.length, before + 1);
  assert.equal(posted.at(-1).path, path);
  assert.ok(!decodeURIComponent(posted.at(-1).body.replaceAll("+", " ")).includes(PASSPHRASE), "the passphrase was sent");
  assert.ok(!posted.at(-1).body.includes("ENCRYPTED"), "the signing file was sent");
  return posted.at(-1).form;
}

/** A form ends its lines in CR LF. */
const lines = (form, name) => form.getAll(name).map((value) => value.replaceAll("\r\n", "\n"));

async function makesAFile(context, view) {
  const tab = await opened(context, "/keys");
  await tab.getByText("Buat berkas penandatanganan baru").click();
  await judged(tab, "/keys", `keys-new-${view}`);
  const make = tab.getByRole("button", { name: "Buat berkas" });
  const fault = tab.getByRole("alert");
  const fill = async (label, first, again) => {
    await tab.getByLabel("Nama berkas bagi Anda").fill(label);
    await tab.getByLabel("Frasa sandi baru").fill(first);
    await tab.getByLabel("Frasa sandi yang sama sekali lagi").fill(again);
    await make.click();
  };
  await fill("Yayasan Contoh", "pendek", "pendek");
  await fault.getByText("terlalu pendek").waitFor();
  await fill("Yayasan Contoh", PASSPHRASE, `${PASSPHRASE}x`);
  await fault.getByText("berbeda").waitFor();
  await tab.getByLabel("Frasa sandi baru").fill(PASSPHRASE.slice(1));
  await tab.getByLabel("Frasa sandi yang sama sekali lagi").fill(PASSPHRASE);
  // Enter is for this part, not for the form around it.
  await tab.keyboard.press("Enter");
  await fault.getByText("berbeda").waitFor();
  await fill("Yayasan Contoh", PASSPHRASE, PASSPHRASE);
  await tab.getByText("“Yayasan Contoh” dipakai dalam formulir ini").or(tab.getByText("Berkas sudah dibuat")).first().waitFor();
  await tab.getByText("Belum ada salinan").waitFor();
  const [download] = await Promise.all([tab.waitForEvent("download"), tab.getByRole("button", { name: "Simpan salinan" }).click()]);
  assert.equal(download.suggestedFilename(), "yayasan-contoh.key");
  const text = readFileSync(await download.path(), "utf8");
  await tab.getByText("Salinan disimpan pada").waitFor();
  const [sheet] = await Promise.all([tab.waitForEvent("download"), tab.getByRole("button", { name: "Cetak lembar pemulihan" }).click()]);
  assert.equal(sheet.suggestedFilename(), "yayasan-contoh.pdf");
  const pdf = readFileSync(await sheet.path(), "latin1");
  // "Recovery sheet", and whose it is.
  assert.ok(pdf.startsWith("%PDF-") && ["Recovery sheet", "Yayasan Contoh"].every((line) => pdf.includes(Buffer.from(line).toString("hex"))));
  const key = await keyfile.openKeyFile(text, PASSPHRASE);
  assert.equal(key.name, `${ORIGIN}/org/new`);
  await judged(tab, "/keys", `keys-${view}`);
  const form = await sent(tab, "/registered", () => tab.getByRole("button", { name: "Daftar" }).click());
  assert.equal(form.get("public_key"), Buffer.from(key.publicKey).toString("base64"));
  assert.equal([...form].length, 1, "nothing but the public half is sent");
  await tab.close();
  return { text, key };
}

async function signsIn(context, { key }, view) {
  const tab = await opened(context, "/login");
  await judged(tab, "/login", `login-${view}`);
  const passphrase = tab.getByLabel("Frasa sandi");
  const submit = () => tab.getByRole("button", { name: "Masuk" }).click();
  const before = posted.length;
  await passphrase.fill("bukan frasa sandinya");
  await submit();
  await tab.getByRole("alert").getByText("tidak membuka").waitFor();
  assert.equal(posted.length, before, "nothing is sent without a signature");
  await passphrase.fill(PASSPHRASE);
  const form = await sent(tab, "/signed-in", submit);
  const note = readNote(bytesOf(lines(form, "note")[0]), (length) => length === 68);
  assert.equal(note.text, CHALLENGE);
  assert.equal(note.lines[0].signer, key.signer);
  await checkSignature(key.publicKey, bytesOf(note.text), note.lines[0].signature);
  assert.equal(form.get("public_key"), Buffer.from(key.publicKey).toString("base64"));
  await tab.close();
}

/** The challenge of another ledger is not signed, whatever the server says. */
async function refusesAnotherLedger(context) {
  state.challenge = CHALLENGE.replace(ORIGIN, "other.example/ledger");
  const tab = await opened(context, "/login");
  await tab.getByLabel("Frasa sandi").fill(PASSPHRASE);
  await tab.getByRole("button", { name: "Masuk" }).click();
  await tab.getByRole("alert").getByText("buku besar lain").waitFor();
  state.challenge = CHALLENGE;
  await tab.close();
}

const draftOf = (signers, amount) => `hibah/statement/v1\n${ORIGIN}\napplication.submitted\n${JSON.stringify({
  about: "case/7/1", after: "11".repeat(32), body: { amount, budget_lines: [{ amount: 2, line: "meja <b>kayu</b>" }, { amount: 3, line: "kursi" }],
    documents: [{ media_type: "application/pdf", sha256: "ab".repeat(32), size: 1234567, title: "proposal" }], title: "Perbaikan atap" },
  event_date: "2026-01-20", expires: "2026-02-03", signers })}\n\n`;

async function signs(context, { text, key }, view) {
  const vkey = await keyfile.vkeyOf(`${ORIGIN}/org/7`, key.publicKey);
  const own = (await readVkey(vkey)).signer;
  state.drafts = [draftOf([own], 75_000_000), draftOf([own], 5)];
  const tab = await opened(context, "/sign");
  await tab.getByText("Rp 75.000.000").waitFor();
  await tab.getByText("meja <b>kayu</b>").first().waitFor();
  await tab.getByText("1.234.567 bita").first().waitFor();
  await judged(tab, "/sign", `sign-${view}`);
  // What somebody writes into the page after it was shown is not signed.
  await tab.evaluate(() => { document.querySelector("textarea[name=statement]").value = "hibah/statement/v1\n"; });
  await tab.getByLabel("Frasa sandi").fill(PASSPHRASE);
  const form = await sent(tab, "/signed", () => tab.getByRole("button", { name: "Kirim" }).click());
  assert.equal(form.get("act"), "submit", "the button that was pressed is sent too");
  const signed = lines(form, "statement");
  assert.equal(signed.length, 2);
  for (const [at, one] of signed.entries()) {
    assert.ok(one.startsWith(state.drafts[at]));
    const read = await statements.readStatement(bytesOf(one), ORIGIN, characters, () => key.publicKey);
    assert.equal(read.value.body.amount, [75_000_000, 5][at]);
  }
  await tab.close();
  // In a browser that keeps nothing, the same file is dropped on the form.
  const other = await context.browser().newContext();
  const elsewhere = await opened(other, "/sign");
  await elsewhere.getByLabel("Frasa sandi").fill(PASSPHRASE);
  await elsewhere.getByRole("button", { name: "Kirim" }).click();
  await elsewhere.getByRole("alert").getByText("Pilih berkasnya dahulu").waitFor();
  await elsewhere.evaluate((dropped) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([dropped], "a.key"));
    document.querySelector(".desk-chooser").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, text);
  assert.equal(await elsewhere.getByLabel("Berkas", { exact: true }).evaluate((input) => input.files.length), 1);
  assert.deepEqual(lines(await sent(elsewhere, "/signed", () => elsewhere.getByRole("button", { name: "Kirim" }).click()), "statement"), signed);
  await other.close();
}

/** A statement that the page would refuse is shown, and there is nothing to sign it with. */
async function showsWithoutSigning(context) {
  state.drafts = [draftOf([`${ORIGIN}/org/7+00000000`], 5)];
  state.button = "";
  const tab = await opened(context, "/sign");
  await tab.getByText("Rp 5", { exact: true }).waitFor();
  assert.equal(await tab.locator("input[type=password]").count(), 0);
  state.button = BUTTON;
  await tab.close();
}

/** What cannot be told in words cannot be signed. */
async function refusesWhatItCannotTell(context) {
  state.drafts = [draftOf([`${ORIGIN}/org/7+00000000`], 5).replace('"amount":5', '"amount":5e0')];
  const tab = await opened(context, "/sign");
  assert.equal(await tab.getByRole("button", { name: "Kirim" }).isDisabled(), true);
  assert.notEqual((await tab.getByRole("alert").textContent()).trim(), "");
  await tab.close();
}

async function restores(context, { text }, view) {
  const other = await context.browser().newContext();
  const tab = await opened(other, "/keys");
  await tab.getByText("Pulihkan dari salinan").click();
  await tab.getByLabel("Atau teks dari lembar pemulihan").fill(text.replaceAll("\n", "\n "));
  await tab.getByLabel("Frasa sandi", { exact: true }).last().fill("bukan frasa sandinya");
  const restore = tab.getByRole("button", { name: "Pulihkan" });
  await restore.click();
  await tab.getByRole("alert").getByText("tidak membuka").waitFor();
  await tab.getByLabel("Frasa sandi", { exact: true }).last().fill(PASSPHRASE);
  await restore.click();
  await tab.getByText("Berkas dari salinan").waitFor();
  await judged(tab, "/keys", `restored-${view}`);
  await tab.getByRole("button", { name: "Hapus dari peramban ini" }).click();
  await tab.getByRole("button", { name: "Ya, hapus" }).click();
  await tab.getByText("sudah dihapus").waitFor();
  await tab.reload();
  await tab.locator("[data-desk-ready]").first().waitFor();
  assert.equal(await tab.getByText("Berkas dari salinan").count(), 0);
  await other.close();
}

/** A document of several pieces, over a network that drops. */
async function uploads(context, view) {
  const tab = await opened(context, "/upload");
  const bytes = Buffer.alloc(2_500_000, "isi dokumen ");
  const expected = createHash("sha256").update(bytes).digest("hex");
  const file = { name: "Proposal Kami.pdf", mimeType: "application/pdf", buffer: bytes };
  Object.assign(state, { document: Buffer.alloc(0), pieces: 0, failures: [null, "dropped", 503, "taken"] });
  assert.equal(await tab.getByText("lama.pdf").count(), 0);
  await tab.getByLabel("Proposal").setInputFiles(file);
  await judged(tab, "/upload", `upload-${view}`);
  // Until it is there, the form is not sent.
  await tab.getByRole("button", { name: "Lanjut" }).click();
  await tab.getByText("Tunggu sampai").waitFor();
  await tab.getByText("Sudah diunggah: Proposal Kami.pdf").waitFor();
  assert.ok(state.document.equals(bytes), "another document arrived");
  // Three pieces, and what was lost on the way; a browser asks again of its own accord too.
  assert.ok(state.pieces >= 5 && state.pieces <= 7, `${state.pieces} pieces`);
  const form = await sent(tab, "/uploaded", () => tab.getByRole("button", { name: "Lanjut" }).click());
  assert.deepEqual(Object.fromEntries(form), { proposal_sha256: expected, proposal_bytes: "2500000", proposal_media_type: "application/pdf", proposal_name: "Proposal Kami.pdf" });
  for (const [status, words] of [[413, "terlalu besar"], [401, "sudah keluar"], [422, "tidak diterima"]]) {
    Object.assign(state, { document: Buffer.alloc(0), failures: [status] });
    await tab.goto(`${base}/upload`);
    await tab.locator("[data-desk-ready]").first().waitFor();
    await tab.getByLabel("Proposal").setInputFiles(file);
    await tab.getByText(words).waitFor();
    assert.equal(await tab.locator("input[name=proposal_sha256]").inputValue(), "");
  }
  await tab.close();
}

/** Drafts are kept, here and there; what is sealed is kept by neither. */
async function drafts(context, { key }, view) {
  Object.assign(state, { version: 1, title: "", refuse: 0 });
  const tab = await opened(context, "/draft");
  const [title, saved] = [tab.getByLabel("Judul"), tab.locator("[data-desk-saved]")];
  const kept = () => tab.evaluate(() => JSON.stringify({ ...localStorage }));
  await tab.getByLabel("Rekening").fill("1234567890");
  await title.fill("Perbaikan atap");
  await saved.getByText(/^Tersimpan \d\d[.:]\d\d/).waitFor();
  assert.equal(posted.at(-1).path, "/draft");
  assert.equal(posted.at(-1).form.get("title"), "Perbaikan atap");
  assert.ok(!posted.at(-1).body.includes("1234567890"), "what is to be sealed was sent");
  assert.equal(await tab.locator("input[name=version]").inputValue(), "2");
  assert.equal(await kept(), "{}");
  await judged(tab, "/draft", `draft-${view}`);
  // No network: kept here, offered back, and saved once it is there again.
  await context.setOffline(true);
  await title.fill("Perbaikan atap masjid");
  await tab.getByLabel("Setuju").check();
  await saved.getByText("tidak ada jaringan").waitFor();
  assert.ok((await kept()).includes("Perbaikan atap masjid") && !(await kept()).includes("1234567890"));
  await tab.close();
  await context.setOffline(false);
  const later = await opened(context, "/draft");
  assert.equal(await later.getByLabel("Judul").inputValue(), "Perbaikan atap");
  await judged(later, "/draft", `draft-kept-${view}`);
  await later.getByRole("button", { name: "Pakai isian itu" }).click();
  assert.equal(await later.getByLabel("Judul").inputValue(), "Perbaikan atap masjid");
  assert.equal(await later.getByLabel("Setuju").isChecked(), true);
  await later.locator("[data-desk-saved]").getByText("Tersimpan").waitFor();
  assert.equal(posted.at(-1).form.get("agreed"), "yes");
  for (const status of [401, 303]) {
    state.refuse = status;
    await later.getByLabel("Judul").fill(`Lain ${status}`);
    await later.locator("[data-desk-saved]").getByText("sudah keluar").waitFor();
    state.refuse = 0;
    await later.getByLabel("Judul").fill("Perbaikan atap masjid");
    assert.equal(await later.evaluate(() => localStorage.length), 0, "what the server has is not kept here");
    await later.getByLabel("Judul").fill(`Perbaikan ${status}`);
    await later.locator("[data-desk-saved]").getByText("Tersimpan").waitFor();
    await later.getByLabel("Judul").fill("Perbaikan atap masjid");
    await later.waitForFunction(() => localStorage.length === 0);
  }
  // Changed elsewhere: said, kept, and not written over.
  state.refuse = 409;
  await later.getByLabel("Judul").fill("Lain");
  await later.locator("[data-desk-saved]").getByText("diubah di tempat lain").waitFor();
  await later.getByLabel("Judul").fill("Lain lagi");
  assert.ok((await later.evaluate(() => JSON.stringify({ ...localStorage }))).includes("Lain lagi"));
  // Handed in elsewhere: that is not the network's fault.
  await later.reload();
  await later.locator("[data-desk-ready]").first().waitFor();
  state.refuse = 404;
  await later.getByLabel("Judul").fill("Lain lagi sekali");
  await later.locator("[data-desk-saved]").getByText("sudah diserahkan atau dibuang").waitFor();
  await later.close();
  state.refuse = 0;
  const last = await opened(context, "/draft");
  await last.getByRole("button", { name: "Buang" }).click();
  assert.equal(await last.evaluate(() => JSON.stringify({ ...localStorage })), "{}");
  await last.getByLabel("Rekening").fill(" 1234567890");
  const form = await sent(last, "/draft", () => last.getByRole("button", { name: "Lanjut" }).click());
  assert.deepEqual([...form.keys()].sort(), ["act", "csrf", "sealed_account", "title", "touched", "version"]);
  await last.close();
  await opensWhatWasSealed(context, key, form.get("sealed_account"));
}

/** The opening goes with the signed statement, from the browser that sealed. */
async function opensWhatWasSealed(context, key, commitment) {
  const own = (await readVkey(await keyfile.vkeyOf(`${ORIGIN}/org/7`, key.publicKey))).signer;
  const text = draftOf([own], 5).replace('"about":"case/7/1"', '"about":"org/7"').replace('"title":"Perbaikan atap"', `"sealed":{"account":"${commitment}"},"title":"Perbaikan atap"`);
  state.drafts = [text];
  const tab = await opened(context, "/sign");
  await tab.getByText("tersegel; nilainya tidak dicatat").waitFor();
  await tab.getByText("Untuk diperiksa huruf demi huruf").click();
  await tab.getByText(commitment, { exact: true }).waitFor();
  await tab.getByLabel("Frasa sandi").fill(PASSPHRASE);
  const form = await sent(tab, "/signed", () => tab.getByRole("button", { name: "Kirim" }).click());
  const statement = await statements.readStatement(bytesOf(lines(form, "statement")[0]), ORIGIN, characters, () => key.publicKey);
  assert.equal(await statements.openCommitment(bytesOf(lines(form, "opening")[0]), ORIGIN, statement, characters), "1234567890");
  await tab.close();
  // Once it is recorded, this device has it no more.
  state.recorded = `${"00".repeat(32)} ${commitment}`;
  await (await opened(context, "/recorded")).close();
  const later = await opened(context, "/sign");
  await later.getByLabel("Frasa sandi").fill(PASSPHRASE);
  const again = await sent(later, "/signed", () => later.getByRole("button", { name: "Kirim" }).click());
  assert.deepEqual(again.getAll("opening"), []);
  await later.close();
}

function withoutEd25519() {
  const { subtle } = crypto;
  for (const name of ["importKey", "generateKey"]) {
    const native = subtle[name].bind(subtle);
    SubtleCrypto.prototype[name] = async (...given) => {
      if (given.some((one) => (one?.name ?? one) === "Ed25519")) throw new DOMException("unknown", "NotSupportedError");
      return native(...given);
    };
  }
}

for (const view of ["native", "vendored"]) {
  const context = await browser.newContext({ acceptDownloads: true, locale: "id-ID" });
  if (view === "vendored") await context.addInitScript(withoutEd25519);
  const made = await makesAFile(context, view);
  await signsIn(context, made, view);
  await refusesAnotherLedger(context);
  await signs(context, made, view);
  await showsWithoutSigning(context);
  await refusesWhatItCannotTell(context);
  await restores(context, made, view);
  await uploads(context, view);
  await drafts(context, made, view);
  await context.close();
}
await browser.close();
server.close();
if (faults.length > 0) {
  console.log(`${faults.length} faults:\n${[...new Set(faults)].join("\n")}`);
  process.exit(1);
}
console.log("the desk's pages work, with Ed25519 in the browser and without");
