// node tests/browser/sheet.mjs: recovery sheets and QR codes made by the browser's code, read by programs of others (zbarimg of ZBar,
// pdftoppm and pdftotext of Poppler).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, modules } from "./folder.mjs";

const [{ qrOf }, { sheetOf }, { makeKeyFile, openKeyFile, tidied }] = await modules("qr", "sheet", "keyfile");
const file = (name) => join(folder, name);
const run = (program, ...given) => execFileSync(program, given, { stdio: ["ignore", "pipe", "ignore"] });
const scanned = (picture) => run("zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", picture).subarray(0, -1);

/** A picture of a code, a module four pixels wide. */
function picture(rows) {
  const [wide, side] = [4, (rows.length + 8) * 4];
  const pixels = Buffer.alloc(side * side, 255);
  for (const [y, row] of rows.entries()) {
    for (const [x, dark] of row.entries()) {
      if (dark !== 1) continue;
      for (let line = 0; line < wide; line += 1) {
        const at = ((y + 4) * wide + line) * side + (x + 4) * wide;
        pixels.fill(0, at, at + wide);
      }
    }
  }
  return Buffer.concat([Buffer.from(`P5\n${side} ${side}\n255\n`), pixels]);
}

// The most bytes of each version at level M (table 7), and one more, which takes the next version.
const MOST = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997,
  1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331];
let codes = 0;
for (const [at, most] of MOST.entries()) {
  for (const length of [most, (MOST[at - 1] ?? 0) + 1]) {
    const bytes = Uint8Array.from({ length }, (_, place) => 33 + ((place * place * 7 + place * 13 + length) % 90));
    const rows = qrOf(bytes);
    assert.equal(rows.length, 17 + 4 * (at + 1), `${length} bytes`);
    assert.ok(rows.every((row) => row.length === rows.length && row.every((one) => one === 0 || one === 1)));
    writeFileSync(file("code.pgm"), picture(rows));
    assert.deepEqual(scanned(file("code.pgm")), Buffer.from(bytes), `${length} bytes`);
    codes += 1;
  }
}
assert.throws(() => qrOf(new Uint8Array(2332)), RangeError);

// From paper back to a file that opens, by the code and by the text.
const PASSPHRASE = "empat kata yang panjang";
const words = {
  title: ["Lembar pemulihan", "Recovery sheet"], facts: ["Yayasan “Contoh” — Siti", "hibah.example/ledger"],
  steps: ["1. Simpan lembar ini di tempat terkunci; frasa sandinya disimpan di tempat lain, sebab siapa yang memiliki keduanya dapat menandatangani.", "字"],
};
for (const name of ["a.example/org/1", `hibah.${"kabupaten-".repeat(6)}contoh.go.id/ledger/org/900719925474099`]) {
  const text = await makeKeyFile(name, PASSPHRASE);
  writeFileSync(file("sheet.pdf"), sheetOf(text, words));
  run("pdftoppm", "-r", "100", "-gray", file("sheet.pdf"), file("sheet"));
  assert.equal(scanned(file("sheet-1.pgm")).toString(), text);
  const printed = run("pdftotext", "-layout", file("sheet.pdf"), "-").toString();
  for (const line of [...words.title, ...words.facts]) assert.ok(printed.includes(line), line);
  assert.equal(printed.split("\f").length, 2, "one page");
  const restored = tidied(printed.slice(printed.indexOf("hibah key file")));
  assert.equal(restored, text);
  assert.equal((await openKeyFile(restored, PASSPHRASE)).name, name);
}
console.log(`${codes} QR codes of ${MOST.length} versions read; 2 sheets restored`);
