// The checker of files at /verify, and the same page saved and opened without a network: what holds is said to hold, and each
// lie is told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An entry with its receipt, and a dossier, of the served ledger. */
async function fetched(base, index, grant) {
  const bytes = async (path) => {
    const answer = await fetch(base + path);
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  };
  const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  const [entry, receipt, dossier] = await Promise.all(
    [`/api/v1/entries/${index}/raw`, `/api/v1/receipts/${index}`, `/grants/${grant}/dossier.zip`].map(bytes));
  // A letter in the statement, and one in the proof, are others.
  const changed = Buffer.from(entry);
  changed[entry.length - 200] ^= 1;
  const proof = Buffer.from(receipt.toString().replace(/\n([A-Za-z])([^\n]+=)\n/, (_, first, rest) => `\n${first === 'A' ? 'B' : 'A'}${rest}\n`));
  const paper = file('laporan.pdf', Buffer.from('%PDF-1.7\nnobody names this\n'));
  return {
    entry: file('entry.txt', entry), receipt: file('entry.tlog-proof', receipt), dossier: file('dossier.zip', dossier),
    changed: file('changed.txt', changed), proof: file('changed.tlog-proof', proof), paper,
  };
}

/** Each heap of files with the verdict that it must have, online and without a network. */
const HEAPS = [
  ['a receipt with its entry', ['entry', 'receipt'], 'good', 'none'],
  ['a receipt alone', ['receipt'], 'good', 'none'],
  ['a changed entry', ['changed', 'receipt'], 'bad', 'bad'],
  ['a changed receipt', ['entry', 'proof'], 'bad', 'bad'],
  ['an unknown document', ['paper'], 'none', 'none'],
  ['a dossier', ['dossier'], 'good', 'good'],
  ['a dossier and a changed receipt', ['dossier', 'proof'], 'bad', 'bad'],
];

async function run(page, files, online, where, wrong) {
  for (const [what, names, onlineVerdict, offlineVerdict] of HEAPS) {
    await page.setInputFiles('input[type=file]', names.map((name) => files[name]));
    const verdict = page.locator('.overall');
    const done = page.locator('.overall.good, .overall.bad, .overall.none');
    // Choosing files begins; the verdict of the heap before is taken away first.
    await page.locator('.verifier button:enabled').waitFor({ timeout: 120_000 });
    await done.waitFor({ timeout: 5_000 }).catch(() => wrong(where, `${what}: no verdict`));
    const state = await verdict.getAttribute('class');
    const expected = online ? onlineVerdict : offlineVerdict;
    if (!state.split(' ').includes(expected)) wrong(where, `${what} is said to be "${state}": ${await verdict.textContent()}`);
  }
}

/** Runs both; `wrong(where, what)` is told what is wrong. `shots`: a folder for pictures. */
export async function checkFiles(browser, base, prefix, { axe, wrong, shots }) {
  const files = await fetched(base, 9648, 'case/1/1');
  const view = { viewport: { width: 360, height: 740 } };
  const online = await (await browser.newContext(view)).newPage();
  await online.goto(`${base}${prefix}/verify`);
  await run(online, files, true, `${prefix}/verify`, wrong);
  if (shots) await online.screenshot({ path: join(shots, `verify${prefix.replace('/', '-')}.png`), fullPage: true });
  await online.context().close();

  const folder = mkdtempSync(join(tmpdir(), 'saved-'));
  const where = `${prefix}/verify/offline.html, saved`;
  const saved = join(folder, 'periksa.html');
  writeFileSync(saved, Buffer.from(await (await fetch(`${base}${prefix}/verify/offline.html`)).arrayBuffer()));
  const context = await browser.newContext(view);
  await context.setOffline(true);
  const page = await context.newPage();
  page.on('pageerror', (error) => wrong(where, `script: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && wrong(where, `console: ${message.text()}`));
  page.on('request', (request) => request.url().startsWith('file:') || wrong(where, `asks ${request.url()}`));
  await page.goto(`file://${saved}`);
  await run(page, files, false, where, wrong);
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of found.violations) wrong(where, `axe ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) wrong(where, `is ${wide} px wider than the window`);
  if (shots) await page.screenshot({ path: join(shots, `saved${prefix.replace('/', '-')}.png`), fullPage: true });
  await context.close();
  rmSync(folder, { recursive: true });
}
