// Signing files that are lost, by people with browsers alone: a part of `desk_walk.mjs`, which gives it what it walks with.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** A new file on a new device, from the page of lost files; answers its code. */
async function anew(walk, tab, label) {
  const { base, look, ready, passphrase } = walk;
  await tab.goto(`${base}/login`);
  await tab.getByRole('link', { name: 'Berkas atau frasa sandinya hilang?' }).click();
  await ready(tab);
  await look(tab, 'lost');
  await tab.getByText('Buat berkas penandatanganan baru').click();
  await tab.getByLabel('Nama berkas bagi Anda').fill(label);
  await tab.getByLabel('Frasa sandi baru').fill(passphrase);
  await tab.getByLabel('Frasa sandi yang sama sekali lagi').fill(passphrase);
  await tab.getByRole('button', { name: 'Buat berkas' }).click();
  const [slip] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('button', { name: 'Lembar loket (PDF)' }).click()]);
  assert.match(readFileSync(await slip.path(), 'latin1'), /^%PDF-1\.4\n/);
  const code = await tab.locator('.desk-files code').textContent();
  assert.match(code, /^[0-9a-f]{4}( [0-9a-f]{4}){4}$/);
  await tab.getByRole('link', { name: 'Masuk dengan berkas baru' }).click();
  await ready(tab);
  await tab.getByLabel('Frasa sandi').fill(passphrase);
  await Promise.all([tab.waitForURL(({ pathname }) => pathname === '/lost'), tab.getByRole('button', { name: 'Masuk' }).click()]);
  await look(tab, 'lost-whom');
  return code;
}

/** Says whom the new file is for, and signs; answers where the request waits. */
async function ask({ look, ready, check, sign }, tab, q, reason) {
  await tab.locator('#q').fill(q);
  await tab.getByRole('button', { name: 'Cari' }).click();
  await look(tab, 'lost-found');
  await Promise.all([tab.waitForURL(/\/drafts\//), tab.getByRole('button', { name: 'Minta penggantian' }).click()]);
  await ready(tab);
  await tab.locator('[name=reason]').fill(reason);
  await check(tab, { look: 'replacement' });
  return sign(tab);
}

/** Signs what waits, once the code that the browser reads from it is the one on the slip. */
async function compare({ look, ready, passphrase }, tab, code) {
  await ready(tab);
  await look(tab, 'waiting-replacement');
  const row = tab.locator('.desk-statement > div', { hasText: 'Kode berkas baru' }).locator('dd');
  assert.equal(await row.textContent(), code);
  await tab.getByLabel('Frasa sandi').fill(passphrase);
  // Until the last has signed it leads to the same page.
  const answered = tab.waitForResponse((heard) => heard.request().method() === 'POST');
  await tab.getByRole('button', { name: /^Tandatangani/ }).first().click();
  const { location } = (await answered).headers();
  await tab.waitForURL(({ pathname }) => pathname === location);
  return location;
}

/** An organisation's clerk, and an official: both lose their file and go on with another. */
export async function lostFiles(walk, clerk) {
  const { base, look, open, official, ready, PHONE, OFFICE, passphrase } = walk;
  const phone = await open(PHONE);
  const code = await anew(walk, phone, 'Yayasan Contoh, telepon baru');
  assert.match(await ask(walk, phone, 'yayasan contoh', 'Telepon pengurus hilang, salinan tidak ada.'), /\/waiting\//);

  // The person is at the counter: the request is found by what their slip says.
  const registrar = await official('registrar');
  await registrar.getByRole('link', { name: 'Jabatan dan berkas' }).click();
  await look(registrar, 'keys-registrar');
  await registrar.getByLabel('Kode pada lembar loket').fill(code.toUpperCase());
  await Promise.all([registrar.waitForURL(/\/waiting\//), registrar.getByRole('button', { name: 'Buka permintaan' }).click()]);
  assert.match(await compare(walk, registrar, code), /\/waiting\//);
  const inspectorate = await official('inspektorat');
  await inspectorate.getByRole('link', { name: 'Penggantian kunci yang hilang' }).first().click();
  assert.match(await compare(walk, inspectorate, code), /\/sent\//);
  await registrar.goto(`${base}/keys`);
  await look(registrar, 'keys-pending');

  // Both devices are told what goes on; whoever has the old one could object.
  await phone.goto(`${base}/home`);
  await phone.getByText('Berkas ini berlaku mulai').waitFor();
  await look(phone, 'home-pending');
  await clerk.goto(`${base}/home`);
  await clerk.getByRole('heading', { name: 'sedang diganti' }).waitFor();
  await look(clerk, 'home-replacing');

  // An official's file: three roots sign, and it is in force at once.
  const desk = await open(OFFICE);
  const theirs = await anew(walk, desk, 'Tata Usaha, laptop baru');
  const roots = [await official('1'), await official('2'), await official('3')];
  await roots[0].getByRole('link', { name: 'Jabatan dan berkas' }).click();
  await look(roots[0], 'keys-roots');
  const office = roots[0].locator('.office', { hasText: 'Tata Usaha' }).first();
  await office.locator('summary').click();
  await look(roots[0], 'keys-roots-open');
  const person = await office.locator('.holders strong').first().textContent();
  assert.match(await ask(walk, desk, person, 'Laptop dinas rusak.'), /\/waiting\//);
  for (const [at, root] of roots.entries()) {
    await root.goto(`${base}/home`);
    await root.getByRole('link', { name: 'Penggantian kunci yang hilang' }).first().click();
    assert.match(await compare(walk, root, theirs), at === 2 ? /\/sent\// : /\/waiting\//);
  }
  await desk.goto(`${base}/home`);
  await desk.getByRole('heading', { name: 'Menunggu tindakan Anda' }).waitFor();

  // Roots appoint somebody: the form has the office, and asks for the text of the appointee's slip.
  await roots[0].goto(`${base}/keys`);
  await office.locator('summary').click();
  await Promise.all([roots[0].waitForURL(/\/drafts\//), office.getByRole('button', { name: 'Angkat pejabat' }).click()]);
  await ready(roots[0]);
  assert.equal(await roots[0].locator('[name=office]').inputValue(), 'tata_usaha');
  await look(roots[0], 'appointment');

  // The old file is refused, and the page says what to do.
  const old = await open(OFFICE);
  await restored(walk, old, 'tata_usaha');
  await old.goto(`${base}/login`);
  await ready(old);
  await old.getByLabel('Frasa sandi').fill(passphrase);
  await Promise.all([old.waitForResponse((heard) => heard.request().method() === 'POST'), old.getByRole('button', { name: 'Masuk' }).click()]);
  await old.getByText('sudah diganti oleh entri').waitFor();
  await ready(old);
  await look(old, 'login-refused');
}

/** Restores the file that somebody was given. */
export async function restored({ base, ready, keyOf, passphrase }, tab, office) {
  await tab.goto(`${base}/key`);
  await ready(tab);
  await tab.getByText('Pulihkan dari salinan').click();
  await tab.getByLabel('Berkas', { exact: true }).setInputFiles(keyOf(office));
  await tab.getByLabel('Frasa sandi', { exact: true }).fill(passphrase);
  await tab.getByRole('button', { name: 'Pulihkan' }).click();
  await tab.getByText('disimpan di peramban ini', { exact: false }).first().waitFor();
}
