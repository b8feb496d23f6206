// The recovery sheet: a signing file on one page of A4, as a QR code and as text to type, with what to do with it. The PDF is
// made here, so the file goes to no server on its way to the printer.
import { bytesOf } from "./refused.js";
import { concat } from "./signature.js";
import { qrOf } from "./qr.js";

/** In points of 1/72 inch. */
const [WIDTH, HEIGHT, MARGIN] = [595, 842, 48];
const CODE_SIDE = 250;

/** Widths of Helvetica's characters from U+0020 to U+007E, in thousandths of its size. */
const WIDTHS = [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, ...Array(10).fill(556), 278, 278, 584, 584,
  584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944,
  667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556,
  333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584];
/** Windows-1252 beyond Latin-1, as far as sentences need it. */
const BEYOND = { "–": 0x96, "—": 0x97, "‘": 0x91, "’": 0x92, "“": 0x93, "”": 0x94, "…": 0x85 };

/**
 * The PDF of a signing file. `words`: `title` and `steps`, each a list of lines; `facts`, lines that say whose file it is.
 */
export function sheetOf(file, { title, facts, steps }) {
  const page = { parts: [], y: HEIGHT - MARGIN };
  for (const line of title) paragraph(page, line, 16, "F2");
  page.y -= 6;
  for (const line of facts) paragraph(page, line, 10, "F1");
  page.y -= 6;
  for (const line of steps) paragraph(page, line, 9.5, "F1");
  drawCode(page, file);
  for (const line of file.trimEnd().split("\n")) {
    for (const part of line.match(/.{1,64}/g) ?? [""]) text(page, part, 9, "F3", 12);
  }
  return written(page.parts.join("\n"), title[0]);
}

function drawCode(page, file) {
  const rows = qrOf(bytesOf(file));
  const unit = CODE_SIDE / (rows.length + 8);
  const [left, top] = [(WIDTH - CODE_SIDE) / 2, page.y];
  const drawn = rows.flatMap((row, y) => [...row.join("").matchAll(/1+/g)].map(({ 0: run, index: x }) =>
    `${number(left + (x + 4) * unit)} ${number(top - (y + 5) * unit)} ${number(run.length * unit)} ${number(unit)} re`));
  page.parts.push(drawn.join("\n"), "f");
  page.y -= CODE_SIDE + 8;
}

/** A sentence in as many lines as it needs. */
function paragraph(page, sentence, size, font) {
  let line = "";
  for (const word of sentence.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer, size) > WIDTH - 2 * MARGIN) {
      text(page, line, size, font, size * 1.3);
      line = word;
    } else {
      line = longer;
    }
  }
  text(page, line, size, font, size * 1.3);
  page.y -= size * 0.3;
}

function text(page, line, size, font, height) {
  page.y -= height;
  page.parts.push(`BT /${font} ${size} Tf ${MARGIN} ${number(page.y)} Td <${hexOfText(line)}> Tj ET`);
}

function widthOf(line, size) {
  // Bold is a little wider, and what is not in the table at most as wide as this.
  return [...line].reduce((sum, one) => sum + (WIDTHS[one.codePointAt(0) - 32] ?? 667), 0) * size * 0.00107;
}

function hexOfText(line) {
  const code = (one) => BEYOND[one] ?? (one.codePointAt(0) < 256 ? one.codePointAt(0) : 0x3f);
  return [...line].map((one) => code(one).toString(16).padStart(2, "0")).join("");
}

function number(value) {
  return String(Math.round(value * 1000) / 1000);
}

/** The file around the page (ISO 32000-1, section 7.5): objects, and where each begins. */
function written(content, title) {
  const font = (name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> >> >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font("Helvetica"), font("Helvetica-Bold"), font("Courier"),
    `<< /Title <${hexOfText(title)}> >>`,
  ];
  const parts = [bytesOf("%PDF-1.4\n")];
  const places = [];
  let at = parts[0].length;
  for (const [index, object] of objects.entries()) {
    places.push(at);
    parts.push(bytesOf(`${index + 1} 0 obj\n${object}\nendobj\n`));
    at += parts.at(-1).length;
  }
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(bytesOf(`xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info ${size - 1} 0 R >>\nstartxref\n${at}\n%%EOF\n`));
  return concat(parts);
}
