// Looks at every type of page as people do: `node look.mjs http://127.0.0.1:8080` while `hibah demo` serves there.
//
// Each page, in both languages, at 360 and 1280 px, light and dark, with and without JavaScript:
// - axe-core finds nothing, no rule switched off, the Content-Security-Policy in force (it is JavaScript itself, so not
//   where there is none); vnu calls its HTML valid;
// - nothing is asked of another origin, nothing is said in the console, the first view has at most 80 kB;
// - nothing is wider than the window, and every link of it that stays here answers.
// Then a record is found and checked from the home page with the keyboard alone, and files are checked at /verify and on
// the page that is saved from there (checker.mjs). Ends with 1 when something is wrong.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { checkFiles } from './checker.mjs';

const base = new URL(process.argv[2] ?? 'http://127.0.0.1:8080').origin;
const here = createRequire(import.meta.url);
const axe = readFileSync(here.resolve('axe-core/axe.min.js'), 'utf8');
const vnu = here.resolve('vnu-jar/build/dist/vnu.jar');

const MOST_BYTES = 80_000;
const PAGES = [
  '/', '/grants', '/grants?year=2015&q=yayasan', '/grants?q=tidakadayangini', '/grants/case/1/1', '/orgs', '/orgs/1',
  '/agencies', '/agencies/pendidikan', '/years', '/years/2015', '/decrees', '/budgets/2015/2', '/lists/2014/2', '/flags',
  '/flags/report_late', '/officials',
  '/overdue', '/reports', '/reports?status=overdue', '/reports/57', '/reports/84', '/changes', '/entries/0', '/entries/9648', '/log', '/about', '/privacy', '/help', '/data', '/api', '/verify',
  '/verify?q=case%2F1%2F1', '/verify?q=9.648', '/verify?q=tidakadayangini', '/nothing',
];
const LANGUAGES = [['id', ''], ['en', '/en']];
const VIEWS = [
  { name: '360', viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  { name: '360 dark', viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  { name: '1280', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: '360 without JavaScript', viewport: { width: 360, height: 740 }, javaScriptEnabled: false },
];

const faults = [];
const wrong = (where, what) => faults.push(`${where}: ${what}`);
const weights = new Map();
const links = new Map();
const sources = mkdtempSync(join(tmpdir(), 'look-'));

/** What a page asks for, how much of it there is, and what it says in the console. */
async function opened(context, path, where) {
  const page = await context.newPage();
  let bytes = 0;
  page.on('console', (message) => {
    // A page that is not there is said to be so by the browser too.
    if (message.type() === 'error' && !message.text().includes('status of 404')) wrong(where, `console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong(where, `script: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== base) wrong(where, `asks ${url.origin}`);
  });
  page.on('requestfinished', async (request) => {
    const sizes = await request.sizes().catch(() => null);
    if (sizes) bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  });
  const answer = await page.goto(base + path, { waitUntil: 'load' });
  const expected = path.endsWith('/nothing') ? 404 : 200;
  if (answer.status() !== expected) wrong(where, `answers ${answer.status()}`);
  return { page, answer, bytes: () => bytes };
}

async function look(context, view, lang, path) {
  const where = `${path} (${view.name})`;
  const { page, answer, bytes } = await opened(context, path, where);
  const seen = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    wide: document.documentElement.scrollWidth - window.innerWidth,
    headings: document.querySelectorAll('h1').length,
    links: [...document.querySelectorAll('a[href]')].map((a) => a.href),
  }));
  if (seen.lang !== lang) wrong(where, `says that its language is ${seen.lang}`);
  if (seen.wide > 0) wrong(where, `is ${seen.wide} px wider than the window`);
  if (seen.headings !== 1) wrong(where, `has ${seen.headings} headings of the first level`);
  for (const href of seen.links) {
    const url = new URL(href);
    if (url.origin === base) links.set(url.pathname + url.search, where);
  }
  if (view.javaScriptEnabled !== false) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    for (const violation of found.violations) {
      wrong(where, `axe ${violation.id}: ${violation.help}: ${violation.nodes[0].html.slice(0, 160)}`);
    }
  }
  if (bytes() > MOST_BYTES) wrong(where, `${bytes()} bytes at first sight`);
  weights.set(path, Math.max(weights.get(path) ?? 0, bytes()));
  if (view === VIEWS[0]) writeFileSync(join(sources, `${encodeURIComponent(path)}.html`), await answer.body());
  await page.close();
}

/** Home, search, a grant, its record checked in the browser: by keyboard alone. */
async function walk(browser, prefix) {
  const where = `the walk by keyboard at ${prefix}/`;
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const { page } = await opened(context, `${prefix}/`, where);
  const reach = async (selector) => {
    for (let at = 0; at < 200; at += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return true;
    }
    wrong(where, `${selector} is not reached by Tab on ${page.url()}`);
    return false;
  };
  if (await reach('input[type=search], input[name=q]')) {
    // The number of its agreement, as it is printed.
    await page.keyboard.type('33/Kep.I/32/2014');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  }
  if (await reach(`a[href$="${prefix}/grants/case/1/1"]`)) {
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  }
  if (await reach('[data-check] button')) {
    await page.keyboard.press('Enter');
    await page.locator('.verdict.good').waitFor({ timeout: 60_000 })
      .catch(() => wrong(where, 'the check of the record does not end well'));
  }
  await context.close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
for (const view of VIEWS) {
  const context = await browser.newContext(view);
  for (const [lang, prefix] of LANGUAGES) {
    for (const path of PAGES) await look(context, view, lang, prefix + (path === '/' && prefix ? '/' : path));
  }
  await context.close();
}
for (const [, prefix] of LANGUAGES) await walk(browser, prefix);
for (const [, prefix] of LANGUAGES) await checkFiles(browser, base, prefix, { axe, wrong });
await browser.close();

for (const [path, from] of links) {
  const answer = await fetch(base + path, { redirect: 'manual' });
  await answer.arrayBuffer();
  if (answer.status >= 400 && !path.endsWith('/nothing')) wrong(from, `its link to ${path} answers ${answer.status}`);
}
try {
  execFileSync('java', ['-jar', vnu, '--skip-non-html', '--errors-only', sources], { stdio: 'pipe' });
} catch (told) {
  for (const line of told.stderr.toString().trim().split('\n')) wrong('vnu', decodeURIComponent(line.replace(`file:${sources}/`, '')));
}
rmSync(sources, { recursive: true });

console.log('bytes at first sight, the most of each page:');
for (const [path, bytes] of [...weights].sort((a, b) => b[1] - a[1]).slice(0, 12)) console.log(`${String(bytes).padStart(8)}  ${path}`);
console.log(`${weights.size} pages in ${VIEWS.length} views, ${links.size} links`);
if (faults.length > 0) {
  console.log(`${faults.length} faults:\n${[...new Set(faults)].join('\n')}`);
  process.exit(1);
}
console.log('nothing is wrong');
