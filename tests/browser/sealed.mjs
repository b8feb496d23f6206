// Sealed values read by an office with a browser alone: a part of `desk_walk.mjs`, which gives it what it walks with.

import assert from 'node:assert/strict';

const ACCOUNT = '0012345678901 BJB';

/** In both sizes. */
async function both({ look, PHONE, OFFICE }, tab, type) {
  await look(tab, type);
  await tab.setViewportSize(PHONE);
  await look(tab, type);
  await tab.setViewportSize(OFFICE);
}

/** From the list to the page that is signed. */
async function choose({ ready }, tab, [label, reason, next]) {
  await tab.getByRole('checkbox', { name: label }).check();
  await tab.locator('#reason').fill(reason);
  await Promise.all([tab.waitForResponse((heard) => heard.request().method() === 'POST'), tab.getByRole('button', { name: next }).click()]);
  await tab.locator('form[data-desk=reading]').waitFor();
  await ready(tab);
}

/** The inspectorate reads an account and a citizen's report; the organisation is told who did. */
export async function sealedValues(walk, clerk, about) {
  const { base, look, open, official, ready, PHONE, passphrase } = walk;
  const citizen = await open(PHONE);
  await citizen.goto(`${base}/lapor`);
  await citizen.locator('#text').fill('Atap belum ada');
  await citizen.getByRole('button', { name: 'Kirim laporan' }).click();
  await citizen.getByText('Laporan Anda sudah dicatat').waitFor();

  const tab = await official('inspektorat');
  const addresses = [];
  tab.on('request', (request) => addresses.push(request.url()));
  await tab.goto(`${base}/cases/${about}`);
  await both(walk, tab, 'case-sealed');
  await tab.getByRole('link', { name: 'Buka data tersegel' }).click();
  await both(walk, tab, 'sealed');
  await choose(walk, tab, [/^Rekening/, 'Surat tugas 7/2026', 'Lanjut ke penandatanganan']);
  const told = await tab.locator('.desk-statement').first().textContent();
  assert.ok(told.includes('Rekening, org/1') && told.includes('Surat tugas 7/2026'), told);
  await both(walk, tab, 'sealed-check');
  await tab.getByLabel('Frasa sandi').fill('bukan frasa sandinya');
  await tab.getByRole('button', { name: 'Tandatangani dan buka' }).click();
  await tab.getByText('tidak membuka berkasnya').waitFor();
  await tab.getByLabel('Frasa sandi').fill(passphrase);
  await tab.getByRole('button', { name: 'Tandatangani dan buka' }).click();
  await tab.getByText(ACCOUNT).waitFor();
  await ready(tab);
  await both(walk, tab, 'unsealed');
  await tab.emulateMedia({ media: 'print' });
  assert.equal(await tab.getByText(ACCOUNT).isVisible(), false, 'it would be printed');
  assert.ok(await tab.getByText('Nilai tersegel tidak dicetak').isVisible());
  await tab.emulateMedia({ media: null });

  // No way back leads to the value, and no address has it.
  await tab.getByRole('link', { name: 'Siapa membaca data tersegel' }).click();
  await tab.getByText('Surat tugas 7/2026').first().waitFor();
  await both(walk, tab, 'readings');
  // It says that the form would have to be sent again, in a page of its own that replaces the other.
  await tab.goBack().catch(() => {});
  let kept;
  while (kept === undefined) kept = await tab.content().then((html) => html.includes(ACCOUNT), () => undefined);
  assert.equal(kept, false, 'the browser kept it');
  assert.ok(addresses.length > 0 && !addresses.some((one) => decodeURIComponent(one).includes('0012345678901')), 'an address has it');

  // A report, in English, from the first page.
  await tab.goto(`${base}/en/home`);
  await tab.getByRole('link', { name: 'Open sealed data: Report 1' }).click();
  await both(walk, tab, 'sealed-report');
  await choose(walk, tab, [/^Text/, 'Assignment 7/2026', 'Go on to signing']);
  await both(walk, tab, 'sealed-check-en');
  await tab.getByLabel('Passphrase').fill(passphrase);
  await tab.getByRole('button', { name: 'Sign and open' }).click();
  await tab.getByText('Atap belum ada').waitFor();
  await both(walk, tab, 'unsealed-en');
  await ready(tab);
  await tab.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  assert.ok(!(await tab.content()).includes('Atap belum ada'), 'a page that is left has the value still');
  await tab.context().close();

  await clerk.goto(`${base}/readings`);
  await clerk.getByText('Inspektorat').first().waitFor();
  assert.ok(!(await clerk.content()).includes('Surat tugas'), 'the reason is for offices');
  await look(clerk, 'readings-own');
}
