// Documents on their way to the desk: the digest is made here, so that the statement names what the person chose; the bytes go in
// pieces, and a network that drops costs one piece.
import { hexOf, require, Refused } from "./refused.js";
import { element } from "./element.js";
import { sha256 } from "./vendor/sha2.js";

const PIECE = 1_048_576;
/** How often in a row nothing gets through before a person is asked, and the pauses between. */
const [MOST_FAILURES, FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [8, 1000, 30_000];

/** What an answer says that no further try would change. */
const FINAL = { 401: "signed-out", 403: "signed-out", 413: "document-too-large", 415: "document-refused", 422: "document-refused" };

/** The SHA-256 of a file, hex. `tell` is called with how many bytes are done. */
export async function digestOf(file, tell = () => {}) {
  const digest = sha256.create();
  for (let at = 0; at < file.size; at += PIECE) {
    digest.update(await bytesOf(file, at));
    tell(Math.min(at + PIECE, file.size));
  }
  return hexOf(digest.digest());
}

async function bytesOf(file, at) {
  try {
    return new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
  } catch {
    // Changed or taken away since it was chosen.
    throw new Refused("file-changed");
  }
}

/**
 * Sends a file to `address`, from where the server has it already. `csrf` goes with every piece; `tell` is called with how many bytes
 * are there; `pause` waits that many milliseconds.
 */
export async function upload(file, digest, { address, csrf, tell = () => {}, pause = waited }) {
  const place = `${address}/${digest}`;
  let failures = 0;
  for (;;) {
    try {
      let at = await offset(place);
      require(at <= file.size, "document-refused");
      tell(at);
      while (at < file.size) {
        const piece = await bytesOf(file, at);
        const told = await asked(`${place}?at=${at}&of=${file.size}`, { method: "PUT", headers: { "x-hibah-csrf": csrf }, body: piece });
        // Somebody else, or an earlier try whose answer was lost, was faster.
        if (told.status === 409) break;
        at += piece.length;
        failures = 0;
        tell(at);
      }
      if (at === file.size) return;
      failures += 1;
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      failures += 1;
    }
    if (failures >= MOST_FAILURES) throw new Refused("unreachable");
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** Math.max(failures - 1, 0), LONGEST_PAUSE_MS));
  }
}

/** The network, or the server, is away for now. */
class Dropped extends Error {}

async function asked(place, options) {
  const answer = await fetch(place, { ...options, cache: "no-store" }).catch(() => {
    throw new Dropped();
  });
  if (FINAL[answer.status]) throw new Refused(FINAL[answer.status]);
  if (!answer.ok && ![404, 409].includes(answer.status)) throw new Dropped();
  return answer;
}

/** How much of it is there. */
async function offset(place) {
  const answer = await asked(place, { method: "HEAD" });
  if (answer.status === 404) return 0;
  const told = answer.headers.get("hibah-offset") ?? "";
  require(/^[0-9]{1,15}$/.test(told), "document-refused");
  return Number(told);
}

/** Waits, or goes on at once when the network is back. */
function waited(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener("online", done);
  });
}

/**
 * `<input type=file data-desk="upload" data-address=A name=N>`: sends what is chosen at once, and fills the hidden fields `N_sha256`,
 * `N_bytes`, `N_media_type` and `N_name` beside it. The file itself does not go with the form any more.
 */
export async function prepareUpload(input, { csrf, say }) {
  const { name, form } = input;
  input.removeAttribute("name");
  const field = (part) => input.parentElement.querySelector(`input[name="${name}_${part}"]`);
  const bar = element("progress", { max: "1", hidden: true, "aria-label": say("uploading") });
  const news = element("p", { role: "status" });
  const again = element("button", { type: "button", hidden: true }, say("upload-again"));
  input.after(element("div", { class: "desk-upload" }, bar, news, again));
  // What a page says without a script is said here.
  input.parentElement.querySelector(".there")?.remove();
  if (field("sha256")?.value) {
    // The draft has it from an earlier day: it need not be chosen again.
    input.required = false;
    news.textContent = say("uploaded", { name: field("name")?.value ?? "" });
  }
  let newest = 0;
  const run = async () => {
    const [file] = input.files;
    newest += 1;
    const turn = newest;
    for (const part of ["sha256", "bytes", "media_type", "name"]) if (field(part)) field(part).value = "";
    news.textContent = "";
    again.hidden = true;
    bar.hidden = !file;
    input.dataset.deskBusy = "";
    if (!file) return void input.removeAttribute("data-desk-busy");
    // Reading is quick, sending is not.
    const show = (part, from) => (done) => { if (turn === newest) bar.value = from + (part * done) / file.size; };
    try {
      require(file.size > 0, "empty-file");
      news.textContent = say("uploading");
      const digest = await digestOf(file, show(0.1, 0));
      await upload(file, digest, { address: input.dataset.address, csrf, tell: show(0.9, 0.1) });
      // Another file may have been chosen since.
      if (turn !== newest) return;
      const facts = { sha256: digest, bytes: file.size, media_type: file.type || "application/octet-stream", name: file.name.normalize("NFC") };
      for (const [part, value] of Object.entries(facts)) if (field(part)) field(part).value = value;
      field("sha256")?.dispatchEvent(new Event("change", { bubbles: true }));
      news.textContent = say("uploaded", { name: file.name });
      bar.hidden = true;
    } catch (error) {
      if (turn !== newest) return;
      news.textContent = say(error.code ?? "fault") || say("fault");
      again.hidden = error.code !== "unreachable";
      bar.hidden = true;
    } finally {
      if (turn === newest) input.removeAttribute("data-desk-busy");
    }
  };
  input.addEventListener("change", run);
  again.addEventListener("click", run);
  form?.addEventListener("submit", (event) => {
    if (!("deskBusy" in input.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    news.textContent = say("upload-wait");
    input.focus();
  });
}
