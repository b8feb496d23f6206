// One grant from registration to accepted report, by people with browsers alone: `node desk_walk.mjs target/debug/hibah [SHOTS]`.
//
// A new ledger is served with its desk and its vault. An organisation's clerk has a phone of 360 px; ten offices have a browser each.
// Nobody uses a terminal: signing files are made or restored in the browser, documents are uploaded, what is sealed is sealed there.
// The clerk is told by letters what they wait for. On each type of page, in both languages, axe-core finds nothing, no rule switched off,
// vnu calls the HTML valid, nothing is wider than the window, and nothing is said in the console. Then the ways beside it: two clerks in
// one draft, a case that is sent back, one that the counter files and an office refuses; in English; by keys alone; with lost files.
// `--only others`, `english`, `keyboard` or `lost` walks one of them. At the end `hibah verify` judges the whole ledger. Ends with 1 when
// something is wrong.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { byKeyboard } from './by_keyboard.mjs';
import { inEnglish } from './in_english.mjs';
import { lostFiles, restored } from './lost.mjs';
import { letter, mail } from './mail.mjs';
import { otherWays } from './other_ways.mjs';
import { sealedValues } from './sealed.mjs';

const given = process.argv.slice(2);
const only = given.includes('--only') ? given.splice(given.indexOf('--only'), 2)[1] : null;
const [binary, shots] = given;
/** What is walked beside the one grant; `--only` walks one of these, for whoever works on it. */
const PARTS = { others: otherWays, english: inEnglish, keyboard: byKeyboard, lost: lostFiles };
assert.ok(!only || PARTS[only], `--only: ${Object.keys(PARTS)}`);
const here = createRequire(import.meta.url);
const axe = readFileSync(here.resolve('axe-core/axe.min.js'), 'utf8');
const vnu = here.resolve('vnu-jar/build/dist/vnu.jar');
const PASSPHRASE = 'kata sandi untuk uji coba';
const PHONE = { width: 360, height: 740 };
const OFFICE = { width: 1280, height: 900 };

const folder = mkdtempSync(join(tmpdir(), 'desk-walk-'));
const ledger = join(folder, 'ledger');
const sources = join(folder, 'pages');
mkdirSync(sources);
if (shots) mkdirSync(shots, { recursive: true });
const env = { ...process.env, HIBAH_PASSPHRASE: PASSPHRASE, HIBAH_VAULT_PASSPHRASE: PASSPHRASE };
const hibah = (...args) => execFileSync(binary, args, { env, encoding: 'utf8' });

const port = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

hibah('init', ledger, '--origin', 'hibah.bandung.example/ledger', '--profile', 'kota-bandung');
hibah('vault', 'init', ledger);
const base = `http://127.0.0.1:${await port()}`;
const post = await mail();
const smtp = join(folder, 'smtp.toml');
writeFileSync(smtp, `server = "127.0.0.1"\nport = ${post.port}\nsecurity = "none"\nfrom = "Hibah <hibah@kota.example>"\ndesk = "${base}"\n`);
const served = spawn(binary, ['serve', ledger, '--desk', base.slice('http://'.length), '--smtp', smtp], { env, stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve, reject) => {
  served.stdout.on('data', (text) => String(text).includes('Desk: ') && resolve());
  served.on('exit', (code) => reject(new Error(`hibah serve ended with ${code}`)));
});

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const faults = [];
const looked = new Map();

