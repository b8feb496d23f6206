// node tests/browser/ceremony.mjs HIBAH [FOLDER FOR PICTURES]: the page of the key ceremony, opened from a file in a browser that has no
// network, makes the files that `hibah init --keys` founds a ledger with. axe-core finds nothing at 360 and 1280 px, in both
// languages, and nothing is asked of any server. Ends with 1 when something is wrong.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [hibah, shots] = process.argv.slice(2);
const here = createRequire(import.meta.url);
const axe = readFileSync(here.resolve("axe-core/axe.min.js"), "utf8");
const vnu = here.resolve("vnu-jar/build/dist/vnu.jar");
const ORIGIN = "upacara.kota.example/ledger";
const PASSPHRASE = "empat kata yang panjang";
const folder = mkdtempSync(join(tmpdir(), "ceremony-"));
const env = { ...process.env, HIBAH_PASSPHRASE: PASSPHRASE };
const run = (...given) => execFileSync(hibah, given, { env, encoding: "utf8", stdio: "pipe" });
if (shots) mkdirSync(shots, { recursive: true });

const keys = join(folder, "keys");
mkdirSync(keys);
const pages = { id: join(folder, "upacara.html"), en: join(folder, "ceremony.html") };
run("key", "ceremony", pages.id, "--origin", ORIGIN);
run("key", "ceremony", pages.en, "--origin", ORIGIN, "--english");
assert.throws(() => run("key", "ceremony", pages.id, "--origin", ORIGIN), /name a new file/, "it writes over nothing");
// vnu does not know the newest of CSS, which is that of all pages.
execFileSync("java", ["-jar", vnu, "--errors-only", "--filterpattern", ".*CSS: .*", pages.id, pages.en], { stdio: "pipe" });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const faults = [];

async function open(page, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, offline: true, acceptDownloads: true });
  const tab = await context.newPage();
  tab.setDefaultTimeout(20_000);
  tab.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  tab.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  tab.on("request", (request) => !/^(file|data|blob):/.test(request.url()) && faults.push(`asks ${request.url()}`));
  await tab.goto(pathToFileURL(page).href);
  assert.equal(await tab.evaluate(() => navigator.onLine), false);
  return tab;
}

async function look(tab, name) {
  const { width } = tab.viewportSize();
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) faults.push(`${name}-${width}: ${wide} px too wide`);
  if (shots) await tab.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
  // The page's own policy lets no other script in; the browser's tools are not bound by it.
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) faults.push(`${name}-${width}: axe ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

const told = (tab) => tab.locator("[role=alert]").textContent();
const made = [];

/** Makes one file and saves it under the name that the page gives it. */
async function make(tab, kind, { n, office, passphrase = PASSPHRASE } = {}) {
  await tab.getByLabel("Untuk siapa").selectOption(kind);
  if (n) await tab.getByLabel("Nomor", { exact: true }).fill(String(n));
  if (office) await tab.getByLabel("Kode jabatan").fill(office);
  await tab.getByLabel("Frasa sandi baru").fill(passphrase);
  await tab.getByLabel("Frasa sandi yang sama sekali lagi").fill(passphrase);
  const before = await tab.locator(".desk-files li").count();
  await tab.getByRole("button", { name: "Buat berkas", exact: true }).click();
  await tab.waitForFunction((before) => document.querySelectorAll(".desk-files li").length > before || document.querySelector("[role=alert]").textContent !== "", before);
  if ((await told(tab)) !== "") return told(tab);
  const [saved] = await Promise.all([tab.waitForEvent("download"), tab.locator(".desk-files li").last().getByRole("button", { name: /^Simpan salinan/ }).click()]);
  await saved.saveAs(join(keys, saved.suggestedFilename()));
  made.push(saved.suggestedFilename());
  return "";
}

async function walk() {
  const tab = await open(pages.id, 360);
  await look(tab, "ceremony");
  for (const [kind, more, says] of [
    ["root", { n: "0" }, /bilangan bulat mulai 1/],
    ["official", { n: 1, office: "Tata Usaha" }, /kode jabatan/],
    ["root", { n: 1, passphrase: "pendek" }, /terlalu pendek/],
  ]) assert.match(await make(tab, kind, more), says);
  await tab.getByLabel("Nama buku besar").fill("Bukan Nama");
  assert.match(await make(tab, "ledger"), /nama buku besar/);
  await tab.getByLabel("Nama buku besar").fill(ORIGIN);
  for (let n = 1; n <= 5; n += 1) assert.equal(await make(tab, "root", n === 1 ? { n } : {}), "");
  assert.match(await make(tab, "root", { n: 3 }), /sudah dibuat/);
  for (const [kind, more] of [["ledger"], ["desk"], ["official", { n: 1, office: "wali_kota" }]]) assert.equal(await make(tab, kind, more), "");
  await look(tab, "ceremony-made");
  const [sheet] = await Promise.all([tab.waitForEvent("download"), tab.getByRole("button", { name: "Cetak lembar pemulihan (PDF): root-5.key" }).click()]);
  assert.match(readFileSync(await sheet.path(), "latin1"), /^%PDF-1\.4\n/);
  const vkeys = (await tab.getByLabel("Bagian publiknya").inputValue()).split("\n");
  assert.equal(vkeys.length, made.length);
  for (const [at, file] of made.entries()) assert.equal(run("key", "show", join(keys, file), "--check").trim(), vkeys[at], file);
  for (const [page, width] of [[pages.en, 360], [pages.en, 1280], [pages.id, 1280]]) {
    await look(await open(page, width), page === pages.en ? "ceremony-english" : "ceremony");
  }

  // The program founds a ledger with them; what is still lacking it names, until nothing is.
  const [profile, ledger] = [join(folder, "kota.toml"), join(folder, "ledger")];
  writeFileSync(profile, run("profile", "show", "kota-bandung"));
  for (;;) {
    try {
      run("init", ledger, "--origin", ORIGIN, "--profile", profile, "--keys", keys);
      break;
    } catch (error) {
      const [, file, name] = /`hibah key new (\S+) --name (\S+)`/.exec(String(error.stderr)) ?? assert.fail(String(error.stderr));
      assert.match(file, /official-[0-9]+-[a-z_]+\.key$/, "only officials that the page made none for");
      run("key", "new", file, "--name", name);
    }
  }
  assert.deepEqual(readdirSync(join(ledger, "keys")).sort(), ["desk.key", "ledger.key"]);
  const roots = vkeys.slice(0, 5).map((vkey) => vkey.split("+").slice(0, 2).join("+"));
  const shown = run("show", ledger, "0");
  for (const root of roots) assert.ok(shown.includes(root), `${root} signed the founding`);
  run("verify", ledger);
}

try {
  await walk();
} catch (error) {
  faults.push(error.stack);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
console.log(`${made.length} files made without a network; ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
