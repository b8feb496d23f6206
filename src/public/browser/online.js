// /verify on the ledger's own site: what was not given is fetched from there, and nothing is sent.
import { Unreachable, characterTable, ledger } from "./source.js";
import { prepare } from "./verify.js";

for (const box of document.querySelectorAll("[data-verify]")) {
  prepare(box, { characters: characterTable, ledger, Unreachable });
}
