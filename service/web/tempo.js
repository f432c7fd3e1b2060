/* The last ten minutes of the feed in columns of 15 s; forced anomalies stand behind them as bands. */
import { canvas, niceTop, timeTicks } from "./canvas.js";
import { el, svg } from "./dom.js";
import { clock, words } from "./format.js";
import { L } from "./labels.js";

const T = L.live;
const [SLOT_MS, SLOTS] = [15_000, 40];
const [TOP, BOTTOM, HEIGHT, LEFT] = [18, 118, 138, 30];
const LEAST = 12;

/* Events counted into slots that end at `end`, the oldest slot first. */
export function counted(events, end) {
  const slots = Array.from({ length: SLOTS }, () => ({ all: 0, flagged: 0, critical: 0 }));
  for (const event of events) {
    const slot = slots[SLOTS - 1 - Math.floor((end - 1 - Date.parse(event.timestamp)) / SLOT_MS)];
    if (!slot) continue;
    slot.all += 1;
    if (event.flagged) slot[event.critical ? "critical" : "flagged"] += 1;
  }
  return slots;
}

export class Tempo {
  constructor() {
    Object.assign(this, { events: [], bands: new Map() });
    this.canvas = canvas(T.chart, (width) => this.draw(width));
    const key = (tone, word) => el("span", { class: "legend" }, el("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), word);
    const legend = el("span", { class: "of" }, key("", T.tones.good), key("warn", T.tones.warn), key("bad", T.tones.bad), key("band", T.forced));
    this.place = el("figure", { class: "chart" }, el("figcaption", {}, el("strong", {}, T.chart), legend), this.canvas.place);
  }

  show(events) {
    this.events = events;
    this.canvas.redraw();
  }

  /* A forced anomaly is remembered after the service has forgotten it. */
  learn(forced) {
    if (forced) this.bands.set(forced.start_at, forced);
    this.canvas.redraw();
  }

  draw(width) {
    const end = Math.ceil(Date.now() / SLOT_MS) * SLOT_MS;
    const first = end - SLOTS * SLOT_MS;
    const slots = counted(this.events, end);
    const top = niceTop(Math.max(LEAST, ...slots.map((slot) => slot.all)));
    const x = (at) => LEFT + ((at - first) / (end - first)) * (width - LEFT);
    const y = (value) => BOTTOM - (value / top) * (BOTTOM - TOP);
    const scale = [0, top / 2, top].filter(Number.isInteger).map((value) => [
      svg("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value), class: value ? "rule" : "rule base" }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end", class: "tick" }, String(value)),
    ]);
    const bars = slots.map((slot, index) => column(slot, x(first + index * SLOT_MS), x(first + (index + 1) * SLOT_MS), y));
    const bands = [...this.bands.values()].map((forced) => band(forced, first, end, x)).filter(Boolean);
    return [HEIGHT, [bands, scale, bars, timeTicks(first, end, x, BOTTOM, width - LEFT)]];
  }
}

function column(slot, left, right, y) {
  const parts = [["bad", slot.critical], ["warn", slot.flagged], ["", slot.all - slot.critical - slot.flagged]];
  let from = 0;
  return parts.map(([tone, count]) => {
    const low = from;
    from += count;
    return count > 0 && svg("rect", { x: left + 1, width: Math.max(1, right - left - 2), y: y(from), height: y(low) - y(from), class: `bar ${tone}` });
  });
}

function band(forced, first, end, x) {
  const [from, to] = [Math.max(first, Date.parse(forced.start_at)), Math.min(end, Date.parse(forced.end_at))];
  if (to <= from) return null;
  const isFar = x(from) > x(end) * 0.7;
  const text = `${words(forced.kind)} · ${forced.service}`;
  return svg("g", { class: "forced" },
    svg("title", {}, `${T.forced}: ${text}, ${clock(forced.start_at)} ${T.until} ${clock(forced.end_at)}`),
    svg("rect", { x: x(from), width: x(to) - x(from), y: 0, height: BOTTOM, class: "band" }),
    svg("text", { x: isFar ? x(to) - 4 : x(from) + 4, y: 12, "text-anchor": isFar ? "end" : "start", class: "tick" }, text));
}
