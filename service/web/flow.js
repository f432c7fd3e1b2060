/* Samples of the pipeline, polled while its page is open: rates and waiting records over the last ten minutes, and recent waiting times. */
import { canvas, niceTop, timeTicks } from "./canvas.js";
import { el, svg } from "./dom.js";
import { short } from "./format.js";
import { L } from "./labels.js";

const T = L.pipeline;
const [SPAN_MS, LEAST_MS, RECENT_MS, GAP_MS] = [600_000, 120_000, 60_000, 15_000];
const [TOP, BOTTOM, HEIGHT, LEFT] = [10, 118, 138, 40];

/* A sample of a view of the service: its time, its counts so far, and how many requests were acknowledged within each bound. */
export function sampleOf(view) {
  const { received_records: received, written_rows: written } = view.totals;
  return { at: Date.parse(view.at), received, written, waiting: view.queue.records, acks: view.acknowledgement.buckets };
}

export class Flow {
  constructor() {
    this.samples = [];
    const line = (label, names) => canvas(label, (width) => this.draw(width, names));
    this.rates = line(T.rates, ["received", "written"]);
    this.waits = line(T.waits, ["waiting"]);
    const key = (name) => el("span", { class: "legend" }, el("span", { class: `swatch line-${name}`, "aria-hidden": "true" }), T.lines[name]);
    this.place = el("div", { class: "charts" },
      figure(T.rates, el("span", { class: "of" }, key("received"), key("written")), this.rates.place), figure(T.waits, el("span", { class: "of" }, T.watching), this.waits.place));
  }

  /* A process that began anew counts from nothing, and so do we. */
  learn(view) {
    const sample = sampleOf(view);
    const last = this.samples.at(-1);
    if (last && (sample.received < last.received || sample.written < last.written)) this.samples = [];
    if (!last || sample.at > last.at) this.samples.push(sample);
    this.samples = this.samples.filter((one) => one.at >= sample.at - SPAN_MS);
    this.rates.redraw();
    this.waits.redraw();
  }

  /* Records a second over the last samples: {received, written}; null before there are two. */
  now() {
    const [first, last] = [this.samples.at(-4) ?? this.samples[0], this.samples.at(-1)];
    return last && last.at > first.at ? rate(first, last) : null;
  }

  /* Times of the requests of the last minute, as {p50, p99, isRecent}; of all where there were none. */
  waited(acknowledgement) {
    const end = this.samples.at(-1)?.at ?? 0;
    const before = this.samples.find((one) => one.at >= end - RECENT_MS)?.acks ?? [];
    const buckets = acknowledgement.buckets.map(([bound, count], index) => [bound, count - (before[index]?.[1] ?? 0)]);
    const isRecent = (buckets.at(-1)?.[1] ?? 0) > 0;
    if (!isRecent) return { p50: acknowledgement.p50_ms, p99: acknowledgement.p99_ms, isRecent };
    return { p50: quantile(buckets, 0.5), p99: quantile(buckets, 0.99), isRecent };
  }

  draw(width, names) {
    const end = this.samples.at(-1)?.at ?? Date.now();
    const first = Math.min(this.samples[0]?.at ?? end, end - LEAST_MS);
    const lines = names.map((name) => ({ name, points: name === "waiting" ? levels(this.samples) : rates(this.samples, name) }));
    const top = niceTop(Math.max(10, ...lines.flatMap(({ points }) => points.map((point) => point?.value ?? 0))));
    const x = (at) => LEFT + ((at - first) / (end - first)) * (width - LEFT - 2);
    const y = (value) => BOTTOM - (value / top) * (BOTTOM - TOP);
    const scale = [0, top / 2, top].map((value) => [
      svg("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value), class: value ? "rule" : "rule base" }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end", class: "tick" }, short(value)),
    ]);
    const paths = lines.map(({ name, points }) => svg("path", { d: path(points, x, y), class: `flow line-${name}` }));
    return [HEIGHT, [scale, timeTicks(first, end, x, BOTTOM, width - LEFT), paths]];
  }
}

const figure = (title, note, place) => el("figure", { class: "chart" }, el("figcaption", {}, el("strong", {}, title), note), place);

function rate(first, last) {
  const seconds = (last.at - first.at) / 1000;
  return { received: (last.received - first.received) / seconds, written: (last.written - first.written) / seconds };
}

const levels = (samples) => samples.map((one, index) => (isGap(samples, index) ? [null, point(one)] : point(one))).flat();

const point = (one) => ({ at: one.at, value: one.waiting });

const isGap = (samples, index) => index > 0 && samples[index].at - samples[index - 1].at > GAP_MS;

/* Rates between neighbouring samples; where none were taken for long, the line is broken. */
function rates(samples, name) {
  return samples.slice(1).map((one, index) => (isGap(samples, index + 1) ? null : { at: one.at, value: rate(samples[index], one)[name] }));
}

function path(points, x, y) {
  const parts = points.map((one, index) => one && `${points[index - 1] ? "L" : "M"}${x(one.at).toFixed(1)} ${y(one.value).toFixed(1)}`);
  return parts.filter(Boolean).join("");
}

/* As the service reckons it: straight between the bounds of a bucket, in ms; buckets are [bound in s or null, requests up to it]. */
export function quantile(buckets, share) {
  const wanted = share * buckets.at(-1)[1];
  const place = buckets.findIndex(([, count]) => count >= wanted);
  const [low, before] = place > 0 ? buckets[place - 1] : [0, 0];
  const [high, until] = buckets[place];
  return (low + (high === null ? 0 : ((high - low) * (wanted - before)) / (until - before))) * 1000;
}
