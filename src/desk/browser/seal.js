// Personal data stays out of the ledger: a commitment goes into the statement, and what opens it goes to whoever may know
// (formats section 5, `src/ledger/opening.rs`).
import { base64Of, bytesOf, bytesOfHex, hexOf, require } from "./refused.js";
import { sha256 } from "./signature.js";
import { checkString } from "./statement.js";

/**
 * Commits to `value` at `sealed.<name>` of a statement about `about`. Answers `{ commitment, pointer, salt, value }`; the commitment
 * goes into the statement, all of it is kept until the statement's hash is known.
 */
export async function sealed(origin, about, name, value, characters, salt = crypto.getRandomValues(new Uint8Array(32))) {
  require(/^[a-z][a-z0-9_]*$/.test(name), "bad-field-name");
  // As people type it, and as it is compared later.
  const text = value.trim().replace(/\p{Zs}+/gu, " ").normalize("NFC");
  require(text !== "", "nothing-to-seal");
  checkString(text, characters);
  const pointer = `/body/sealed/${name}`;
  const place = bytesOf(`hibah/sealed/v1\n${origin}\n${about}\n${pointer}\n`);
  const commitment = hexOf(await sha256(place, salt, bytesOf(text)));
  return { commitment, pointer, salt: hexOf(salt), value: text };
}

/** The opening file of what was sealed, once the statement's hash is known. */
export function openingOf({ pointer, salt, value }, statement) {
  require(/^[0-9a-f]{64}$/.test(statement) && bytesOfHex(salt).length === 32, "bad-opening");
  return `hibah/opening/v1\n${statement}\n${pointer}\n${salt}\n${base64Of(bytesOf(value))}\n`;
}
