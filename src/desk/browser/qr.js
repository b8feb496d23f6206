// QR codes (ISO/IEC 18004): bytes as they are, error correction level M, so that a crease or a coffee stain does no harm.

/** Codewords of error correction a block, and blocks, of versions 1 to 40 at level M (table 9). */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, ...Array(19).fill(28)];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31,
  33, 35, 37, 38, 40, 43, 45, 47, 49];

/** Whether a module is dark, by column and row. */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The code of some bytes: rows of modules, 1 where dark; without the quiet zone of four around it. */
export function qrOf(bytes) {
  const version = versionFor(bytes.length);
  const codewords = interleaved(dataOf(bytes, version), version);
  const candidates = MASKS.map((_, mask) => drawn(version, codewords, mask));
  return candidates.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

/** Modules that are neither pattern nor format, as codewords of eight. */
function codewordsOf(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const aligned = Math.floor(version / 7) + 2;
    modules -= (25 * aligned - 10) * aligned - 55;
  }
  return Math.floor((version >= 7 ? modules - 36 : modules) / 8);
}

function room(version) {
  return codewordsOf(version) - CORRECTION[version - 1] * BLOCKS[version - 1];
}

function countBits(version) {
  return version < 10 ? 8 : 16;
}

function versionFor(length) {
  for (let version = 1; version <= 40; version += 1) {
    if (4 + countBits(version) + 8 * length <= 8 * room(version)) return version;
  }
  throw new RangeError(`${length} bytes are more than a QR code holds`);
}

function dataOf(bytes, version) {
  let bits = `0100${bytes.length.toString(2).padStart(countBits(version), "0")}`;
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  // The end is four zeros, or as many as there is room for.
  bits = bits.padEnd(Math.min(bits.length + 4, 8 * room(version)), "0");
  const data = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0").match(/.{8}/g).map((byte) => parseInt(byte, 2));
  for (let pad = 0xec; data.length < room(version); pad ^= 0xec ^ 0x11) data.push(pad);
  return data;
}

/** The product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((other >> bit) & 1) * one);
  return product;
}

/** The remainder of Reed and Solomon. */
function correctionOf(block, length) {
  let divisor = [...Array(length - 1).fill(0), 1];
  for (let at = 0, root = 1; at < length; at += 1, root = times(root, 2)) {
    divisor = divisor.map((factor, place) => times(factor, root) ^ (divisor[place + 1] ?? 0));
  }
  const rest = Array(length).fill(0);
  for (const byte of block) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    for (const [at, one] of divisor.entries()) rest[at] ^= times(one, factor);
  }
  return rest;
}

/** Blocks are told in turns, so that a stain hits each of them a little. */
function interleaved(data, version) {
  const [count, length] = [BLOCKS[version - 1], CORRECTION[version - 1]];
  const long = data.length % count;
  const blocks = [];
  for (let at = 0, from = 0; at < count; at += 1) {
    const end = from + Math.floor(data.length / count) + (at >= count - long ? 1 : 0);
    blocks.push(data.slice(from, end));
    from = end;
  }
  const inTurns = (parts) => [...parts.at(-1).keys()].flatMap((at) => parts.map((part) => part[at]).filter((one) => one !== undefined));
  return [...inTurns(blocks), ...inTurns(blocks.map((block) => correctionOf(block, length)))];
}

function drawn(version, codewords, mask) {
  const side = 17 + 4 * version;
  // Unknown until something is drawn there.
  const rows = Array.from({ length: side }, () => Array(side).fill(null));
  drawPatterns(rows, version, side);
  drawFormat(rows, side, mask);
  const places = free(rows, side);
  for (const [at, [x, y]] of places.entries()) {
    const bit = ((codewords[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    rows[y][x] = bit ^ Number(MASKS[mask](x, y));
  }
  return rows;
}

function drawPatterns(rows, version, side) {
  const set = (x, y, dark) => { if (rows[y]?.[x] !== undefined) rows[y][x] = Number(dark); };
  for (let at = 0; at < side; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  const ring = (x, y, reach, light) => {
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) set(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  };
  for (const [x, y] of [[3, 3], [side - 4, 3], [3, side - 4]]) ring(x, y, 4, [2, 4]);
  const centres = alignments(version, side);
  const last = centres.length - 1;
  for (const [i, x] of centres.entries()) {
    for (const [j, y] of centres.entries()) {
      const inCorner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
      if (!inCorner) ring(x, y, 2, [1]);
    }
  }
  if (version < 7) return;
  const bits = (version << 12) | remainder(version, 12, 0x1f25);
  for (let at = 0; at < 18; at += 1) {
    const [far, near] = [side - 11 + (at % 3), Math.floor(at / 3)];
    set(far, near, (bits >> at) & 1);
    set(near, far, (bits >> at) & 1);
  }
}

function alignments(version, side) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => side - 7 - step * (count - 2 - at))];
}

/** What a number leaves when it is divided by a polynomial of this degree. */
function remainder(number, degree, divisor) {
  let rest = number;
  for (let at = 0; at < degree; at += 1) rest = (rest << 1) ^ ((rest >> (degree - 1)) * divisor);
  return rest;
}

/** Level M is 00. */
function drawFormat(rows, side, mask) {
  const bits = ((mask << 10) | remainder(mask, 10, 0x537)) ^ 0x5412;
  const bit = (at) => (bits >> at) & 1;
  const beside = [[8, 0], [8, 1], [8, 2], [8, 3], [8, 4], [8, 5], [8, 7], [8, 8], [7, 8], [5, 8], [4, 8], [3, 8], [2, 8], [1, 8], [0, 8]];
  for (const [at, [x, y]] of beside.entries()) {
    rows[y][x] = bit(at);
    if (at < 8) rows[8][side - 1 - at] = bit(at);
    else rows[side - 15 + at][8] = bit(at);
  }
  rows[side - 8][8] = 1;
}

/** The places of the data: pairs of columns from the right, up and down in turns. */
function free(rows, side) {
  const places = [];
  let up = true;
  for (let right = side - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let at = 0; at < side; at += 1) {
      const y = up ? side - 1 - at : at;
      for (const x of [right, right - 1]) if (rows[y][x] === null) places.push([x, y]);
    }
    up = !up;
  }
  return places;
}

/** What makes a code hard to read (section 7.8.3). */
function penalty(rows) {
  const side = rows.length;
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x]))].map((line) => line.join(""));
  let sum = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    sum += 40 * [...line.matchAll(/(?=00001011101|10111010000)/g)].length;
  }
  for (let y = 1; y < side; y += 1) {
    for (let x = 1; x < side; x += 1) {
      const four = rows[y][x] + rows[y - 1][x] + rows[y][x - 1] + rows[y - 1][x - 1];
      if (four % 4 === 0) sum += 3;
    }
  }
  const dark = rows.flat().reduce((all, one) => all + one, 0);
  return sum + 10 * Math.floor(Math.abs((100 * dark) / (side * side) - 50) / 5);
}
