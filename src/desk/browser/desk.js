// The desk's pages: what they mark with `data-desk` is given its work. `<main data-desk-origin data-desk-csrf>` says which ledger
// this is; the sentences stand in `<template data-desk-words>`.
import { Refused } from "./refused.js";
import { faults } from "./element.js";
import { wordsOf } from "./say.js";
import { charactersOf } from "./statement.js";
import { characterTable } from "./source.js";

/** What each part needs, and no more, is fetched. */
const WORK = {
  key: async (...given) => (await import("./keys.js")).prepareKeys(...given),
  login: async (...given) => (await import("./signing.js")).prepareLogin(...given),
  sign: async (...given) => (await import("./signing.js")).prepareSign(...given),
  reading: async (...given) => (await import("./signing.js")).prepareReading(...given),
  unsealed: async (...given) => (await import("./reading.js")).prepareUnsealed(...given),
  seal: async (...given) => (await import("./sealing.js")).prepareSeal(...given),
  forget: async (...given) => (await import("./sealing.js")).prepareForget(...given),
  upload: async (...given) => (await import("./upload.js")).prepareUpload(...given),
  draft: async (...given) => (await import("./draft.js")).prepareDraft(...given),
};

const main = document.querySelector("main[data-desk-origin]");
let characters;

const desk = {
  origin: main.dataset.deskOrigin,
  csrf: main.dataset.deskCsrf,
  currency: main.dataset.deskCurrency,
  lang: document.documentElement.lang,
  say: wordsOf(document, "template[data-desk-words]"),
  /** What a string may hold, fetched once it is asked for. */
  characters: () => (characters ??= characterTable().then(charactersOf, () => {
    characters = undefined;
    throw new Refused("unreachable");
  })),
};

/** Forms that are worth nothing until a script has done its work. */
const HELD = "form:is([data-desk~=login], [data-desk~=sign], [data-desk~=reading], [data-desk~=seal])";

for (const form of document.querySelectorAll(HELD)) {
  form.addEventListener("submit", (event) => {
    if ("deskReady" in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
}
for (const part of document.querySelectorAll("[data-desk]")) {
  // A draft may have something to seal: `data-desk="draft seal"`.
  const works = part.dataset.desk.split(" ").map((name) => WORK[name]).filter((work) => work);
  try {
    for (const work of works) await work(part, desk);
    part.dataset.deskReady = "";
  } catch (error) {
    // One part that cannot work keeps no other from it.
    cannot(part, error);
  }
}

function cannot(part, error) {
  const told = faults(desk.say);
  if (part.matches("input")) part.after(told.place);
  else part.append(told.place);
  told.tell(error);
  if (part.matches(HELD)) for (const submit of part.querySelectorAll("button:not([type=button]), input[type=submit]")) submit.disabled = true;
  part.dataset.deskFailed = "";
}
