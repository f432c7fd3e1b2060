/* A view in parts, each drawn again only when what it shows has changed, so that focus, typed text and open folds stay. */
import { el, show } from "./dom.js";

export class Sheet {
  constructor(place, names, ...fixed) {
    this.keys = new Map();
    this.parts = new Map(names.map((name) => [name, el("div", { class: `part part-${name}` })]));
    show(place, fixed, [...this.parts.values()]);
  }

  get isShown() {
    return [...this.parts.values()].some((part) => part.isConnected);
  }

  /* Draws a part from facts; `build` makes its nodes. */
  draw(name, facts, build) {
    const key = JSON.stringify(facts);
    if (this.keys.get(name) === key) return;
    this.keys.set(name, key);
    const part = this.parts.get(name);
    const held = part.contains(document.activeElement) && document.activeElement.dataset.hold;
    show(part, build());
    if (held) part.querySelector(`[data-hold="${held}"]`)?.focus({ preventScroll: true });
  }
}