/** Looks at a page as people do; once for each type and size of it. */
async function look(tab, type) {
  const { width } = tab.viewportSize();
  const name = `${type}-${width}`;
  if (looked.has(name)) return;
  looked.set(name, true);
  const wrong = (what) => faults.push(`${name}: ${what}`);
  if (shots) await tab.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) wrong(`${wide} px too wide`);
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) wrong(`axe ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  const answer = await tab.request.get(tab.url(), { headers: { accept: 'text/html' } });
  if (answer.ok()) writeFileSync(join(sources, `${name}.html`), await answer.text());
  const { pathname } = new URL(tab.url());
  if (!answer.ok() || pathname.startsWith('/en')) return;
  const english = await tab.context().newPage();
  await english.goto(tab.url().replace(base, `${base}/en`));
  await look(english, `${type}-english`);
  await english.close();
}

async function open(viewport) {
  const context = await browser.newContext({ viewport, locale: 'id-ID', colorScheme: viewport === PHONE ? 'light' : 'dark' });
  const tab = await context.newPage();
  tab.setDefaultTimeout(20_000);
  // A form that is not right yet is said to be so by the browser too, and so is one that somebody else changed or has sent.
  const meant = (message) => /status of (401|409|422)/.test(message.text()) || (/status of 404/.test(message.text()) && message.location().url.startsWith(`${base}/drafts`));
  tab.on('console', (message) => message.type() === 'error' && !meant(message) && faults.push(`${tab.url()}: console: ${message.text()}`));
  tab.on('pageerror', (error) => faults.push(`${tab.url()}: script: ${error.message}`));
  tab.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && origin !== base) faults.push(`${tab.url()}: asks ${origin}`);
  });
  return tab;
}

/** Once the scripts have done what the page marks for them. */
const ready = (tab) => tab.waitForFunction(() => [...document.querySelectorAll('[data-desk]')].every((part) => 'deskReady' in part.dataset));

async function signIn(tab) {
  await tab.goto(`${base}/login`);
  await ready(tab);
  await look(tab, 'login');
  await tab.getByLabel('Frasa sandi').fill(PASSPHRASE);
  await Promise.all([tab.waitForURL(/\/home$/), tab.getByRole('button', { name: 'Masuk' }).click()]);
}

/** The file that somebody was given. */
const keyOf = (office) => join(ledger, 'keys', readdirSync(join(ledger, 'keys')).find((file) => file.endsWith(`-${office}.key`)));

/** An official restores the file that they were given. */
async function official(office) {
  const tab = await open(OFFICE);
  await restored({ base, ready, keyOf, passphrase: PASSPHRASE }, tab, office);
  await look(tab, 'key');
  await signIn(tab);
  return tab;
}

/** Fills in the fields by their names in the form. */
async function fill(tab, fields) {
  for (const [name, value] of Object.entries(fields)) {
    // The scripts take a file's name away, so that it is not sent with the form.
    const field = tab.locator(name.endsWith('.file') ? `#f-${name.replaceAll('.', '-')}` : `[name="${name}"]`).first();
    const kind = await field.evaluate(({ tagName, type }) => (tagName === 'SELECT' ? 'select' : type));
    if (kind === 'select') await field.selectOption(value);
    else if (kind === 'checkbox') await field.setChecked(value);
    else if (kind === 'file') await field.setInputFiles({ name: 'naskah.txt', mimeType: 'text/plain', buffer: Buffer.from(value) });
    else await field.fill(value);
  }
  for (const busy of await tab.locator('input[type=file]').all()) {
    if (await busy.evaluate(({ files }) => files.length > 0)) await busy.locator('xpath=..').getByText('naskah.txt').first().waitFor();
  }
}

/** From the filled form to what was signed: the address at which it ends. */
async function check(tab, { look: type = 'draft' } = {}) {
  await look(tab, type);
  await Promise.all([tab.waitForURL(/\/check$/), tab.getByRole('button', { name: 'Periksa sebelum menandatangani' }).click()]);
  await ready(tab);
  const told = await tab.locator('.summary').allTextContents();
  assert.deepEqual(told, [], `${tab.url()} is not ready to be signed`);
  await look(tab, `${type}-check`);
}

async function sign(tab) {
  await tab.getByLabel(/^(Frasa sandi|Passphrase)$/).fill(PASSPHRASE);
  const before = tab.url();
  await Promise.all([
    tab.waitForURL(({ href }) => href !== before && /\/(sent|waiting)\/[0-9a-f]{64}$/.test(href)),
    tab.getByRole('button', { name: /^(Tandatangani|Sign (all )?and send)/ }).first().click(),
  ]);
  await look(tab, new URL(tab.url()).pathname.split('/').at(-2));
  return tab.url();
}

