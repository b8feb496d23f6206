// The modules of the desk and those of the public side in one folder, as they are served.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = new URL("../../", import.meta.url);
export const folder = mkdtempSync(join(tmpdir(), "desk-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const part of ["src/public/browser/", "src/desk/browser/"]) {
  cpSync(fileURLToPath(new URL(part, root)), folder, { recursive: true, filter: (path) => !path.endsWith(".rs") });
}
cpSync(fileURLToPath(new URL("schema/characters-v1.txt", root)), join(folder, "characters-v1.txt"));
writeFileSync(join(folder, "package.json"), '{"type":"module"}');

/** Modules by their names. */
export function modules(...names) {
  return Promise.all(names.map((name) => import(pathToFileURL(join(folder, `${name}.js`)))));
}
