// The forms that are signed before they are sent: signing in, statements, and readings of sealed values. Without a script they are not sent at all, for
// the server cannot sign.
import { base64Of, bytesOf, hexOf } from "./refused.js";
import { sha256 } from "./signature.js";
import { readDraft } from "./statement.js";
import { chooser } from "./chooser.js";
import { element } from "./element.js";
import { answer } from "./login.js";
import { sealedOf } from "./keep.js";
import { answerReading, describeReading } from "./reading.js";
import { openingOf } from "./seal.js";
import { signBatch } from "./sign.js";
import { onSubmit } from "./submit.js";
import { describe } from "./words.js";

/** `<form data-desk="login">`: the challenge is answered in `note`; `public_key` says whose key that is. */
export async function prepareLogin(form, desk) {
  const { origin } = desk;
  const place = placeIn(form);
  const open = await chooser(place, desk);
  onSubmit(form, place, desk, async () => {
    const key = await open();
    form.elements.note.value = await answer(form.elements.challenge.value.replaceAll("\r\n", "\n"), key, origin);
    fill(form, "public_key", key.publicKey);
  });
}

/** `<form data-desk="sign">`: every `statement` is shown in words, and replaced by its signed note. */
export async function prepareSign(form, desk) {
  const { origin, say } = desk;
  const fields = [...form.querySelectorAll("textarea[name=statement]")];
  // What is shown and what is signed are made from these, whatever becomes of the page.
  const drafts = fields.map((field) => field.value);
  const characters = await desk.characters();
  // What cannot be told is refused here, and so cannot be signed.
  const shown = drafts.map((draft) => rowsOf(describe(draft, { ...desk, characters }), say));
  form.querySelector("[data-desk-shown]").append(...shown);
  // Of some the page says why they would be refused: they are shown, and there is nothing to press.
  if (!submitOf(form)) return;
  const signers = drafts.map((draft) => readDraft(bytesOf(draft), origin, characters).value.signers);
  const place = placeIn(form);
  // One passphrase signs all, so one key must be named by each.
  const open = await chooser(place, desk, signers.reduce((all, each) => all.filter((one) => each.includes(one))));
  onSubmit(form, place, desk, async () => {
    const key = await open();
    const signed = await signBatch(drafts, key, origin, characters);
    for (const [at, field] of fields.entries()) field.value = signed[at];
    await addOpenings(form, drafts, desk, characters);
  });
}

/** `<form data-desk="reading">`: what is asked is shown in words, and answered in `note` by the key that it names. */
export async function prepareReading(form, desk) {
  // What is shown and what is signed are made from this, whatever becomes of the page.
  const request = form.elements.request.value.replaceAll("\r\n", "\n");
  const told = { ...desk, characters: await desk.characters() };
  const { key, rows } = describeReading(request, told);
  form.querySelector("[data-desk-shown]").append(rowsOf(rows, desk.say));
  const place = placeIn(form);
  const open = await chooser(place, desk, [key]);
  onSubmit(form, place, desk, async () => {
    form.elements.note.value = await answerReading(request, await open(), told);
  });
}

/** The rows as a list of terms; each level of a statement is a level of the list. */
export function rowsOf(rows, say) {
  const list = element("dl", { class: "desk-statement" });
  const proofs = element("dl", { class: "desk-statement" });
  for (const { label, value, level, letters, folded } of rows) {
    const told = element("dd", letters ? { class: folded ? "letters" : "letters code" } : {}, value);
    (folded ? proofs : list).append(element("div", { "data-level": level }, element("dt", {}, label), told));
  }
  return element("section", {}, list, element("details", {}, element("summary", {}, say("proofs")), proofs));
}

/** What opens the commitments that were made in this browser goes with the statement, never before it. */
async function addOpenings(form, drafts, { origin }, characters) {
  for (const old of form.querySelectorAll("textarea[name=opening]")) old.remove();
  for (const draft of drafts) {
    const { value, note } = readDraft(bytesOf(draft), origin, characters);
    const hash = await sha256(bytesOf(note.text));
    for (const commitment of Object.values(value.body.sealed ?? {})) {
      const sealed = await sealedOf(commitment);
      if (sealed) form.append(element("textarea", { name: "opening", hidden: true, ".value": openingOf(sealed, hexOf(hash)) }));
    }
  }
}

/** Fills the field of this name, if there is one. */
function fill(form, name, bytes) {
  const field = form.elements.namedItem(name);
  if (field) field.value = base64Of(bytes);
}

/** Where the choice of a file goes: where the page says, or before the button. */
function placeIn(form) {
  const place = form.querySelector("[data-desk-choose]");
  if (place) return place;
  const made = element("div");
  submitOf(form).before(made);
  return made;
}

function submitOf(form) {
  return form.querySelector("button:not([type=button]), input[type=submit]");
}
