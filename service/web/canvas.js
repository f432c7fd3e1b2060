/* What drawings share: a place that is drawn again at every width, round scales, ticks of time. */
import { el, svg } from "./dom.js";
import { minute } from "./format.js";

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

const ROUND_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080];

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

/* Ticks at round times between two instants, as many as the width has room for. */
export function timeTicks(first, last, x, bottom, width) {
  const isOneDay = new Date(first).toISOString().slice(0, 10) === new Date(last - 1).toISOString().slice(0, 10);
  const room = Math.max(2, Math.floor(width / (isOneDay ? 90 : 130)));
  const step = ROUND_MIN.map((many) => many * 60_000).find((many) => (last - first) / many <= room) ?? (last - first) / room;
  const start = Math.ceil(first / step) * step;
  return Array.from({ length: Math.floor((last - start) / step) + 1 }, (_, index) => {
    const at = start + index * step;
    const text = minute(new Date(at).toISOString());
    const anchor = x(at) - x(first) < 20 ? "start" : x(last) - x(at) < 20 ? "end" : "middle";
    return [svg("line", { x1: x(at), x2: x(at), y1: bottom, y2: bottom + 4, class: "rule base" }), svg("text", { x: x(at), y: bottom + 16, "text-anchor": anchor, class: "tick" }, isOneDay ? text.slice(11) : text.slice(5))];
  });
}
