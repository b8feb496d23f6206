// The page of the key ceremony, saved as one file: it makes signing files without a network, and keeps nothing. What it says is in
// `<template data-desk-words>`; `<main data-desk-origin>` has the ledger's origin, which can be changed before the first file.
import { require } from "./refused.js";
import { button, busy, element, faults, labelled } from "./element.js";
import { codeOf, longEnough, makeKeyFile, openKeyFile, readPublic } from "./keyfile.js";
import { save } from "./save.js";
import { wordsOf } from "./say.js";
import { sheetOf } from "./sheet.js";

/** For whom a file is: the name of its file, and of its key, as `hibah init --keys` looks for them. */
const KINDS = {
  root: ({ origin, n }) => ({ file: `root-${n}.key`, name: `${origin}/root/${n}` }),
  official: ({ origin, n, office }) => ({ file: `official-${n}-${office}.key`, name: `${origin}/official/${n}` }),
  ledger: ({ origin }) => ({ file: "ledger.key", name: origin }),
  desk: ({ origin }) => ({ file: "desk.key", name: `${origin}/desk` }),
};

const main = document.querySelector("main[data-desk-origin]");
const say = wordsOf(document, "template[data-desk-words]");
const told = faults(say);
const news = element("p", { role: "status" });
const made = [];

const origin = element("input", { value: main.dataset.deskOrigin, autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
const kind = element("select", {}, Object.keys(KINDS).map((name) => element("option", { value: name }, say(`ceremony-${name}`))));
const n = element("input", { class: "short", inputmode: "numeric", autocomplete: "off", value: "1" });
const office = element("input", { class: "short", autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
const [first, again] = [0, 1].map(() => element("input", { type: "password", autocomplete: "new-password", spellcheck: "false" }));
const [numbered, inOffice] = [labelled(say("ceremony-number"), n), labelled(say("ceremony-office"), office, say("ceremony-office-hint"))];
const list = element("ul", { class: "desk-files" });
const publics = element("textarea", { class: "letters", rows: "6", readonly: true, spellcheck: "false" });
const command = element("pre", { tabindex: "0", "aria-label": say("ceremony-command") });
const results = element("section", { hidden: true }, element("h2", {}, say("ceremony-made")), list,
  labelled(say("ceremony-public"), publics, say("ceremony-public-hint")),
  element("p", {}, say("ceremony-command")), command);

function show() {
  numbered.hidden = !["root", "official"].includes(kind.value);
  inOffice.hidden = kind.value !== "official";
}

async function make() {
  const asked = { origin: origin.value.trim(), n: n.value.trim(), office: office.value.trim() };
  require(/^[a-z0-9.-]+(?:\/[a-z0-9.-]+)*$/.test(asked.origin), "ceremony-bad-origin");
  require(numbered.hidden || /^[1-9][0-9]{0,5}$/.test(asked.n), "ceremony-bad-number");
  require(inOffice.hidden || /^[a-z][a-z0-9_]{0,39}$/.test(asked.office), "ceremony-bad-office");
  const { file, name } = KINDS[kind.value](asked);
  require(!made.some((one) => one.file === file), "ceremony-twice");
  require(longEnough(first.value), "passphrase-too-short");
  require(first.value === again.value, "passphrases-differ");
  const text = await makeKeyFile(name, first.value);
  // What was written is read back before anybody rests on it.
  await openKeyFile(text, first.value);
  first.value = again.value = "";
  const { key } = await readPublic(text);
  made.push({ file, name, text, code: codeOf(key), saved: false });
  // The next holder sits down.
  if (kind.value === "root") n.value = String(Number(asked.n) + 1);
  // Of one ledger only.
  origin.readOnly = true;
  news.textContent = say("ceremony-done", { file });
  tell();
}

function tell() {
  results.hidden = false;
  list.replaceChildren(...made.map(lineOf));
  publics.value = made.map(({ text }) => /\nvkey: (\S+)\n/.exec(text)[1]).join("\n");
  command.textContent = `hibah init LEDGER --origin ${origin.value.trim()} --profile PROFILE.toml --keys KEYS`;
}

function lineOf(one) {
  const day = new Date().toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
  const saving = async () => {
    save(one.text, one.file, "text/plain");
    one.saved = true;
    tell();
  };
  const printing = async () => {
    const facts = { label: one.file, origin: one.name, day, code: one.code };
    const [title, steps, whose] = ["sheet-title", "sheet-steps", "sheet-facts"].map((name) => say(name, facts).split("\n"));
    save(sheetOf(one.text, { title, steps, facts: whose }), one.file.replace(/key$/, "pdf"), "application/pdf");
  };
  const named = (text, work) => {
    const made = button(text, work);
    made.setAttribute("aria-label", `${text}: ${one.file}`);
    return made;
  };
  return element("li", {}, element("strong", {}, one.file), " ",
    element("span", { class: one.saved ? "" : "desk-warning" }, say(one.saved ? "ceremony-saved" : "ceremony-unsaved")),
    element("p", {}, `${say("key-code-own")} `, element("code", {}, one.code)),
    element("div", { class: "desk-actions" }, named(say("save-file"), saving), named(say("save-sheet"), printing)));
}

// Not a form's own way: a saved page sends nothing.
const work = button(say("make"), async () => {
  told.clear();
  news.textContent = "";
  await make().catch(told.tell);
});
const form = element("div", { class: "ask-form" }, labelled(say("ceremony-origin"), origin, say("ceremony-origin-hint")), labelled(say("ceremony-kind"), kind),
  numbered, inOffice, labelled(say("new-passphrase"), first, say("new-passphrase-hint")), labelled(say("passphrase-again"), again), work, told.place, news);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) busy(form, async () => work.click());
});
kind.addEventListener("change", show);
addEventListener("beforeunload", (event) => { if (made.some((one) => !one.saved)) event.preventDefault(); });
show();
document.querySelector("[data-ceremony]").append(form, results);
