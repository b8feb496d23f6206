// "Check this record" on the pages of entries and grants: runs the checks, and says each step in the page's language.
import { Refused } from "./refused.js";
import { checkRecord } from "./record.js";
import { conclude, show, tell, wordsOf } from "./say.js";
import { Unreachable, characterTable, ledger } from "./source.js";
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

async function trustOf({ origin, keys, identity, witnesses = "" }) {
  const known = witnesses.split(" ").filter((vkey) => vkey !== "");
  return { origin, identity, ledgerKeys: keys.split(" "), witnesses: known, characters: charactersOf(await characterTable()) };
}
