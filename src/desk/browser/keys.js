// `<section data-desk="key">`: the signing files that this browser keeps: made, saved, printed, restored, removed.
import { base64Of, require } from "./refused.js";
import { acceptDrops, chosenText } from "./chooser.js";
import { button, element, entered, faults, labelled } from "./element.js";
import { forget, keep, kept } from "./keep.js";
import { save } from "./save.js";
import { sheetOf } from "./sheet.js";
import { codeOf, longEnough, makeKeyFile, openKeyFile, readPublic, tidied, vkeyOf } from "./keyfile.js";

/** Prepares the section; `data-name` is the name of a new key, where the ledger has given one. */
export async function prepareKeys(section, desk) {
  const list = element("ul", { class: "desk-files" });
  const news = element("p", { role: "status" });
  const told = faults(desk.say);
  const part = { ...desk, section, list, news, told };
  section.append(list, news, told.place, making(part), restoring(part));
  await show(part);
}

async function show(part) {
  const files = await kept(part.origin);
  part.list.replaceChildren(...await Promise.all(files.map((file) => lineOf(part, file))));
  part.list.hidden = files.length === 0;
}

async function lineOf(part, file) {
  const { say, section } = part;
  const day = (ms) => new Date(ms).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
  const state = file.downloaded ? say("file-saved", { day: day(file.downloaded) }) : say("file-not-saved");
  const { name, key } = await readPublic(file.text);
  const saved = async () => {
    save(file.text, `${nameOf(file)}.key`, "text/plain");
    await keep({ ...file, downloaded: Date.now() });
    await show(part);
  };
  const printed = async () => {
    const facts = { label: file.label, origin: file.origin, day: day(Date.now()), code: codeOf(key) };
    const [title, steps, whose] = ["sheet-title", "sheet-steps", "sheet-facts"].map((name) => say(name, facts).split("\n"));
    save(sheetOf(file.text, { title, steps, facts: whose }), `${nameOf(file)}.pdf`, "application/pdf");
    await keep({ ...file, downloaded: Date.now() });
    await show(part);
  };
  const slipped = async () => {
    const facts = { label: file.label, code: codeOf(key), day: day(Date.now()) };
    const [title, steps, whose] = ["slip-title", "slip-steps", "slip-facts"].map((name) => say(name, facts).split("\n"));
    save(sheetOf(`${await vkeyOf(name, key)}\n`, { title, steps, facts: whose }), `${nameOf(file)}-${say("slip-name")}.pdf`, "application/pdf");
  };
  const use = button(say("use-file"), async () => fillIn(part, file));
  use.hidden = !fieldOf(section);
  return element("li", {}, element("strong", {}, file.label), ` ${say("file-made", { day: day(file.made) })}. `,
    element("span", { class: file.downloaded ? "" : "desk-warning" }, state),
    element("p", {}, `${say("key-code-own")} `, element("code", {}, codeOf(key))),
    element("div", { class: "desk-actions" }, use, button(say("save-file"), saved), button(say("save-sheet"), printed),
      button(say("save-slip"), slipped), removing(part, file)));
}

/** Removing is asked twice. */
function removing(part, file) {
  const { say, news } = part;
  const sure = button(say("remove-surely"), async () => {
    await forget(file);
    await show(part);
    news.textContent = say("removed");
  });
  const ask = button(say("remove"), async () => {
    ask.replaceWith(element("span", {}, `${say("remove-sure")} `, sure));
    sure.focus();
  });
  return ask;
}

function making(part) {
  const { say, origin, section } = part;
  const label = element("input", { autocomplete: "off", maxlength: "60" });
  const [first, again] = [0, 1].map(() => element("input", { type: "password", autocomplete: "new-password", spellcheck: "false" }));
  const make = button(say("make"), () => attempt(part, async () => {
    require(label.value.trim() !== "", "no-label");
    require(longEnough(first.value), "passphrase-too-short");
    require(first.value === again.value, "passphrases-differ");
    const text = await makeKeyFile(section.dataset.name || `${origin}/org/new`, first.value);
    // What was written is read back before anybody rests on it.
    await openKeyFile(text, first.value);
    await keepNew(part, text, label.value.trim(), null);
    for (const input of [label, first, again]) input.value = "";
    box.open = false;
    part.news.textContent = say("made");
  }));
  const box = element("details", {}, element("summary", {}, say("make-file")), labelled(say("label"), label, say("label-hint")),
    labelled(say("new-passphrase"), first, say("new-passphrase-hint")), labelled(say("passphrase-again"), again), make);
  return entered(box, make);
}

/** From a file, or from the text of a recovery sheet. A file that does not open now would not open later. */
function restoring(part) {
  const { say } = part;
  const input = element("input", { type: "file", accept: ".key,text/plain" });
  const pasted = element("textarea", { rows: "6", spellcheck: "false", autocomplete: "off", class: "letters" });
  const passphrase = element("input", { type: "password", autocomplete: "current-password", spellcheck: "false" });
  const restore = button(say("restore"), () => attempt(part, async () => {
    const text = pasted.value.trim() === "" ? await chosenText(input) : tidied(pasted.value);
    await openKeyFile(text, passphrase.value);
    passphrase.value = pasted.value = "";
    await keepNew(part, text, say("restored-label"), Date.now());
    part.news.textContent = say("restored");
  }));
  const box = element("details", {}, element("summary", {}, say("restore-file")), labelled(say("file"), input),
    labelled(say("pasted"), pasted, say("pasted-hint")), labelled(say("passphrase"), passphrase, say("passphrase-stays")), restore);
  acceptDrops(box, input);
  return entered(box, restore);
}

async function attempt({ told, news }, work) {
  told.clear();
  news.textContent = "";
  await work().catch(told.tell);
}

/** `downloaded`: since when there is a copy elsewhere. */
async function keepNew(part, text, label, downloaded) {
  const { origin } = part;
  const { name, key } = await readPublic(text);
  require(name.startsWith(`${origin}/`), "another-ledger");
  const holder = base64Of(key);
  const before = (await kept(origin)).find((file) => file.holder === holder);
  const file = { origin, holder, label: before?.label ?? label, text, made: before?.made ?? Date.now(), downloaded };
  await keep(file).catch((error) => {
    // Then the device's own folder is all that is left.
    save(text, `${nameOf(file)}.key`, "text/plain");
    throw error;
  });
  fillIn(part, file);
  await show(part);
}

/** The field of the page that asks for the public half. */
function fieldOf(section) {
  return (section.closest("form") ?? section.parentElement).querySelector("input[name=public_key]");
}

function fillIn({ section, say, news }, file) {
  const field = fieldOf(section);
  if (!field) return;
  field.value = file.holder;
  news.textContent = say("filled", { label: file.label });
}

function nameOf({ label }) {
  return label.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "hibah";
}
