// Signing in: a challenge signed as a note under the person's own key (`src/desk/challenge.rs` makes it and checks the
// answer). Its first line keeps it from ever being taken for a statement, its second from being of use at another ledger.
import { bytesOf, require } from "./refused.js";
import { lineOf } from "./sign.js";

/** The note that answers a challenge of the ledger `origin`. */
export async function answer(challenge, key, origin) {
  const parts = /^hibah desk login v1\n([^\n]+)\n[0-9a-f]{64}\n[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\n$/.exec(challenge);
  require(parts, "not-a-challenge");
  require(parts[1] === origin, "another-ledger");
  require(key.name.startsWith(`${origin}/`), "another-ledger");
  return `${challenge}\n${await lineOf(challenge, key)}`;
}
