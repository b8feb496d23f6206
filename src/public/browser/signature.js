// Hashes and signatures in the browser (formats, section 4). The browser's own WebCrypto does the work where it can;
// what it refuses, or cannot do at all, is asked of the vendored library, by the same rule:
// S < L, R canonical and not of small order, and [8][S]B = [8]R + [8][k]A.
import { Point, verifyAsync } from "./vendor/noble-ed25519.js";
import { Refused } from "./refused.js";

const L = 2n ** 252n + 27742317777372353535851937790883648493n;

const subtle = globalThis.crypto?.subtle;

/** SHA-256 of the parts, one after another; of a page that is not served over TLS, by the vendored library. */
export async function sha256(...parts) {
  return digest("SHA-256", parts);
}

async function digest(name, parts) {
  const whole = concat(parts);
  if (subtle) return new Uint8Array(await subtle.digest(name, whole));
  const { sha256, sha512 } = await import("./vendor/sha2.js");
  return (name === "SHA-256" ? sha256 : sha512)(whole);
}

export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const admitted = new Map();

/** A public key that may be used at all: 32 bytes, canonical, not of small order, without a torsion part. */
export function admit(key) {
  const name = key.join();
  if (!admitted.has(name)) admitted.set(name, fault(key));
  const code = admitted.get(name);
  if (code) throw new Refused(code);
}

function fault(key) {
  const point = decoded(key);
  if (!point) return "key-not-canonical";
  if (point.isSmallOrder()) return "key-small-order";
  return point.isTorsionFree() ? "" : "key-torsion";
}

function decoded(bytes) {
  if (bytes.length !== 32) return null;
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null;
  }
}

/**
 * Checks one signature; a refusal is thrown with its code. Answers true when only the cofactored equation holds, which
 * the holder of the key alone can bring about, on purpose.
 */
export async function checkSignature(key, message, signature) {
  admit(key);
  if (signature.length !== 64 || numberOf(signature.slice(32)) >= L) throw new Refused("s-not-reduced");
  const r = decoded(signature.slice(0, 32));
  if (!r) throw new Refused("r-not-canonical");
  if (r.isSmallOrder()) throw new Refused("r-small-order");
  if (await nativelyHolds(key, message, signature)) return false;
  if (!(await vendoredHolds(key, message, signature))) throw new Refused("equation");
  return nativelyChecks;
}

let nativelyChecks = Boolean(subtle);

async function nativelyHolds(key, message, signature) {
  if (!nativelyChecks) return false;
  try {
    const imported = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    // A browser from before Ed25519 came to WebCrypto.
    nativelyChecks = false;
    return false;
  }
}

async function vendoredHolds(key, message, signature) {
  if (subtle) return verifyAsync(signature, message, key, { zip215: false });
  const [{ hashes, verify }, { sha512 }] = await Promise.all([
    import("./vendor/noble-ed25519.js"),
    import("./vendor/sha2.js"),
  ]);
  hashes.sha512 = sha512;
  return verify(signature, message, key, { zip215: false });
}

function numberOf(littleEndian) {
  return littleEndian.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