/** One step on a case, from its page. */
async function act(tab, about, title, fields, more = {}) {
  await tab.goto(`${base}/cases/${about}`);
  await look(tab, 'case');
  if (more.folded) await tab.getByText('Tindakan lain').click();
  await Promise.all([tab.waitForURL(/\/drafts\//), tab.getByRole('button', { name: title, exact: true }).click()]);
  await ready(tab);
  await fill(tab, fields);
  await check(tab, more);
  return sign(tab);
}

const document = (name, title, text) => ({ [`${name}.title`]: title, [`${name}.file`]: text });

/** In both sizes, for offices have phones too. */
async function lookOnPhone(tab, type) {
  await look(tab, type);
  await tab.setViewportSize(PHONE);
  await look(tab, type);
  await tab.setViewportSize(OFFICE);
}

/** The rows of a paper come from a spreadsheet: first one that is wrong, then one that fits. */
async function fromSheet(tab, about) {
  const upload = async (rows) => {
    const buffer = Buffer.from(`Lampiran;;\r\nNo;Kasus;Jumlah (Rp)\r\n${rows}`);
    await tab.locator('#f-sheet').setInputFiles({ name: 'lampiran.csv', mimeType: 'text/csv', buffer });
    await Promise.all([tab.waitForURL(/\/rows$/), tab.getByRole('button', { name: 'Cocokkan' }).click()]);
  };
  await upload(`1;${about};50.000.000\r\n2;case/9/9;1\r\n`);
  await tab.getByText('Tidak ada kasus bernomor ini').first().waitFor();
  await lookOnPhone(tab, 'sheet-fault');
  await tab.getByRole('link', { name: 'Betulkan berkasnya' }).click();
  await ready(tab);
  await upload(`1;${about};50.000.000\r\nJumlah;;50.000.000\r\n`);
  await lookOnPhone(tab, 'sheet');
  await Promise.all([tab.waitForURL(/\/drafts\/[0-9a-f]+\?saved$/), tab.getByRole('button', { name: 'Ambil baris ini' }).click()]);
  await ready(tab);
}

/** All drafts are ticked; those that can be are signed, and the others are told. */
async function together(tab) {
  for (const box of await tab.locator('input[name=draft]').all()) await box.check();
  await lookOnPhone(tab, 'home-ticked');
  await Promise.all([tab.waitForURL(/\/together$/), tab.getByRole('button', { name: 'Periksa yang dicentang' }).click()]);
  await ready(tab);
  await lookOnPhone(tab, 'together');
  await sign(tab);
}

async function walk() {
  // The organisation: a file of its own, a request with what stays sealed.
  const clerk = await open(PHONE);
  await clerk.goto(`${base}/`);
  await look(clerk, 'start');
  await clerk.getByRole('link', { name: 'Buat berkas dan daftarkan' }).click();
  await ready(clerk);
  await clerk.getByText('Buat berkas penandatanganan baru').click();
  await clerk.getByLabel('Nama berkas bagi Anda').fill('Yayasan Contoh');
  await clerk.getByLabel('Frasa sandi baru').fill(PASSPHRASE);
  await clerk.getByLabel('Frasa sandi yang sama sekali lagi').fill(PASSPHRASE);
  await clerk.getByRole('button', { name: 'Buat berkas' }).click();
  await clerk.getByText('Belum ada salinan').waitFor();
  await look(clerk, 'key');
  await signIn(clerk);
  await look(clerk, 'home-new');
  await Promise.all([clerk.waitForURL(/\/drafts\//), clerk.getByRole('button', { name: 'Minta pendaftaran lembaga' }).click()]);
  await ready(clerk);
  await fill(clerk, { name: 'Yayasan Contoh', recipient_type: 'foundation', 'address.city': 'Bandung', 'address.street': 'Jalan Contoh 1' });
  await clerk.getByLabel('Rekening').fill('0012345678901 BJB');
  await clerk.getByLabel('Ketua').fill('Siti Contoh');
  const sent = [];
  clerk.on('request', (request) => sent.push(`${request.url()} ${decodeURIComponent((request.postData() ?? '').replaceAll('+', ' '))}`));
  await check(clerk, { look: 'registration' });
  assert.ok(!sent.some((one) => one.includes('0012345678901')), 'what is sealed was sent before it was signed');
  const waiting = await sign(clerk);
  assert.match(waiting, /\/waiting\//);

  const registrar = await official('registrar');
  await look(registrar, 'home');
  await registrar.getByRole('link', { name: 'Pendaftaran lembaga' }).first().click();
  await ready(registrar);
  assert.match(await sign(registrar), /\/sent\//);
  await registrar.context().close();
  const kit = { base, look, open, official, ready, fill, check, sign, signIn, act, keyOf, faults, PHONE, OFFICE, passphrase: PASSPHRASE };
  if (only) return PARTS[only](kit, clerk);

  // Where letters go: asked for, confirmed by what the letter holds.
  await clerk.goto(`${base}/home`);
  await clerk.getByRole('link', { name: 'Surel, umpan, dan kalender' }).click();
  await clerk.getByLabel('Alamat surel lembaga').fill('pengurus@yayasan');
  await clerk.getByRole('button', { name: 'Kirim surat konfirmasi' }).click();
  await clerk.getByRole('link', { name: 'Tulis alamat surel seperti' }).click();
  assert.equal(await clerk.locator('#address').inputValue(), 'pengurus@yayasan');
  assert.ok(await clerk.locator('#address').evaluate((field) => field === document.activeElement));
  await look(clerk, 'notices-fault');
  await clerk.locator('#address').fill('pengurus@yayasan.example');
  await clerk.getByRole('button', { name: 'Kirim surat konfirmasi' }).click();
  await clerk.getByText('Menunggu konfirmasi').waitFor();
  await look(clerk, 'notices');
  const asked = await letter(post, 'Konfirmasi alamat surel');
  await clerk.goto(/^http\S+\/notices\/confirm\/\S+/m.exec(asked.text)[0]);
  await look(clerk, 'confirm');
  await clerk.getByRole('button', { name: 'Ya, kirim ke alamat ini' }).click();
  await clerk.getByText('Mulai sekarang').waitFor();
  await clerk.goto(`${base}/notices`);
  await clerk.getByRole('button', { name: 'Buat alamat' }).click();
  await clerk.getByText('hanya ditampilkan sekali').waitFor();
  await look(clerk, 'notices-feeds');

  // The application, on the phone; the draft is kept while it is written.
  await clerk.goto(`${base}/home`);
  await Promise.all([clerk.waitForURL(/\/drafts\//), clerk.getByRole('button', { name: 'Ajukan permohonan hibah' }).click()]);
  await ready(clerk);
  await fill(clerk, { title: 'Perbaikan atap madrasah' });
  await clerk.getByText(/^(Konsep )?[Tt]ersimpan/).first().waitFor();
  await clerk.reload();
  await ready(clerk);
  assert.equal(await clerk.locator('[name=title]').inputValue(), 'Perbaikan atap madrasah');
  await fill(clerk, {
    purpose: 'Atap bocor di tiga kelas', amount: '75.000.000', field: 'pendidikan', form: 'money', way: 'grant',
    ...document('documents.0', 'Proposal hibah', 'proposal bertanda tangan'),
    'budget_lines.0.line': 'Genteng dan kayu', 'budget_lines.0.amount': '75.000.000', place: 'Bandung',
  });
  await check(clerk, { look: 'application' });
  await sign(clerk);
  const about = 'case/1/1';

  const people = {};
  for (const office of ['tata_usaha', 'wali_kota', 'tim_pertimbangan', 'skpd_pendidikan', 'tapd', 'ppkd', 'bendahara_ppkd', 'ppk_ppkd', 'kuasa_bud']) {
    people[office] = await official(office);
  }
  await look(people.tata_usaha, 'home-queue');
  await people.tata_usaha.goto(`${base}/notices`);
  await look(people.tata_usaha, 'notices-office');
  const ticks = (names) => Object.fromEntries(names.map((name) => [`checklist.${name}`, true]));
  await act(people.tata_usaha, about, 'Pemeriksaan kelengkapan', {
    control_number: '978/1819', ...ticks(['proposal', 'budget', 'deed', 'registration', 'domicile', 'chair_identity', 'account']),
  });
  await act(people.wali_kota, about, 'Disposisi kepala daerah', {});
  await act(people.tim_pertimbangan, about, 'Klasifikasi sesuai SKPD', { field: 'pendidikan' });
  await act(people.skpd_pendidikan, about, 'Rekomendasi SKPD', {
    amount: '60.000.000', reason: 'Atap memang rusak', ...ticks(['seat_in_region', 'registered', 'three_years', 'management', 'proposal_complete', 'visited', 'fits_programme']),
  });
  await act(people.tim_pertimbangan, about, 'Verifikasi Tim Pertimbangan', { amount: '55.000.000', reason: 'Sesuai prioritas' });
  await act(people.tapd, about, 'Verifikasi TAPD', { amount: '50.000.000', reason: 'Sesuai kemampuan daerah' });

  // Papers: each is its statement, its rows and its seal.
  const papers = [
    ['Daftar nominatif (DNC)', 'Baris daftar nominatif', 'Daftar nominatif berlaku', 'DNC-1', 'Daftar nominatif calon penerima'],
    ['APBD ditetapkan', 'Baris APBD', 'APBD berlaku', 'PERDA-1', 'Penjabaran APBD Lampiran III dan IV'],
    ['Keputusan (SK) penetapan', 'Baris keputusan', 'Keputusan berlaku', '978/Kep.161', 'Keputusan wali kota'],
  ];
  const mayor = people.wali_kota;
  for (const [issued, rows, sealed, number, title] of papers) {
    await mayor.goto(`${base}/home`);
    await mayor.locator(`input[name=case][value="${about}"]`).check();
    await Promise.all([mayor.waitForURL(/\/drafts\//), mayor.locator('form', { has: mayor.locator('input[name=case]') }).getByRole('button', { name: issued }).click()]);
    await ready(mayor);
    if (issued.startsWith('Keputusan')) await fromSheet(mayor, about);
    await fill(mayor, { number, ...document('document', title, number) });
    await check(mayor, { look: 'paper' });
    await sign(mayor);
    for (const next of [rows, sealed]) {
      await mayor.goto(`${base}/home`);
      if (next === 'Baris APBD') {
        await together(mayor);
        continue;
      }
      await mayor.getByRole('link', { name: next, exact: true }).first().click();
      await ready(mayor);
      await check(mayor, { look: 'rows' });
      await sign(mayor);
    }
  }

  await act(clerk, about, 'Permohonan pencairan', document('documents.0', 'Permohonan pencairan', 'permohonan'));
  await people.ppkd.goto(`${base}/cases/${about}`);
  await look(people.ppkd, 'case-agreement');
  const [nphd] = await Promise.all([people.ppkd.waitForEvent('download'), people.ppkd.getByRole('link', { name: 'Unduh konsep NPHD' }).click()]);
  if (shots) writeFileSync(join(shots, 'nphd.pdf'), readFileSync(await nphd.path()));
  await act(people.ppkd, about, 'NPHD ditandatangani', {
    number: '33/Kep.I/32', report_due: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10), ...document('document', 'Naskah perjanjian hibah daerah', 'nphd'),
  });
  await clerk.goto(`${base}/home`);
  await look(clerk, 'home-to-sign');
  await clerk.getByRole('link', { name: 'NPHD ditandatangani' }).first().click();
  await ready(clerk);
  assert.match(await sign(clerk), /\/sent\//);
  await act(clerk, about, 'Pakta integritas', document('document', 'Pakta integritas', 'pakta'));
  await act(people.bendahara_ppkd, about, 'SPP-LS', { number: '991/022', ...document('documents.0', 'Surat permintaan pembayaran', 'spp') });
  await act(people.ppk_ppkd, about, 'Uji PPK-PPKD', {});
  await act(people.ppkd, about, 'SPM terbit', { number: '931/022' });
  await act(people.kuasa_bud, about, 'SP2D terbit', { number: '957/0239' });
  await act(people.kuasa_bud, about, 'Cair', { amount: '50.000.000' });
  await act(clerk, about, 'LPJ', {
    ...document('documents.0', 'Laporan penggunaan', 'lpj'), 'lines.0.line': 'Genteng dan kayu', 'lines.0.amount': '50.000.000', final: true,
  });
  await act(people.skpd_pendidikan, about, 'Verifikasi LPJ', { outcome: 'accepted', reason: 'Lengkap' });

  // What the clerk was told meanwhile, each once.
  const told = ['Keputusan penetapan terbit', 'Perjanjian menunggu tanda tangan Anda', 'SP2D terbit', 'Laporan penggunaan segera jatuh tempo', 'Laporan diterima'];
  for (const one of told) await letter(post, `${one} (${about})`);
  assert.deepEqual(post.letters.map(({ subject }) => subject).sort(), ['Konfirmasi alamat surel', ...told.map((one) => `${one} (${about})`)].sort());
  await clerk.goto(/^http\S+\/notices\/stop\/\S+/m.exec(post.letters.at(-1).text)[0]);
  await look(clerk, 'stop');
  await clerk.getByRole('button', { name: 'Hentikan' }).click();
  await clerk.getByText('tidak ada surat lagi').waitFor();

  // The receipt of the last step, kept as a file, and the case at its end.
  await clerk.goto(`${base}/cases/${about}`);
  await clerk.getByText('Tidak', { exact: false }).first().waitFor();
  await look(clerk, 'case-done');
  await clerk.goto(`${base}/home`);
  await look(clerk, 'home-done');
  await clerk.locator('a[href*="/sent/"]').first().click();
  const [paper] = await Promise.all([clerk.waitForEvent('download'), clerk.getByRole('link', { name: 'Cetak tanda terima' }).click()]);
  assert.match(readFileSync(await paper.path(), 'latin1'), /^%PDF-1\.7/);
  if (shots) writeFileSync(join(shots, 'receipt.pdf'), readFileSync(await paper.path()));
  const [download] = await Promise.all([clerk.waitForEvent('download'), clerk.getByRole('link', { name: 'Unduh tanda terima' }).click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/);
  await clerk.goto(`${base}/en/home`);
  await look(clerk, 'home-english');

  await sealedValues(kit, clerk, about);
  for (const part of Object.values(PARTS)) await part(kit, clerk);
}

/** What vnu says of the pages. */
function judged() {
  try {
    execFileSync('java', ['-jar', vnu, '--skip-non-html', '--errors-only', sources], { stdio: 'pipe' });
  } catch (told) {
    for (const line of told.stderr.toString().trim().split('\n')) faults.push(`vnu: ${line.replace(`file:${sources}/`, '')}`);
  }
}

try {
  await walk();
  judged();
  const verdict = hibah('verify', ledger);
  console.log(verdict.trim());
} catch (error) {
  for (const context of browser.contexts()) {
    for (const tab of context.pages()) console.error(tab.url(), await tab.locator('.summary, .desk-fault').allTextContents().catch(() => []));
  }
  faults.push(error.stack);
} finally {
  await browser.close();
  served.kill();
  post.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
console.log(`one grant by ${looked.size} pages looked at; ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
