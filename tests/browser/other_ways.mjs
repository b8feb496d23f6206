// Cases that do not go straight on, by people with browsers alone: a part of `desk_walk.mjs`, which gives it what it walks with.
// Two clerks write one draft; an office sends the case back and it goes on; another comes to the counter and is refused.

import assert from 'node:assert/strict';
import { restored } from './lost.mjs';

const COMPLETE = ['proposal', 'budget', 'deed', 'registration', 'domicile', 'chair_identity', 'account'];
export const complete = (number) => ({ control_number: number, ...Object.fromEntries(COMPLETE.map((name) => [`checklist.${name}`, true])) });

const PAPER = (name, title) => ({ [`${name}.title`]: title, [`${name}.file`]: `${title} bertanda tangan` });

/** What an application says beside its title and its purpose. */
export const APPLICATION = {
  amount: '20.000.000', field: 'pendidikan', form: 'money', way: 'grant', ...PAPER('documents.0', 'Proposal hibah'),
  'budget_lines.0.line': 'Buku', 'budget_lines.0.amount': '20.000.000', place: 'Bandung',
};

/** The case that a page says was recorded. */
export const recorded = async (tab) => /case\/\d+\/\d+/.exec(await tab.locator('.done').textContent())[0];

/** Begins what a button of the first page begins. */
async function begun({ base, ready }, tab, title) {
  await tab.goto(`${base}/home`);
  await Promise.all([tab.waitForURL(/\/drafts\//), tab.getByRole('button', { name: title, exact: true }).click()]);
  await ready(tab);
}

/** An application from beginning to end; answers its case. */
export async function applied(walk, clerk, title) {
  await begun(walk, clerk, 'Ajukan permohonan hibah');
  await walk.fill(clerk, { title, purpose: 'Buku untuk taman bacaan', ...APPLICATION });
  await walk.check(clerk, { look: 'application' });
  await walk.sign(clerk);
  return recorded(clerk);
}

/** The second is shown what the first wrote, loses nothing of its own, and goes on; answers the case that they applied for. */
async function twoClerks(walk, clerk) {
  const { base, look, open, ready, fill, check, sign, signIn, PHONE } = walk;
  // The second has a copy of the organisation's file.
  await clerk.goto(`${base}/key`);
  await ready(clerk);
  const [copy] = await Promise.all([clerk.waitForEvent('download'), clerk.getByRole('button', { name: 'Simpan salinan' }).click()]);
  const path = await copy.path();
  const second = await open(PHONE);
  await restored({ ...walk, keyOf: () => path }, second);
  await signIn(second);

  await begun(walk, clerk, 'Ajukan permohonan hibah');
  await fill(clerk, { title: 'Taman bacaan', purpose: 'Buku' });
  await saved(clerk);
  await second.goto(`${base}/home`);
  await second.getByRole('link', { name: 'Permohonan', exact: true }).first().click();
  await ready(second);
  assert.equal(await second.locator('[name=title]').inputValue(), 'Taman bacaan');
  // The first goes on, and the second, who does not see it, too.
  await fill(clerk, { purpose: 'Buku untuk anak', place: 'Cibiru' });
  await saved(clerk);
  await fill(second, { purpose: 'Buku untuk taman bacaan' });
  const news = second.locator('[data-desk-saved]').getByText('diubah di tempat lain');
  await news.waitFor();
  // Whoever writes at the top of the page sees it.
  assert.ok(await news.evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight), 'nobody sees that it is not saved');
  const above = await news.evaluate((one) => document.activeElement.getBoundingClientRect().bottom <= one.getBoundingClientRect().top);
  assert.ok(above, 'what is written in is covered');
  await look(second, 'draft-conflict');
  // Nor does a page that is loaded again write over the first one's words: what was kept here is compared as well.
  await second.reload();
  await ready(second);
  await second.getByRole('button', { name: 'Pakai isian itu' }).click();
  await news.waitFor();
  assert.equal(await second.locator('[name=purpose]').inputValue(), 'Buku untuk taman bacaan');
  await fill(second, { title: 'Buku taman bacaan' });
  await second.getByRole('button', { name: 'Simpan konsep' }).last().click();
  await second.getByRole('heading', { name: 'sudah diubah di tempat lain' }).waitFor();
  await ready(second);
  await look(second, 'draft-changed');
  // It says what is there in the form's own words, and leads to the fields.
  const told = second.locator('.summary');
  await told.getByText('Buku untuk anak').waitFor();
  await told.getByRole('link', { name: 'Untuk apa' }).click();
  assert.ok(await second.locator('[name=purpose]').evaluate((field) => field === document.activeElement));
  assert.equal(await second.locator('[name=purpose]').inputValue(), 'Buku untuk taman bacaan');
  assert.equal(await second.locator('[name=title]').inputValue(), 'Buku taman bacaan');
  // What only the first wrote is not lost by it.
  assert.equal(await second.locator('[name=place]').inputValue(), 'Cibiru');
  await fill(second, APPLICATION);
  await check(second, { look: 'application' });
  await sign(second);
  const about = await recorded(second);
  // The first sees what became of it.
  await clerk.locator('[name=title]').fill('Terlambat');
  await clerk.locator('[data-desk-saved]').getByText('sudah diserahkan').waitFor();
  await clerk.getByRole('button', { name: 'Simpan konsep' }).last().click();
  await clerk.getByRole('heading', { name: 'Tidak dapat dilakukan' }).waitFor();
  await look(clerk, 'draft-gone');
  await second.context().close();
  return about;
}

const saved = (tab) => tab.locator('[data-desk-saved]').getByText('Tersimpan').waitFor();

/** The reason is read on the phone; what was handed in is there to be mended, and the case goes on. */
async function returned(walk, clerk, intake, about) {
  const { base, look, ready, fill, check, sign, act } = walk;
  const reason = 'Proposal belum ditandatangani ketua.';
  await act(intake, about, 'Dikembalikan', { reason }, { folded: true, look: 'returning' });
  await clerk.goto(`${base}/home`);
  await look(clerk, 'home-returned');
  await clerk.getByRole('link', { name: 'Buku taman bacaan' }).first().click();
  await look(clerk, 'case-returned');
  // What the office wrote stands above all else.
  assert.ok((await clerk.locator('.outcome').textContent()).includes(reason));
  await Promise.all([clerk.waitForURL(/\/drafts\//), clerk.getByRole('button', { name: 'Perbaikan permohonan' }).click()]);
  await ready(clerk);
  await look(clerk, 'revision');
  assert.equal(await clerk.locator('[name="budget_lines.0.line"]').inputValue(), 'Buku');
  assert.equal(await clerk.locator('[name=amount]').inputValue(), '20.000.000');
  await fill(clerk, { ...PAPER('documents.0', 'Proposal hibah'), reason: 'Sudah ditandatangani ketua.' });
  await check(clerk, { look: 'revision-filled' });
  await sign(clerk);
  await clerk.goto(`${base}/cases/${about}`);
  await clerk.getByText('giliran pihak lain').waitFor();
  assert.equal(await clerk.locator('.outcome').count(), 0);
  await look(clerk, 'case-revised');
  await act(intake, about, 'Pemeriksaan kelengkapan', complete('978/2001'));
}

/** The office records what came on paper; it is among the organisation's own cases. */
async function atTheCounter(walk, clerk, intake) {
  const { base, look, ready, fill, check, sign } = walk;
  await intake.goto(`${base}/home`);
  await intake.getByLabel('Nomor lembaga').fill('9999');
  await intake.getByRole('button', { name: 'Catat permohonan di loket' }).click();
  await intake.getByText('Tidak ada lembaga').waitFor();
  await look(intake, 'counter-unknown');
  await intake.goto(`${base}/home`);
  await intake.getByLabel('Nomor lembaga').fill('1');
  await Promise.all([intake.waitForURL(/\/drafts\//), intake.getByRole('button', { name: 'Catat permohonan di loket' }).click()]);
  await ready(intake);
  // Whose application it is stands above the form.
  await intake.getByText('Yayasan Contoh').first().waitFor();
  await fill(intake, { title: 'Pagar sekolah', purpose: 'Pagar sekolah roboh', ...APPLICATION, ...PAPER('paper', 'Berkas bertanda tangan dari loket') });
  await check(intake, { look: 'counter' });
  await sign(intake);
  const about = await recorded(intake);
  await clerk.goto(`${base}/home`);
  await look(clerk, 'home-counter');
  await clerk.getByRole('link', { name: 'Pagar sekolah' }).first().click();
  await clerk.getByText('Permohonan diterima di loket').first().waitFor();
  await look(clerk, 'case-counter');
  return about;
}

/** Who was refused reads why, and what they can do. */
async function refused(walk, clerk, intake, about) {
  const { base, look, act } = walk;
  const reason = 'Pagar sekolah dibiayai dari anggaran dinas.';
  await act(intake, about, 'Ditolak', { reason }, { folded: true, look: 'refusing' });
  await clerk.goto(`${base}/home`);
  await look(clerk, 'home-refused');
  await clerk.getByRole('link', { name: 'Pagar sekolah' }).first().click();
  await look(clerk, 'case-refused');
  assert.ok((await clerk.locator('.outcome').textContent()).includes(reason));
  assert.equal(await clerk.getByText('giliran pihak lain').count(), 0, 'nobody acts on it any more');
  await Promise.all([clerk.waitForURL(/\/drafts\//), clerk.getByRole('button', { name: 'Ajukan permohonan hibah' }).click()]);
  await clerk.getByRole('button', { name: 'Buang konsep' }).click();
}

export async function otherWays(walk, clerk) {
  const intake = await walk.official('tata_usaha');
  await returned(walk, clerk, intake, await twoClerks(walk, clerk));
  await refused(walk, clerk, intake, await atTheCounter(walk, clerk, intake));
  await intake.context().close();
}
