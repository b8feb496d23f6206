// What a page makes becomes a file of the person's own.
import { element } from "./element.js";

/** Hands a file to the browser's own way of saving. */
export function save(content, name, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // Only once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
