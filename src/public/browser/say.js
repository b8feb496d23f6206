// What the steps of a check say, in the page's language. The sentences stand in the page, with `{fact}` for what is put in.

/** The page's own sentences; nothing for a name that it has no sentence for. */
export function wordsOf(box, where = "template") {
  const sentences = new Map(
    [...box.querySelector(where).content.children].map((one) => [one.dataset.word, one.textContent]));
  return (name, facts = {}) => (sentences.get(name) ?? "").replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
}

/** Adds a step to a list: what holds, what does not and why, or what could not be asked. */
export function tell(list, say, step) {
  const line = document.createElement("li");
  const name = step.holds ? (step.none ? `${step.step}-none` : step.step) : `${step.step}-bad`;
  const why = step.holds ? "" : ` ${say(step.code) || step.code}`;
  show(line, step.holds ? (step.none ? "none" : "good") : "bad", say(name, facts(step)) + why);
  list.append(line);
}

/** The facts of a step as a person reads them. */
export function facts({ index, size, leaf, root, keys, witness, time, ...others }) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const from = keys?.filter((key) => typeof key === "object").map((key) => number.format(key.index));
  return {
    ...others,
    index: number.format(index ?? 0),
    size: number.format(size ?? 0),
    leaf: leaf?.slice(0, 16),
    root: root?.slice(0, 16),
    keys: from?.length ? from.join(", ") : keys?.join(", "),
    witness,
    time: time ? new Date(time * 1000).toLocaleString(document.documentElement.lang) : "",
  };
}

export function show(element, state, text) {
  for (const other of ["good", "bad", "none"]) element.classList.toggle(other, other === state);
  element.textContent = text;
}

/** The verdict: its first words strong. */
export function conclude(element, state, text) {
  const [, first, rest] = /^([^:]*:?)(.*)$/s.exec(text);
  show(element, state, "");
  const strong = document.createElement("strong");
  strong.textContent = first;
  element.append(strong, rest);
}
