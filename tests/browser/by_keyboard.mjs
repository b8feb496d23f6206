// An organisation's application and the decisions of two offices, by people who have keys alone: a part of `desk_walk.mjs`, which gives
// it what it walks with.

import assert from 'node:assert/strict';
import { keysOf } from './keyboard.mjs';
import { applied, complete, recorded } from './other_ways.mjs';

const title = 'Rak buku';

/** A page: once around it, and what is pressed there. */
async function page(walk, tab, { around = true } = {}) {
  await walk.ready(tab).catch(() => {});
  const keys = keysOf(tab, (fault) => walk.faults.push(fault));
  if (around) await keys.around();
  return keys;
}

const button = (tab, name) => tab.getByRole('button', { name, exact: true });
const focused = (tab) => tab.evaluate(() => document.activeElement?.outerHTML.slice(0, 160));

/** Where a person with keys is once something was wrong: at what is said, which stands in the window and leads to the field. */
async function atTheFaults(tab) {
  const summary = tab.locator('.summary');
  await summary.waitFor();
  assert.ok(await summary.evaluate((one) => one === document.activeElement), `the focus is at ${await focused(tab)}, not at the faults`);
  assert.ok(await summary.evaluate((one) => { const { top } = one.getBoundingClientRect(); return top >= 0 && top < innerHeight; }), 'the faults are not in the window');
}

/** Signs in, over the link that leaves out what stands on every page. */
async function signedIn(walk, tab) {
  await tab.goto(`${walk.base}/login`);
  const keys = await page(walk, tab);
  await tab.reload();
  await walk.ready(tab);
  await keys.press('Tab', true);
  assert.ok(await keys.has(tab.getByRole('link', { name: 'Langsung ke isi' })), `the first key leads to ${await focused(tab)}`);
  await keys.press('Enter');
  await keys.press('Tab', true);
  const passphrase = tab.getByLabel('Frasa sandi');
  assert.ok(await tab.evaluate(() => document.activeElement.closest('main') !== null), 'the link does not lead to the content');
  await keys.type(passphrase, 'bukan frasa sandinya');
  await keys.press('Enter');
  await tab.getByRole('alert').getByText('tidak membuka').waitFor();
  assert.ok(await keys.has(passphrase), 'what is to be typed again has not the focus');
  await keys.type(passphrase, walk.passphrase);
  await keys.hit(button(tab, 'Masuk'), { leads: /\/home$/ });
}

/** Types the passphrase and signs what is shown. */
async function signed(walk, tab, name, leads) {
  const keys = await page(walk, tab);
  await keys.hit(tab.getByText('Untuk diperiksa huruf demi huruf').first());
  assert.ok(await tab.locator('details[open] .desk-statement').first().isVisible(), 'what is folded does not open by a key');
  await keys.type(tab.getByLabel('Frasa sandi'), walk.passphrase);
  await keys.hit(button(tab, name), { leads });
  return page(walk, tab);
}

