// Signing files: the key files of `hibah key new` (`src/cli/key_file.rs`, `src/tlog/ed25519/mod.rs`), byte for byte. PKCS#8
// (RFC 8410) under PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, then AES-256-CBC. The server never sees one.
import { base64Of, bytesOf, bytesOfBase64, bytesOfHex, hexOf, require, Refused } from "./refused.js";
import { readVkey } from "./note.js";
import { concat, sha256 } from "./signature.js";
import { getPublicKeyAsync, signAsync } from "./vendor/noble-ed25519.js";
import { sha256 as sha2 } from "./vendor/sha2.js";

const ROUNDS = 600_000;
/** A hostile file shall not keep a phone busy for an hour. */
const MOST_ROUNDS = 5_000_000;
/** The command line asks for 8; here a file may be lost with a phone. */
const LEAST_CHARACTERS = 10;
/** Ed25519 over a note's text (C2SP signed-note). */
const TYPE = 1;

const [PBES2, PBKDF2, HMAC_SHA256, AES_256_CBC, ED25519] =
  ["2a864886f70d01050d", "2a864886f70d01050c", "2a864886f70d0209", "60864801650304012a", "2b6570"];
const [SEQUENCE, OCTETS, INTEGER, OID, NULL] = [0x30, 0x04, 0x02, 0x06, 0x05];

const [BEGIN, END] = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----END ENCRYPTED PRIVATE KEY-----"];

/** The public half under a name: `<name>+<8 hex>+<base64>`. */
export async function vkeyOf(name, publicKey) {
  require(/^[a-z0-9.-][a-z0-9./-]*[a-z0-9.-]$/.test(name), "bad-key-name");
  const key = concat([Uint8Array.of(TYPE), publicKey]);
  const id = hexOf((await sha256(bytesOf(`${name}\n`), key)).slice(0, 4));
  return `${name}+${id}+${base64Of(key)}`;
}

/**
 * The code by which people compare a public half, whatever name it bears: 80 bits of a digest in groups of four
 * (`src/desk/code.rs` makes the same).
 */
export function codeOf(publicKey) {
  const digest = sha2.create().update(bytesOf(`hibah/key-code/v1\n${base64Of(concat([Uint8Array.of(TYPE), publicKey]))}\n`));
  return hexOf(digest.digest()).slice(0, 20).replace(/(.{4})(?=.)/g, "$1 ");
}

/** Whether a passphrase may be chosen for a new file. */
export function longEnough(passphrase) {
  return [...passphrase].length >= LEAST_CHARACTERS;
}

/** The text of a new signing file. */
export async function makeKeyFile(name, passphrase) {
  require(longEnough(passphrase), "passphrase-too-short");
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const publicKey = await getPublicKeyAsync(seed);
  const plain = der(SEQUENCE, der(INTEGER, [0]), der(SEQUENCE, der(OID, bytesOfHex(ED25519))), der(OCTETS, der(OCTETS, seed)));
  const scheme = {
    salt: crypto.getRandomValues(new Uint8Array(16)), rounds: ROUNDS, iv: crypto.getRandomValues(new Uint8Array(16)),
  };
  const cipher = { name: "AES-CBC", iv: scheme.iv };
  const sealed = new Uint8Array(await webCrypto().encrypt(cipher, await cipherKey(scheme, passphrase), plain));
  seed.fill(0);
  plain.fill(0);
  return printed(await vkeyOf(name, publicKey), encrypted(scheme, sealed));
}

/** The same key under another name: an organisation has its number only once it is registered. */
export async function renamed(text, name) {
  const { vkey, container } = await parsed(text);
  return printed(await vkeyOf(name, vkey.key), container);
}

/** The public half: `{ name, signer, key }`. It needs no passphrase, and proves nothing. */
export async function readPublic(text) {
  return (await parsed(text)).vkey;
}

/**
 * Opens a signing file. What is handed on signs and does not show its seed:
 * `{ name, signer, publicKey, sign(bytes) }`.
 */
export async function openKeyFile(text, passphrase) {
  const { vkey, container } = await parsed(text);
  require(vkey.type === TYPE, "another-algorithm");
  const { scheme, sealed } = schemeOf(container);
  const plain = await decrypted(scheme, passphrase, sealed);
  try {
    const seed = seedOf(plain);
    require(hexOf(await getPublicKeyAsync(seed)) === hexOf(vkey.key), "another-key");
    const sign = await signerOf(seed);
    return Object.freeze({ name: vkey.name, signer: vkey.signer, publicKey: vkey.key, sign });
  } finally {
    plain.fill(0);
  }
}

/** A file that was pasted or typed from paper: line ends and spaces are as they may be. */
export function tidied(text) {
  const [before, rest] = text.split(BEGIN);
  const vkey = before.split("vkey:")[1];
  require(vkey && rest?.includes(END), "not-a-key-file");
  const [line, base64] = [vkey, rest.split(END)[0]].map((part) => part.replace(/\s/g, ""));
  return printed(line, bytesOfBase64(base64, "not-a-key-file"));
}

/** A key that WebCrypto holds and gives to nobody, or, before Ed25519 came to it, a seed within a function. */
async function signerOf(seed) {
  const pkcs8 = concat([bytesOfHex("302e020100300506032b657004220420"), seed]);
  try {
    const key = await webCrypto().importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
    return async (bytes) => new Uint8Array(await webCrypto().sign({ name: "Ed25519" }, key, bytes));
  } catch {
    const own = seed.slice();
    return (bytes) => signAsync(bytes, own);
  } finally {
    pkcs8.fill(0);
  }
}

