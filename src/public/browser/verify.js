// The page /verify, online and saved: takes files or a pasted text, checks them here, and says each step.
import { NotGiven, Refused } from "./refused.js";
import { checkRecord, told } from "./record.js";
import { naming, pasted, recordsOf, sorted, sourceOf } from "./given.js";
import { conclude, facts, show, tell, wordsOf } from "./say.js";
import { charactersOf } from "./statement.js";

/** Hashed in one piece, so it must fit into memory. */
const MOST_BYTES = 50_000_000;

/**
 * Makes the page's box work. `characters` answers the table of characters; `ledger` is where lacking entries come from, none on
 * a page without a network; `Unreachable` is what it throws when it cannot be asked.
 */
export function prepare(box, { characters, ledger, Unreachable }) {
  const desk = { box, say: wordsOf(box), characters, ledger, Unreachable };
  const [files, paste, button] = ["input[type=file]", "textarea.paste", "button"].map((one) => box.querySelector(one));
  box.hidden = false;
  const run = async (list) => {
    button.disabled = true;
    try {
      await check(desk, await read(desk, list, paste.value));
    } finally {
      button.disabled = false;
    }
  };
  button.addEventListener("click", () => run([...files.files]));
  files.addEventListener("change", () => files.files.length > 0 && run([...files.files]));
  for (const name of ["dragover", "drop"]) box.addEventListener(name, (event) => event.preventDefault());
  box.addEventListener("dragover", () => box.classList.add("over"));
  for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => run([...event.dataTransfer.files]));
}

async function read({ box, say }, list, text) {
  box.querySelector(".results").replaceChildren();
  const files = [];
  let left = 0;
  for (const file of list) {
    if (file.size <= MOST_BYTES) {
      files.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } else {
      wrong(box, say, "too-large", file.name);
      left += 1;
    }
  }
  if (text.trim() !== "") files.push({ name: say("pasted"), bytes: pasted(text) });
  return { files, left };
}

/** Checks what was read; `left` files were not. */
async function check(desk, { files, left }) {
  const { box, say } = desk;
  const verdict = box.querySelector(".overall");
  if (files.length + left === 0) return conclude(verdict, "none", say("nothing"));
  show(verdict, "", say("checking"));
  try {
    const given = await sorted(files);
    const outcome = { bad: given.faults.length, open: left, good: 0 };
    for (const { name, code } of given.faults) wrong(box, say, code, name);
    const trust = await trustOf(desk);
    const seen = new Map();
    for (const record of recordsOf(given)) outcome[await checkOne(desk, given, record, trust)] += 1;
    for (const document of given.documents) outcome[await checkDocument(desk, given, document, trust, seen)] += 1;
    const state = outcome.bad > 0 ? "bad" : outcome.open > 0 ? "none" : "good";
    conclude(verdict, state, say(`all-${state}`, outcome));
  } catch (error) {
    if (!(error instanceof desk.Unreachable || error instanceof Refused)) throw error;
    conclude(verdict, "bad", say(error instanceof Refused ? error.code : "unreachable"));
  }
}

async function trustOf({ box, characters }) {
  const lines = (name) => (box.querySelector(name)?.value ?? "").split(/\s+/).filter((line) => line !== "");
  const { origin, identity } = box.dataset;
  if (lines("textarea.keys").length === 0) throw new Refused("no-ledger-key");
  return {
    origin, identity, ledgerKeys: lines("textarea.keys"), witnesses: lines("textarea.witnesses"),
    characters: charactersOf(await characters()),
  };
}

/** A place for what is said of one thing. */
function place(box, title) {
  const [section, heading, list, verdict] = ["section", "h3", "ol", "p"].map((one) => document.createElement(one));
  heading.textContent = title;
  verdict.className = "verdict";
  section.append(heading, list, verdict);
  box.querySelector(".results").append(section);
  return { heading, list, verdict };
}

function wrong(box, say, code, name) {
  conclude(place(box, name).verdict, "bad", say(code) || code);
}

/** Checks a record: `good`, `bad`, or `open` where something could not be checked. */
async function checkOne({ box, say, ledger }, given, record, trust) {
  const { heading, list, verdict } = place(box, say("record", facts(record)));
  const seen = new Map();
  let open = false;
  try {
    const holds = await checkRecord(sourceOf(given, ledger, record), record.index, trust, (step) => {
      // That no witness is known is no fault of the record.
      open = open || (step.none && step.step === "signers");
      tell(list, say, step);
    }, seen);
    const read = seen.get(record.index);
    if (read) describe(heading, say, read);
    const outcome = holds ? (open ? "open" : "good") : "bad";
    conclude(verdict, outcome === "open" ? "none" : outcome, say({ good: "whole", open: "placed", bad: "broken" }[outcome]));
    return outcome;
  } catch (error) {
    if (!(error instanceof NotGiven)) throw error;
    conclude(verdict, "none", say(record.bytes ? "no-entry" : "no-receipt", facts(record)));
    return "open";
  }
}

/** What an entry says, as its heading. */
function describe(heading, say, entry) {
  const { kind, about } = told(entry);
  heading.textContent = say("says", { ...facts(entry), kind: say(`kind-${kind}`) || kind, about, when: entry.time });
}

async function checkDocument({ box, say, ledger }, given, file, trust, seen) {
  const { list, verdict } = place(box, file.name);
  tell(list, say, { step: "digest", holds: true, sha256: file.sha256 });
  const faults = [];
  const found = await naming(file, given, ledger, trust, (step) => step.holds || faults.push(step), seen);
  for (const fault of faults) tell(list, say, fault);
  for (const one of found) {
    tell(list, say, { step: "named", holds: true, ...one, kind: say(`kind-${one.kind}`) || one.kind });
  }
  const outcome = faults.length > 0 ? "bad" : found.length > 0 ? "good" : "open";
  const words = { good: "document", bad: "broken", open: ledger ? "document-none" : "document-none-given" }[outcome];
  conclude(verdict, outcome === "open" ? "none" : outcome, say(words, { ...found[0], index: facts(found[0] ?? {}).index }));
  return outcome;
}
