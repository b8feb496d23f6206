// Parts of a page made by a script: text only, never markup from anywhere.

/** An element with attributes, properties where they begin with a dot, and children; strings become text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith(".")) made[attribute.slice(1)] = value;
    else if (value !== false) made.setAttribute(attribute, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

let made = 0;

/** A label and what it labels, with a hint that is read out with it. */
export function labelled(text, input, hint = "") {
  made += 1;
  input.id ||= `desk-${made}`;
  const told = hint === "" ? null : element("p", { id: `${input.id}-hint`, class: "desk-hint" }, hint);
  if (told) input.setAttribute("aria-describedby", told.id);
  return element("div", { class: "desk-field" }, element("label", { for: input.id }, text), told, input);
}

/** A button that does its work once at a time. */
export function button(text, work) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", () => busy(made, work));
  return made;
}

/** The Enter key in a field of `box` is a click on its button, not the end of a form around it. */
export function entered(box, button) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    button.click();
  });
  return box;
}

/** Runs `work` while `element` is marked as busy and takes no further click. */
export async function busy(element, work) {
  if (element.getAttribute("aria-disabled") === "true") return;
  // Not `disabled`: the focus would be lost.
  element.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    element.removeAttribute("aria-disabled");
  }
}

/** A place where faults are said, and read out. */
export function faults(say) {
  const place = element("p", { class: "desk-fault", role: "alert" });
  return {
    place,
    clear: () => place.replaceChildren(),
    /** Says a refusal in the page's words; anything else is a fault of this program, and says so too. */
    tell: (error) => {
      place.textContent = say(error.code ?? "") || say("fault") || String(error);
      if (!error.code) console.error(error);
    },
  };
}
