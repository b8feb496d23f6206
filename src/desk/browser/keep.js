// What this browser keeps for its owner: signing files, which open with a passphrase only, and what was sealed here, until
// it has gone to the ledger. In IndexedDB, which no server can read; it is gone when the browser's data are cleared, hence
// the copies.
import { Refused } from "./refused.js";

const FILES = "signing-files";
const SEALED = "sealed";
/** No statement may be recorded later than this after it was made. */
const SEALED_DAYS = 60;

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("hibah-desk", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(FILES, { keyPath: ["origin", "holder"] });
      asked.result.createObjectStore(SEALED, { keyPath: "commitment" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** One request in a transaction of its own; done once it is durable. A private window may keep nothing. */
async function ask(store, mode, request) {
  try {
    const transaction = (await database()).transaction(store, mode);
    const asked = request(transaction.objectStore(store));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    throw new Refused("cannot-keep");
  }
}

/** The signing files of a ledger: `{ origin, holder, label, text, made, downloaded }`; `holder` is the public key, base64. */
export async function kept(origin) {
  const all = await ask(FILES, "readonly", (files) => files.getAll()).catch(() => []);
  return all.filter((file) => file.origin === origin).sort((one, other) => one.made - other.made);
}

/** Keeps a file in place of an earlier one of the same key. */
export async function keep(file) {
  await ask(FILES, "readwrite", (files) => files.put(file));
  // Without it a browser that runs short of room may throw the file away. It may also refuse.
  await navigator.storage?.persist?.().catch(() => false);
}

export async function forget({ origin, holder }) {
  await ask(FILES, "readwrite", (files) => files.delete([origin, holder]));
}

/** What opens a commitment, by the commitment: `{ commitment, pointer, salt, value }`. */
export async function keepSealed(sealed) {
  const old = (await ask(SEALED, "readonly", (all) => all.getAll())).filter(({ made }) => Date.now() - made > SEALED_DAYS * 86_400_000);
  for (const { commitment } of old) await forgetSealed(commitment);
  await ask(SEALED, "readwrite", (all) => all.put({ ...sealed, made: Date.now() }));
}

export async function sealedOf(commitment) {
  return ask(SEALED, "readonly", (all) => all.get(commitment)).catch(() => undefined);
}

/** Once the ledger has it, nothing of it stays here. */
export async function forgetSealed(commitment) {
  await ask(SEALED, "readwrite", (all) => all.delete(commitment));
}
