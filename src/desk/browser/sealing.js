// `<form data-desk="seal" data-about=ABOUT>`: what stands in `<input data-seal=NAME>` stays here; its commitment goes with the form as
// `sealed_NAME`, and what opens it goes with the signed statement (`signing.js`). Once that is recorded, a page says so with
// `<... data-desk="forget" data-commitments="HEX HEX">`, and nothing of it stays on this device.
import { element } from "./element.js";
import { forgetSealed, keepSealed } from "./keep.js";
import { sealed } from "./seal.js";
import { onSubmit } from "./submit.js";

export async function prepareSeal(form, desk) {
  const inputs = [...form.querySelectorAll("[data-seal]")];
  // Without a name it cannot be sent by any way of sending a form.
  for (const input of inputs) input.removeAttribute("name");
  const place = form.appendChild(element("div"));
  onSubmit(form, place, desk, async () => {
    const characters = await desk.characters();
    for (const input of inputs.filter(({ value }) => value.trim() !== "")) {
      const { seal: name } = input.dataset;
      const made = await sealed(desk.origin, form.dataset.about, name, input.value, characters);
      await keepSealed(made);
      const field = form.elements.namedItem(`sealed_${name}`) ?? form.appendChild(element("input", { type: "hidden", name: `sealed_${name}` }));
      field.value = made.commitment;
    }
  });
}

export async function prepareForget({ dataset }) {
  for (const commitment of dataset.commitments.split(" ")) await forgetSealed(commitment);
}
