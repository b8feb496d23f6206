// What is refused, by its code (fixtures/vectors/v1/README.md), and the encodings that everything here is written in.

/** Why bytes are not what they should be. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** What a step needs and nobody gave: that says nothing about the record. */
export class NotGiven extends Error {}

export function require(holds, code) {
  if (!holds) throw new Refused(code);
}

export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOfHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** The bytes of padded base64, if this is the one spelling that they have. */
export function bytesOfBase64(text, code) {
  require(/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, code);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  require(base64Of(bytes) === text, code);
  return bytes;
}

export function base64Of(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The text of UTF-8 bytes, nothing taken away and nothing replaced. */
export function textOf(bytes, code) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(code);
  }
}

export function bytesOf(text) {
  return new TextEncoder().encode(text);
}
