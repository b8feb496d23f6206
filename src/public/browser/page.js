// "Check this record" on the pages of entries and grants: runs the checks, and says each step in the page's language.
import { Refused } from "./refused.js";
import { checkRecord } from "./record.js";
import { Unreachable, ledger } from "./source.js";
import { charactersOf } from "./statement.js";

for (const box of document.querySelectorAll("[data-check]")) prepare(box);

function prepare(box) {
  const button = box.querySelector("button");
  box.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await check(box);
    } finally {
      button.disabled = false;
    }
  });
}

async function check(box) {
  const say = wordsOf(box);
  const [list, verdict] = [box.querySelector("ol"), box.querySelector(".verdict")];
  list.replaceChildren();
  show(verdict, "", say("checking"));
  try {
    const trust = await trustOf(box.dataset);
    let whole = true;
    const seen = new Map();
    const entries = box.dataset.entries.split(" ").map(Number);
    for (const index of entries) {
      // Of several entries each has a line, and what is wrong with it.
      const alone = entries.length === 1;
      const holds = await checkRecord(ledger, index, trust, (step) => (alone || !step.holds) && tell(list, say, step), seen);
      if (!alone) tell(list, say, { step: "one", holds, index });
      whole = whole && holds;
    }
    conclude(verdict, whole ? "good" : "bad", say(whole ? "whole" : "broken"));
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Refused)) throw error;
    conclude(verdict, "bad", say("unreachable"));
  }
}

async function trustOf({ origin, keys, identity }) {
  const table = await fetch(new URL("characters-v1.txt", import.meta.url)).catch(() => null);
  if (!table?.ok) throw new Unreachable("characters-v1.txt");
  return { origin, identity, ledgerKeys: keys.split(" "), characters: charactersOf(await table.text()) };
}

function tell(list, say, step) {
  const line = document.createElement("li");
  const name = step.holds ? (step.none ? `${step.step}-none` : step.step) : `${step.step}-bad`;
  const why = step.holds ? "" : ` ${say(step.code) || step.code}`;
  show(line, step.holds ? (step.none ? "none" : "good") : "bad", say(name, facts(step)) + why);
  list.append(line);
}

/** The facts of a step as a person reads them. */
function facts({ index, size, leaf, root, keys, witness, time }) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const from = keys?.filter((key) => typeof key === "object").map((key) => number.format(key.index));
  return {
    index: number.format(index ?? 0),
    size: number.format(size ?? 0),
    leaf: leaf?.slice(0, 16),
    root: root?.slice(0, 16),
    keys: from?.length ? from.join(", ") : keys?.join(", "),
    witness,
    time: time ? new Date(time * 1000).toLocaleString(document.documentElement.lang) : "",
  };
}

function show(element, state, text) {
  for (const other of ["good", "bad", "none"]) element.classList.toggle(other, other === state);
  element.textContent = text;
}

/** The verdict: its first words strong. */
function conclude(element, state, text) {
  const [, first, rest] = /^([^:]*:?)(.*)$/s.exec(text);
  show(element, state, "");
  const strong = document.createElement("strong");
  strong.textContent = first;
  element.append(strong, rest);
}

/** The page's own sentences, with `{fact}` for what is put in. */
function wordsOf(box) {
  const sentences = new Map(
    [...box.querySelector("template").content.children].map((one) => [one.dataset.word, one.textContent]));
  return (name, facts = {}) => (sentences.get(name) ?? "").replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
}