function webCrypto() {
  // A page that is not served over TLS has none.
  require(globalThis.crypto?.subtle, "no-webcrypto");
  return globalThis.crypto.subtle;
}

async function cipherKey({ salt, rounds }, passphrase) {
  // The bytes as they were typed, as the command line takes them.
  const secret = await webCrypto().importKey("raw", bytesOf(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return webCrypto().deriveKey(how, secret, { name: "AES-CBC", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function decrypted(scheme, passphrase, sealed) {
  const key = await cipherKey(scheme, passphrase);
  try {
    return new Uint8Array(await webCrypto().decrypt({ name: "AES-CBC", iv: scheme.iv }, key, sealed));
  } catch {
    throw new Refused("wrong-passphrase");
  }
}

/** One time in 256 a wrong passphrase shows as bytes that are no PKCS#8. */
function seedOf(plain) {
  const [version, algorithm, octets, ...others] = elements(plain, SEQUENCE, "wrong-passphrase");
  // Version 2 is the one that has the public key too (RFC 5958).
  const expected = others.some(([tag]) => tag === 0x81) ? "01" : "00";
  require(hexOf(content(version, INTEGER, "wrong-passphrase")) === expected, "wrong-passphrase");
  const [oid] = elements(algorithm, SEQUENCE, "wrong-passphrase");
  require(hexOf(content(oid, OID, "wrong-passphrase")) === ED25519, "another-algorithm");
  const seed = content(content(octets, OCTETS, "wrong-passphrase"), OCTETS, "wrong-passphrase");
  require(seed.length === 32, "another-algorithm");
  return seed;
}

async function parsed(text) {
  const parts = /^hibah key file\nvkey: (\S+)\n\n(-----BEGIN [A-Z ]+-----)\n([A-Za-z0-9+/=\n]+)\n(-----END [A-Z ]+-----)\n$/.exec(text);
  require(parts && parts[2] === BEGIN && parts[4] === END, "not-a-key-file");
  const container = bytesOfBase64(parts[3].replaceAll("\n", ""), "not-a-key-file");
  require(printed(parts[1], container) === text, "not-a-key-file");
  const vkey = await readVkey(parts[1]).catch(() => {
    throw new Refused("not-a-key-file");
  });
  return { vkey, container };
}

function printed(vkey, container) {
  const lines = base64Of(container).match(/.{1,64}/g) ?? [];
  return `hibah key file\nvkey: ${vkey}\n\n${BEGIN}\n${lines.join("\n")}\n${END}\n`;
}

/** PBES2 as this writes it: all lengths are fixed. */
function encrypted({ salt, rounds, iv }, sealed) {
  const algorithm = (oid, ...rest) => der(SEQUENCE, der(OID, bytesOfHex(oid)), ...rest);
  const kdf = algorithm(PBKDF2, der(SEQUENCE,
    der(OCTETS, salt), der(INTEGER, bytesOfHex(rounds.toString(16).padStart(6, "0"))), algorithm(HMAC_SHA256, der(NULL))));
  const scheme = algorithm(PBES2, der(SEQUENCE, kdf, algorithm(AES_256_CBC, der(OCTETS, iv))));
  return der(SEQUENCE, scheme, der(OCTETS, sealed));
}

/** PBES2 as others may write it too: a salt of any length, the key's length said. */
function schemeOf(container) {
  const code = "not-a-key-file";
  const parts = (bytes, oid) => {
    const [named, rest] = elements(bytes, SEQUENCE, code);
    require(hexOf(content(named, OID, code)) === oid, "another-algorithm");
    return rest;
  };
  const [algorithm, octets] = elements(container, SEQUENCE, code);
  const [kdf, cipher] = elements(parts(algorithm, PBES2), SEQUENCE, code);
  const [salt, rounds, ...rest] = elements(parts(kdf, PBKDF2), SEQUENCE, code);
  // Without a name it is HMAC with SHA-1.
  require(rest.length > 0, "another-algorithm");
  require(content(parts(rest.at(-1), HMAC_SHA256), NULL, code).length === 0, code);
  const iv = content(parts(cipher, AES_256_CBC), OCTETS, code);
  const count = Number(`0x${hexOf(content(rounds, INTEGER, code))}`);
  require(count >= 1 && count <= MOST_ROUNDS, "too-many-rounds");
  require(iv.length === 16, code);
  return { scheme: { salt: content(salt, OCTETS, code), rounds: count, iv }, sealed: content(octets, OCTETS, code) };
}

/** One element of DER. Nothing here is longer than 255 bytes. */
function der(tag, ...parts) {
  const value = concat(parts);
  return concat([value.length < 128 ? Uint8Array.of(tag, value.length) : Uint8Array.of(tag, 0x81, value.length), value]);
}

/** What stands in one element, which is all of `bytes`. */
function content(bytes, tag, code) {
  const [first, rest] = split(bytes ?? new Uint8Array(), code);
  require(rest.length === 0 && first[0] === tag, code);
  return first.subarray(first[1] < 128 ? 2 : 3);
}

/** The elements within one of `tag`. */
function elements(bytes, tag, code) {
  const all = [];
  for (let rest = content(bytes, tag, code); rest.length > 0; ) {
    const [first, others] = split(rest, code);
    all.push(first);
    rest = others;
  }
  return all;
}

function split(bytes, code) {
  const [, short, long] = bytes;
  const length = short < 128 ? 2 + short : 3 + long;
  require(bytes.length >= length && (short < 128 || (short === 0x81 && long >= 128)), code);
  return [bytes.subarray(0, length), bytes.subarray(length)];
}
