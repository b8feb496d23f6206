// Looks at a monitor's page as people do: `node monitor.mjs http://127.0.0.1:8080` while `hibah demo --federation --incident fork`
// serves there, once its alarm is shown.
//
// In both languages, at 360 and 1280 px, light and dark, with and without JavaScript: axe-core finds nothing, vnu calls its
// HTML valid, nothing is asked of another origin or said in the console, nothing is wider than the window, and what it links
// to on this site answers. Ends with 1 when something is wrong.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const base = new URL(process.argv[2] ?? 'http://127.0.0.1:8080').origin;
const shots = process.argv[3];
const here = createRequire(import.meta.url);
const axe = readFileSync(here.resolve('axe-core/axe.min.js'), 'utf8');
const vnu = here.resolve('vnu-jar/build/dist/vnu.jar');

const MOST_BYTES = 120_000;
const PATIENCE_MS = 120_000;
const VIEWS = [
  { name: '360', viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  { name: '360 dark', viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  { name: '1280', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: '360 without JavaScript', viewport: { width: 360, height: 740 }, javaScriptEnabled: false },
];

const faults = [];
const wrong = (where, what) => faults.push(`${where}: ${what}`);
const links = new Map();
const sources = mkdtempSync(join(tmpdir(), 'monitor-'));

const told = async () => (await (await fetch(`${base}/state.json`)).json()).ledgers;
const begun = Date.now();
while (!(await told()).some((ledger) => ledger.standing === 'alarm')) {
  if (Date.now() - begun > PATIENCE_MS) throw new Error('no alarm is shown');
  await new Promise((wake) => setTimeout(wake, 500));
}

async function look(context, view, lang, path) {
  const where = `${path} (${view.name})`;
  const page = await context.newPage();
  let bytes = 0;
  page.on('console', (message) => { if (message.type() === 'error') wrong(where, `console: ${message.text()}`); });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== base) wrong(where, `asks ${url.origin}`);
  });
  page.on('requestfinished', async (request) => {
    const sizes = await request.sizes().catch(() => null);
    if (sizes) bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  });
  const answer = await page.goto(base + path, { waitUntil: 'load' });
  if (answer.status() !== 200) wrong(where, `answers ${answer.status()}`);
  const seen = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    wide: document.documentElement.scrollWidth - window.innerWidth,
    headings: document.querySelectorAll('h1').length,
    alarms: document.querySelectorAll('.verdict.bad').length,
    links: [...document.querySelectorAll('a[href]')].map((a) => a.href),
  }));
  if (seen.lang !== lang) wrong(where, `says that its language is ${seen.lang}`);
  if (seen.wide > 0) wrong(where, `is ${seen.wide} px wider than the window`);
  if (seen.headings !== 1) wrong(where, `has ${seen.headings} headings of the first level`);
  if (seen.alarms === 0) wrong(where, 'shows no alarm');
  for (const href of seen.links) {
    const url = new URL(href);
    if (url.origin === base) links.set(url.pathname, where);
  }
  if (view.javaScriptEnabled !== false) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    for (const violation of found.violations) {
      wrong(where, `axe ${violation.id}: ${violation.help}: ${violation.nodes[0].html.slice(0, 160)}`);
    }
  }
  if (bytes > MOST_BYTES) wrong(where, `${bytes} bytes at first sight`);
  if (shots) await page.screenshot({ path: join(shots, `${lang}-${view.name.replaceAll(' ', '-')}.png`), fullPage: true });
  if (view === VIEWS[0]) writeFileSync(join(sources, `${lang}.html`), await answer.body());
  await page.close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
for (const view of VIEWS) {
  const context = await browser.newContext(view);
  await look(context, view, 'id', '/');
  await look(context, view, 'en', '/en/');
  await context.close();
}
await browser.close();

for (const [path, from] of links) {
  const answer = await fetch(base + path, { redirect: 'manual' });
  await answer.arrayBuffer();
  if (answer.status >= 400) wrong(from, `its link to ${path} answers ${answer.status}`);
}
try {
  execFileSync('java', ['-jar', vnu, '--skip-non-html', '--errors-only', sources], { stdio: 'pipe' });
} catch (said) {
  for (const line of said.stderr.toString().trim().split('\n')) wrong('vnu', line);
}
rmSync(sources, { recursive: true });

console.log(`${VIEWS.length} views, ${links.size} links`);
if (faults.length > 0) {
  console.log(`${faults.length} faults:\n${[...new Set(faults)].join('\n')}`);
  process.exit(1);
}
console.log('nothing is wrong');
