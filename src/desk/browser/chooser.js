// The choice of a signing file and its passphrase, within a form. Neither has a name, so neither is ever sent.
import { require, textOf } from "./refused.js";
import { element, labelled } from "./element.js";
import { keep, kept } from "./keep.js";
import { openKeyFile, readPublic, renamed, tidied } from "./keyfile.js";
import { nameAmong } from "./sign.js";

/** The largest file that may be a signing file. */
const MOST_BYTES = 10_000;

/**
 * Puts the choice into `place`. With `signers`, only kept files that are asked for are offered. Answers `open()`, which
 * gives the opened key or throws why not.
 */
export async function chooser(place, { origin, say }, signers = null) {
  const files = await fitting(await kept(origin), signers);
  const select = element("select", {}, files.map((file, at) => element("option", { value: at }, file.label)),
    element("option", { value: "" }, say("file-elsewhere")));
  const input = element("input", { type: "file", accept: ".key,text/plain" });
  const elsewhere = labelled(say("file"), input);
  const show = () => { elsewhere.hidden = select.value !== ""; };
  select.addEventListener("change", show);
  const passphrase = element("input", { type: "password", autocomplete: "current-password", spellcheck: "false" });
  const box = element("div", { class: "desk-chooser" }, labelled(say("choose-file"), select, files.length === 0 ? say("none-kept") : ""), elsewhere,
    labelled(say("passphrase"), passphrase, say("passphrase-stays")));
  acceptDrops(box, input, () => {
    select.value = "";
    show();
  });
  show();
  place.append(box);
  return async () => {
    const file = select.value === "" ? null : files[Number(select.value)];
    const text = await asAsked(file ? file.text : await chosenText(input), signers);
    try {
      const key = await openKeyFile(text, passphrase.value);
      // A page that is gone back to shall not have it.
      passphrase.value = "";
      if (file && text !== file.text) await keep({ ...file, text });
      return key;
    } catch (error) {
      if (error.code === "wrong-passphrase") passphrase.focus();
      throw error;
    }
  };
}

/** The text of the file that a person chose. */
export async function chosenText(input) {
  const [file] = input.files;
  require(file, "no-file");
  require(file.size <= MOST_BYTES, "not-a-key-file");
  return tidied(textOf(new Uint8Array(await file.arrayBuffer()), "not-a-key-file"));
}

/** A file that is dropped on `place` is chosen in `input`. */
export function acceptDrops(place, input, chosen = () => {}) {
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    chosen();
  });
}

async function fitting(files, signers) {
  if (!signers) return files;
  const names = await Promise.all(files.map(async ({ text }) => nameAmong(signers, await readPublic(text))));
  return files.filter((_, at) => names[at]);
}

/** Under the name that the statement asks for. */
async function asAsked(text, signers) {
  if (!signers) return text;
  const name = await nameAmong(signers, await readPublic(text));
  require(name, "not-a-signer");
  return renamed(text, name);
}
