// An organisation applies and an office decides on the English pages: a part of `desk_walk.mjs`, which gives it what it walks with.
// Whoever chose English stays in it, and no page of it speaks Indonesian.

import assert from 'node:assert/strict';

/** Words that stand in nearly every Indonesian sentence and in no English one. */
const INDONESIAN = /\b(yang|Anda|dan|untuk|dengan|belum|sudah|tidak|atau|ini|oleh|dari)\b/;

const title = 'Reading room';

/** Looks at a page that is to be in English. */
async function seen({ base, look, faults }, tab, type) {
  const { pathname } = new URL(tab.url());
  assert.ok(pathname.startsWith('/en/'), `${tab.url()} is not English any more, at ${type}`);
  assert.equal(await tab.evaluate(() => document.documentElement.lang), 'en', base);
  await look(tab, `english-${type}`);
  const said = await tab.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    // What people and the profile's papers are called stays as it is, and so do the scripts' hidden words.
    while (texts.nextNode()) if (!texts.currentNode.parentElement.closest('[lang=id], textarea, option, template, code, script')) found.push(texts.currentNode.data);
    const told = [...document.querySelectorAll('[aria-label], [placeholder]')].flatMap((one) => [one.getAttribute('aria-label'), one.getAttribute('placeholder')]);
    return [...found, ...told, document.title].filter((text) => text?.trim());
  });
  for (const text of said.filter((text) => INDONESIAN.test(text))) faults.push(`${pathname} (${type}) in Indonesian: ${text.trim().slice(0, 120)}`);
}

/** Signs in on the English pages, come to from the Indonesian ones. */
async function signedIn(walk, tab) {
  const { base, ready, passphrase } = walk;
  await tab.goto(`${base}/login`);
  await tab.getByRole('link', { name: 'English' }).click();
  await ready(tab);
  await seen(walk, tab, 'login');
  await tab.getByLabel('Passphrase').fill('another passphrase');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('alert').getByText('passphrase').waitFor();
  await seen(walk, tab, 'login-fault');
  await tab.getByLabel('Passphrase').fill(passphrase);
  await Promise.all([tab.waitForURL(/\/en\/home$/), tab.getByRole('button', { name: 'Sign in' }).click()]);
  await seen(walk, tab, 'home');
}

/** From a filled form to the receipt. */
async function handedIn(walk, tab, type) {
  const { ready, sign } = walk;
  await Promise.all([tab.waitForURL(/\/check$/), tab.getByRole('button', { name: 'Check before you sign' }).click()]);
  await ready(tab);
  assert.deepEqual(await tab.locator('.summary').allTextContents(), []);
  await tab.getByText('To be compared letter by letter').click();
  await seen(walk, tab, `${type}-check`);
  await sign(tab);
  await seen(walk, tab, `${type}-sent`);
  const [receipt] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: 'Download the receipt' }).click()]);
  assert.match(receipt.suggestedFilename(), /^entry-\d+\.tlog-proof$/);
}

export async function inEnglish(walk, clerk) {
  const { base, official, ready, fill } = walk;
  await signedIn(walk, clerk);
  await Promise.all([clerk.waitForURL(/\/drafts\//), clerk.getByRole('button', { name: 'Apply for a grant' }).click()]);
  await ready(clerk);
  await fill(clerk, { title, amount: '7.5 million' });
  await clerk.getByRole('button', { name: 'Check before you sign' }).click();
  await clerk.getByRole('heading', { name: 'Something needs to be mended' }).waitFor();
  await ready(clerk);
  await seen(walk, clerk, 'application-faults');
  await fill(clerk, {
    purpose: 'Books for the reading room', amount: '15.000.000', field: 'pendidikan', form: 'money', way: 'grant',
    'documents.0.title': 'Proposal hibah', 'documents.0.file': 'a signed proposal',
    'budget_lines.0.line': 'Books', 'budget_lines.0.amount': '15.000.000', place: 'Bandung',
  });
  await clerk.locator('[data-desk-saved]').getByText('Saved').waitFor();
  await seen(walk, clerk, 'application');
  await handedIn(walk, clerk, 'application');
  await Promise.all([clerk.waitForURL(/\/en\/home$/), clerk.getByRole('link', { name: 'Back to my work' }).click()]);
  await clerk.getByRole('link', { name: title }).first().click();
  await seen(walk, clerk, 'case');

  const intake = await official('tata_usaha');
  await signedIn(walk, intake);
  await intake.getByRole('link', { name: title }).first().click();
  await seen(walk, intake, 'case');
  await Promise.all([intake.waitForURL(/\/drafts\//), intake.getByRole('button', { name: 'Completeness checked' }).click()]);
  await ready(intake);
  await fill(intake, { control_number: '978/3001' });
  for (const tick of await intake.locator('[name^="checklist."]').all()) await tick.check();
  await seen(walk, intake, 'completeness');
  await handedIn(walk, intake, 'completeness');
  await intake.context().close();
  // The clerk goes on in Indonesian.
  await clerk.goto(`${base}/home`);
}