/** From the first page to the receipt. */
async function application(walk, clerk) {
  await signedIn(walk, clerk);
  let keys = await page(walk, clerk);
  await keys.hit(button(clerk, 'Ajukan permohonan hibah'), { leads: /\/drafts\// });
  keys = await page(walk, clerk);
  const field = (name) => clerk.locator(`[name="${name}"]`);
  await keys.type(field('title'), title);
  // Nothing but the name: what is missing is told, and each leads to its field.
  await keys.hit(button(clerk, 'Periksa sebelum menandatangani'), { leads: /\/check$/ });
  await walk.ready(clerk);
  await atTheFaults(clerk);
  await walk.look(clerk, 'application-faults');
  keys = await page(walk, clerk, { around: false });
  await keys.hit(clerk.getByRole('link', { name: 'Isi: Untuk apa.' }));
  assert.ok(await keys.has(field('purpose')), `the fault leads to ${await focused(clerk)}`);
  await keys.type(field('purpose'), 'Rak untuk taman bacaan');
  await keys.back(field('title'));
  assert.equal(await field('title').inputValue(), title);
  await keys.type(field('amount'), '10.000.000');
  await keys.choose(field('field'), 'Pendidikan');
  await keys.choose(field('form'), 'uang');
  await keys.choose(field('way'), 'hibah');
  const documents = clerk.locator('#f-documents-0-title');
  await keys.choose(documents, 'Proposal hibah');
  await keys.upload(clerk.locator('#f-documents-0-file'), { name: 'proposal.txt', mimeType: 'text/plain', buffer: Buffer.alloc(1_500_000, 'proposal ') });
  await clerk.getByText('Sudah diunggah: proposal.txt').or(clerk.getByText('proposal.txt')).first().waitFor();
  await keys.type(field('budget_lines.0.line'), 'Rak');
  await keys.type(field('budget_lines.0.amount'), '6.000.000');
  // A row more: who asked for it goes on there.
  await keys.hit(clerk.getByRole('button', { name: 'Tambah baris' }).last(), { leads: ({ hash, pathname }) => /drafts/.test(pathname) && hash !== '' });
  await walk.ready(clerk);
  assert.ok(await keys.has(clerk.locator('#f-budget_lines-1')), `the new row is not at hand: the focus is at ${await focused(clerk)}`);
  keys = await page(walk, clerk, { around: false });
  await keys.press('Tab', true);
  assert.ok(await keys.has(field('budget_lines.1.line')), `the new row begins with ${await focused(clerk)}`);
  await keys.type(field('budget_lines.1.line'), 'Kayu');
  await keys.type(field('budget_lines.1.amount'), '4.000.000');
  await keys.type(field('place'), 'Bandung');
  await keys.hit(button(clerk, 'Periksa sebelum menandatangani'), { leads: /\/check$/ });
  await walk.ready(clerk);
  assert.deepEqual(await clerk.locator('.summary').allTextContents(), []);
  keys = await signed(walk, clerk, 'Tandatangani dan kirim', /\/sent\//);
  const about = await recorded(clerk);
  const [receipt] = await Promise.all([clerk.waitForEvent('download'), keys.hit(clerk.getByRole('link', { name: 'Unduh tanda terima' }))]);
  assert.match(receipt.suggestedFilename(), /\.tlog-proof$/);
  return about;
}

/** Two cases are ticked, decided and signed at once. */
async function several(walk, intake, abouts) {
  await signedIn(walk, intake);
  let keys = await page(walk, intake);
  for (const about of abouts) await keys.hit(intake.locator(`input[name=case][value="${about}"]`), { key: 'Space' });
  assert.equal(await intake.locator('input[name=case]:checked').count(), abouts.length);
  await keys.hit(button(intake, 'Pemeriksaan kelengkapan'), { leads: /\/drafts\// });
  keys = await page(walk, intake);
  for (const [name, value] of Object.entries(complete('978/4001'))) {
    const field = intake.locator(`[name="${name}"]`);
    if (value === true) await keys.hit(field, { key: 'Space' });
    else await keys.type(field, value);
  }
  await keys.hit(button(intake, 'Periksa sebelum menandatangani'), { leads: /\/check$/ });
  keys = await signed(walk, intake, 'Tandatangani semua dan kirim', true);
  await intake.getByRole('heading', { name: 'Hasil' }).waitFor();
  await walk.look(intake, 'results');
  assert.equal(await intake.getByRole('link', { name: 'dicatat' }).count(), abouts.length);
  await keys.hit(intake.getByRole('link', { name: 'Kembali ke pekerjaan saya' }), { leads: /\/home$/ });
}

/** A case is opened from the queue and refused with a reason, by what is folded on its page. */
async function decided(walk, mayor, about) {
  await signedIn(walk, mayor);
  let keys = await page(walk, mayor);
  await keys.hit(mayor.locator(`a[href="/cases/${about}"]`), { leads: /\/cases\// });
  keys = await page(walk, mayor);
  await keys.hit(mayor.getByText('Tindakan lain'));
  await keys.hit(button(mayor, 'Ditolak'), { leads: /\/drafts\// });
  keys = await page(walk, mayor);
  await keys.type(mayor.locator('[name=reason]'), 'Rak sudah dibeli dinas.');
  await keys.hit(button(mayor, 'Periksa sebelum menandatangani'), { leads: /\/check$/ });
  await signed(walk, mayor, 'Tandatangani dan kirim', /\/sent\//);
}

/** Each fault that the keys are to find, on a page that has it and one that has it not. */
async function findsFaults({ open, PHONE }) {
  const tab = await open(PHONE);
  const told = async (html) => {
    const faults = [];
    await tab.setContent(`<style>:focus-visible { outline: 3px solid teal; }</style>${html}`);
    await keysOf(tab, (fault) => faults.push(fault)).around();
    return faults.join();
  };
  const links = '<p><a href="#a">Satu</a></p><p><button>Dua</button></p><p><input aria-label="Tiga"></p>';
  const tail = '<p><a href="#z">Akhir</a></p>';
  assert.equal(await told(links + tail), '');
  for (const [html, fault] of [
    ['<button style="outline: none">X</button>', 'looks as without the focus'],
    ['<button style="position: fixed; left: -300px">X</button>', 'is not wholly in the window'],
    ['<button>X</button><div style="position: fixed; inset: 0; background: white">over</div>', 'is covered by <div'],
    ['<div style="display: flex; flex-direction: column-reverse"><button>X</button><button>Y</button></div>', 'stands above the one that it follows'],
    ['<a href="#x" tabindex="2">X</a>', /no key leads to|comes before the one that it follows/],
    ['<button onfocus="document.querySelector(\'a\').focus()">X</button>', 'no key leads to <a href="#z">'],
    ['<input aria-label="X" onkeydown="event.preventDefault()">', 'the focus does not get out'],
  ]) {
    const found = await told(links + html + tail).catch(({ message }) => message);
    assert.match(found, new RegExp(fault), html);
  }
  await tab.context().close();
}

export async function byKeyboard(walk, clerk) {
  const { base, official } = walk;
  await findsFaults(walk);
  const other = await applied(walk, clerk, 'Meja baca');
  await clerk.goto(`${base}/home`);
  await clerk.getByRole('button', { name: 'Keluar' }).click();
  const own = await application(walk, clerk);
  const intake = await official('tata_usaha');
  await several(walk, intake, [own, other]);
  await intake.context().close();
  const mayor = await official('wali_kota');
  await decided(walk, mayor, own);
  await mayor.context().close();
}
