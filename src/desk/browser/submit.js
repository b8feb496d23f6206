// Forms that need work before they are sent.
import { busy, faults } from "./element.js";

/** Sends the form after `work`, by the button that was pressed; says at `place` why not where it cannot. */
export function onSubmit(form, place, { say }, work) {
  const told = faults(say);
  place.append(told.place);
  let done = false;
  form.addEventListener("submit", async (event) => {
    if (done) return;
    event.preventDefault();
    told.clear();
    const { submitter } = event;
    await busy(form, async () => {
      try {
        await work();
        done = true;
        form.requestSubmit(submitter);
      } catch (error) {
        told.tell(error);
      } finally {
        done = false;
      }
    });
  });
}
