// A person who has keys alone: Tab, Shift+Tab, Enter, Space, arrows and letters. Nothing is clicked, filled in or focused by the script.
// Wherever the focus comes it is looked at: in the window, covered by nothing, marked so that eyes find it, in the order of reading.

import assert from 'node:assert/strict';

/** More stops than any page has. */
const MOST_STOPS = 250;

/** In the page: how every element looks that has not the focus. What is made later is noted before the next key. */
function noted() {
  const look = (one) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(one);
    return JSON.stringify([outlineStyle === 'none' ? 0 : outlineWidth, boxShadow, borderColor, backgroundColor]);
  };
  const tabbable = (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }) && !one.closest('details:not([open]) > :not(summary)');
  const all = () => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')].filter(tabbable);
  const keys = (window.walkedByKeys ??= { plain: new WeakMap(), look, all, last: null });
  for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')) {
    if (one !== document.activeElement && !keys.plain.has(one)) keys.plain.set(one, look(one));
  }
}

/** In the page: what is wrong with where the focus is; `order`: whether it came here by Tab. */
function stopped(order) {
  const { plain, look, all, last } = window.walkedByKeys;
  const one = document.activeElement;
  if (!one || one === document.body) return { wrong: [] };
  // What moves in is looked at once it is there.
  for (const moves of document.getAnimations()) moves.finish();
  const wrong = [];
  const told = `<${one.localName}${one.id ? ` id=${one.id}` : ''}> ${(one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent).trim().slice(0, 40)}`;
  // A link that goes on in the next line has several; a page of text that was led to is as high as it is.
  const boxes = [...one.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
  const inside = ({ top, bottom, left, right }) => top >= 0 && left >= 0 && right <= innerWidth + 1 && (bottom <= innerHeight + 1 || (bottom - top > innerHeight && top < innerHeight));
  if (boxes.length === 0 || !boxes.every(inside)) wrong.push('is not wholly in the window');
  else {
    const [{ top, bottom, left, right }] = boxes;
    const hit = document.elementFromPoint((left + right) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
    if (!hit || !(one.contains(hit) || hit.contains(one))) wrong.push(`is covered by <${hit?.localName} class=${hit?.className}>`);
  }
  // What is led to by the page, such as its content or a summary of faults, may be marked by its own frame.
  if (one.tabIndex >= 0 && (plain.get(one) ?? look(one)) === look(one)) wrong.push('looks as without the focus');
  // After the last comes the first again.
  if (order && last?.isConnected && last !== one && one !== all()[0]) {
    if (!(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)) wrong.push('comes before the one that it follows');
    const [before, here] = [last.getBoundingClientRect(), one.getBoundingClientRect()];
    if (here.bottom <= before.top && here.left < before.right) wrong.push('stands above the one that it follows');
  }
  window.walkedByKeys.last = one;
  return { wrong: wrong.map((what) => `${told} ${what}`) };
}

/** The keys of a tab; `tell` hears what is wrong. */
export function keysOf(tab, tell) {
  const heard = ({ wrong }) => {
    for (const what of wrong) tell(`${new URL(tab.url()).pathname.replace(/[0-9a-f]{16,}/, '…')}: by keys: ${what}`);
  };
  const press = async (key, order = false) => {
    await tab.evaluate(noted);
    await tab.keyboard.press(key);
    if (order) heard(await tab.evaluate(stopped, key === 'Tab'));
  };
  const has = (target) => target.evaluateAll((found) => found.includes(document.activeElement));

  /** Tab, until the focus is on it. */
  async function to(target, key = 'Tab') {
    for (let stops = 0; stops < MOST_STOPS; stops += 1) {
      if (await has(target)) return;
      await press(key, true);
    }
    assert.fail(`${tab.url()}: no key leads to ${target}`);
  }

  return {
    press,
    to,
    has,
    back: (target) => to(target, 'Shift+Tab'),
    /** Goes there and presses; with `leads`, waits for the page that this leads to: its address, or that there is another. */
    async hit(target, { key = 'Enter', leads } = {}) {
      await to(target);
      if (!leads) return press(key);
      await Promise.all([tab.waitForEvent('load'), leads === true ? null : tab.waitForURL(leads), press(key)]);
    },
    /** Goes there and types it in place of what is there. */
    async type(target, text) {
      await to(target);
      await tab.keyboard.press('Control+a');
      await tab.keyboard.type(text);
    },
    /** Goes there and presses the arrow until this is chosen. */
    async choose(target, title) {
      await to(target);
      const chosen = () => target.evaluate(({ selectedOptions }) => selectedOptions[0]?.textContent);
      for (let tries = 0; tries < 60 && (await chosen()) !== title; tries += 1) await tab.keyboard.press('ArrowDown');
      assert.equal(await chosen(), title);
    },
    /** The file is chosen in the window that the key opens. */
    async upload(target, file) {
      await to(target);
      const [window] = await Promise.all([tab.waitForEvent('filechooser'), press('Enter')]);
      await window.setFiles(file);
    },
    /** Once around the page: every stop is reached, and the focus gets out at the end. */
    async around() {
      await tab.evaluate(noted);
      await tab.evaluate(() => { window.walkedByKeys.reached = new Set(); window.walkedByKeys.last = null; });
      // From where the page puts it: the rest of the way round is gone too.
      for (let out = 0, stops = 0; out < 2; stops += 1) {
        assert.ok(stops < 2 * MOST_STOPS, `${tab.url()}: the focus does not get out`);
        await tab.evaluate(noted);
        await tab.keyboard.press('Tab');
        // In a browser without a frame of its own the focus goes round at once.
        const round = await tab.evaluate(() => {
          const { reached, all, last } = window.walkedByKeys;
          const one = document.activeElement;
          const first = one === document.body || one === all()[0];
          if (first) window.walkedByKeys.last = null;
          const again = one === last;
          reached.add(one);
          return { first, again };
        });
        if (round.first) out += 1;
        if (out < 2) heard(await tab.evaluate(stopped, true));
      }
      const left = await tab.evaluate(() => {
        const { all, reached } = window.walkedByKeys;
        return all().filter((one) => !reached.has(one)).map(({ outerHTML }) => outerHTML.slice(0, 120));
      });
      for (const one of left) tell(`${tab.url()}: by keys: no key leads to ${one}`);
    },
  };
}
