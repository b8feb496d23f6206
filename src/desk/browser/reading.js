// Reading sealed values: a request signed as a note under the office's key (`src/ledger/vault/request.rs` makes it and checks the
// answer). What it opens and why is told out of the very text that is signed; its first line keeps it from being anything else.
import { require } from "./refused.js";
import { lineOf } from "./sign.js";
import { checkString } from "./statement.js";

const HEAD = /^hibah vault reading v1\n([^\n]+)\n[0-9a-f]{64}\n([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)\n([a-z0-9./-]+\+[0-9a-f]{8})\n([^\n]+)\n((?:[^\n]+\n)+)$/;
const VALUE = /^([0-9a-f]{64}) \/body\/sealed\/([a-z0-9_]+) ([a-z0-9./-]+)$/;

/** What a request says; another ledger's, or a text of any other kind, is refused. */
function parsed(text, { origin, characters }) {
  const parts = HEAD.exec(text);
  require(parts, "not-a-reading");
  const [, ledger, time, key, reason, lines] = parts;
  require(ledger === origin && key.startsWith(`${origin}/`), "another-ledger");
  checkString(reason, characters);
  const values = lines.trimEnd().split("\n").map((line) => {
    const value = VALUE.exec(line);
    require(value, "not-a-reading");
    const [, statement, name, about] = value;
    return { statement, name, about };
  });
  return { time, key, reason, values };
}

/** The key that is asked, and the request as rows like those of a statement (`words.js`): all but its random third line. */
export function describeReading(text, told) {
  const { time, key, reason, values } = parsed(text, told);
  const { say, origin } = told;
  const row = (label, value, folded = false) => ({ label, value, level: 0, letters: folded, folded });
  const named = ({ name }) => say(`field-${name}`) || name;
  return { key, rows: [
    ...values.map((value, at) => row(`${say("reading-value")} ${at + 1}`, `${named(value)}, ${value.about}`)),
    row(say("reading-reason"), reason),
    row(say("reading-time"), new Date(time).toLocaleString(told.lang === "en" ? "en-GB" : told.lang, { dateStyle: "long", timeStyle: "long" })),
    row(say("field-ledger"), origin),
    row(say("field-signers"), key, true),
    ...values.map((value, at) => row(`${say("reading-value")} ${at + 1}`, value.statement, true)),
  ] };
}

/** The note that answers a request, signed by the key that it names. */
export async function answerReading(text, key, told) {
  require(parsed(text, told).key === key.signer, "not-a-signer");
  return `${text}\n${await lineOf(text, key)}`;
}

/** `<... data-desk="unsealed">`: browsers keep whole pages to go back to, so the values go when the page is left. */
export function prepareUnsealed(part) {
  addEventListener("pagehide", () => part.replaceChildren());
}
