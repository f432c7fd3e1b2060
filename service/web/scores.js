/* Answers counted by their score: the published beside the drafted. */
import { canvas, niceTop } from "./canvas.js";
import { el, svg } from "./dom.js";
import { number } from "./format.js";
import { L } from "./labels.js";

const T = L.grounding;
const [TOP, BOTTOM, HEIGHT, LEFT] = [10, 146, 168, 34];
const LEAST = 4;
const SERIES = [["draft_score", ""], ["score", "bound"]];
const WIDE = 62;

function columns(buckets, index, [name, tone], width, y) {
  const slot = (width - LEFT) / buckets.length;
  const wide = Math.min(26, slot / 2 - 3);
  return buckets.map((bucket, at) => {
    const from = at ? buckets[at - 1].up_to : 0;
    const left = LEFT + slot * (at + 0.5) + (index ? 1 : -1 - wide);
    return bucket.runs > 0 && svg("g", {}, svg("title", {}, T.bucket(T.series[name], from, bucket.up_to, number(bucket.runs))),
      svg("rect", { x: left, width: wide, y: y(bucket.runs), height: BOTTOM - y(bucket.runs), class: `bar ${tone}` }));
  });
}

function edges(buckets, width) {
  const slot = (width - LEFT) / buckets.length;
  const text = (at) => (at && slot > WIDE ? `${buckets[at - 1].up_to}–${buckets[at].up_to}` : buckets[at].up_to);
  return buckets.map((_, at) => svg("text", { x: LEFT + slot * (at + 0.5), y: BOTTOM + 16, "text-anchor": "middle", class: "tick" }, text(at)));
}

function draw(scores, width) {
  const buckets = scores.score.buckets;
  const top = niceTop(Math.max(LEAST, ...SERIES.flatMap(([name]) => scores[name].buckets.map((bucket) => bucket.runs))));
  const y = (value) => BOTTOM - (value / top) * (BOTTOM - TOP);
  const scale = [0, top / 2, top].filter(Number.isInteger).map((value) => [
    svg("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value), class: value ? "rule" : "rule base" }),
    svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end", class: "tick" }, number(value)),
  ]);
  const bars = SERIES.map((one, index) => columns(scores[one[0]].buckets, index, one, width, y));
  return [HEIGHT, [scale, bars, edges(buckets, width)]];
}

export function histogram(scores) {
  const key = ([name, tone]) => el("span", { class: "legend" }, el("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), T.series[name]);
  const none = scores.score.not_graded;
  const note = el("span", { class: "of" }, SERIES.map(key), none > 0 && el("span", {}, T.notGraded(number(none))));
  const { place } = canvas(T.histogram, (width) => draw(scores, width));
  return el("figure", { class: "chart scores" }, el("figcaption", {}, el("strong", {}, T.histogram), note), place);
}
