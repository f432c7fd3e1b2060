/* What drawings share: a place that is drawn again at every width, round scales, ticks of time. */
import { el, svg } from "./dom.js";
import { minute } from "./format.js";

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

export function niceTop(most) {
  const step = 10 ** Math.floor(Math.log10(most || 1));
  return STEPS.map((factor) => factor * step).find((top) => top >= most) ?? most;
}

/* A place for a drawing; `draw(width)` gives [height, marks]. `redraw()` draws again when what is drawn has changed. */
export function canvas(label, draw) {
  const place = el("div", { class: "canvas" });
  let drawn = 0;
  const redraw = () => {
    if (!drawn) return;
    const [height, marks] = draw(drawn);
    place.replaceChildren(svg("svg", { width: drawn, height, viewBox: `0 0 ${drawn} ${height}`, role: "img", "aria-label": label }, marks));
  };
  const watch = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width <= 120 || width === drawn) return;
    drawn = width;
    redraw();
  });
  watch.observe(place);
  return { place, redraw };
}

export function timeTicks(first, last, x, bottom, width) {
  const many = Math.max(2, Math.min(6, Math.floor(width / 120)));
  const sameDay = new Date(first).toISOString().slice(0, 10) === new Date(last).toISOString().slice(0, 10);
  return Array.from({ length: many }, (_, index) => {
    const at = first + ((last - first) * index) / (many - 1);
    const text = minute(new Date(at).toISOString());
    const anchor = index === 0 ? "start" : index === many - 1 ? "end" : "middle";
    return svg("text", { x: x(at), y: bottom + 16, "text-anchor": anchor, class: "tick" }, sameDay ? text.slice(11) : text.slice(5));
  });
}
