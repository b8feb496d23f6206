// Reading zip archives (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16), as far as a dossier needs: stored and deflated.
import { concat } from "./signature.js";
import { require } from "./refused.js";

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
/** A dossier has fewer, and is smaller. */
const [MOST_FILES, MOST_BYTES] = [10_000, 200_000_000];

export function isZip(bytes) {
  return bytes.length > 22 && viewOf(bytes).getUint32(0, true) === LOCAL;
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Its files, `{ name, bytes }`, as its directory has them. */
export async function unzipped(archive) {
  const view = viewOf(archive);
  let end = archive.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  require(end >= 0, "not-a-zip");
  const [count, start] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  require(count <= MOST_FILES, "not-a-zip");
  const files = [];
  let [at, left] = [start, MOST_BYTES];
  for (let n = 0; n < count; n += 1) {
    require(at + 46 <= end && view.getUint32(at, true) === CENTRAL, "not-a-zip");
    const [method, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const local = view.getUint32(at + 42, true);
    left -= size;
    require(left >= 0 && local + 30 <= end && view.getUint32(local, true) === LOCAL, "not-a-zip");
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const bytes = archive.slice(from, from + packed);
    files.push({
      name: new TextDecoder().decode(archive.slice(at + 46, at + 46 + name)),
      bytes: method === 0 ? bytes : await inflated(method, bytes, size),
    });
    at += 46 + name + extra + comment;
  }
  return files;
}

async function inflated(method, bytes, size) {
  require(method === 8, "not-a-zip");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const pieces = [];
  let length = 0;
  // Never more than its directory says, whatever unfolds.
  for (const reader = stream.getReader(); length <= size; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  require(length === size, "not-a-zip");
  return concat(pieces);
}
