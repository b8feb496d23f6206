// The desk's pages: what they mark with `data-desk` is given its work. `<main data-desk-origin data-desk-csrf>` says which ledger
// this is; the sentences stand in `<template data-desk-words>`.
import { wordsOf } from "./say.js";
import { charactersOf } from "./statement.js";
import { characterTable } from "./source.js";
import { prepareKeys } from "./keys.js";
import { prepareLogin, prepareSign } from "./signing.js";

const WORK = { key: prepareKeys, login: prepareLogin, sign: prepareSign };

const main = document.querySelector("main[data-desk-origin]");
let characters;

const desk = {
  origin: main.dataset.deskOrigin,
  csrf: main.dataset.deskCsrf,
  currency: main.dataset.deskCurrency,
  lang: document.documentElement.lang,
  say: wordsOf(document, "template[data-desk-words]"),
  /** What a string may hold, fetched once it is asked for. */
  characters: () => (characters ??= characterTable().then(charactersOf)),
};

for (const element of document.querySelectorAll("[data-desk]")) {
  await WORK[element.dataset.desk]?.(element, desk);
  element.dataset.deskReady = "";
}
