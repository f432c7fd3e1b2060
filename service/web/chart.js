/* Charts drawn from evidence as SVG nodes: columns over time, or ranked bars. */
import { canvas, niceTop, timeTicks } from "./canvas.js";
import { el, svg } from "./dom.js";
import { cell, number, short, withUnit, words } from "./format.js";
import { L } from "./labels.js";
import { boundCells } from "./paths.js";

const T = L.chart;
const TOP = 10;
const isMeasure = (column) => ["integer", "number"].includes(column.type) && column.role !== "key";
const labelOf = (column) => column.label || words(column.name);

/* What a chart of this evidence would show, or null: {evidence, kind, key, measure, points, bound}. */
export function plotOf(evidence, claims) {
  const keys = evidence.columns.filter((column) => column.role === "key" || (column.role !== "time" && column.type === "string"));
  const measures = evidence.columns.filter(isMeasure);
  if (!measures.length || evidence.rows.length < 2) return null;
  const times = evidence.columns.filter((column) => column.type === "time");
  const key = keys.length === 0 || (keys.length === 1 && keys[0].type === "time") ? (keys[0] ?? times[0]) : keys.find((column) => column.type === "string");
  if (!key || (key.type !== "time" && evidence.rows.length < 3)) return null;
  const bound = new Map(claims.flatMap((claim) => [...boundCells(claim, evidence)]));
  const measure = mostTold(measures, bound, claims.filter((claim) => (claim.bind ?? []).some((bind) => bind.evidence === evidence.id)));
  if (key.type !== "time" && ![...bound.keys()].some((path) => /^\d+\//.test(path))) return null;
  return { evidence, kind: key.type === "time" ? "time" : "rank", key, measure, bound, points: pointsOf(evidence, keys, key, measure, bound) };
}

/* The measure claims speak of most; where they speak of none, a sum before anything else. */
function mostTold(measures, bound, claims) {
  const spoken = claims.flatMap(({ slots = {} }) => [slots.by, slots.metric]);
  const weight = (column) =>
    10 * [...bound.keys()].filter((path) => path.endsWith(`/${column.name}`)).length +
    10 * spoken.filter((name) => name === column.name).length +
    (["sum", "count"].includes(column.agg) ? 1 : 0);
  return [...measures].sort((a, b) => weight(b) - weight(a))[0];
}

function pointsOf(evidence, keys, key, measure, bound) {
  const named = key.type === "time" ? [key] : keys.filter((column) => column.type === "string").slice(0, 2);
  const points = evidence.rows
    .map((row, index) => ({
      name: named.map((column) => row[column.name]).filter((part) => part !== "" && part !== null).map((part) => cell(part, key)).join(" · "),
      key: row[key.name],
      value: row[measure.name],
      bound: bound.has(`${index}/${measure.name}`) || bound.has(`${index}/${key.name}`),
    }))
    .filter((point) => typeof point.value === "number" && Number.isFinite(point.value));
  if (key.type === "time") return points.sort((a, b) => Date.parse(a.key) - Date.parse(b.key));
  return points.filter((point) => point.value !== 0).sort((a, b) => b.value - a.value);
}

/* The plots worth drawing for an answer: those claims rest on, one over time and one ranked at most. */
export function plotsFor(analysis) {
  const used = (evidence) => (analysis.claims ?? []).filter((claim) => (claim.bind ?? []).some((bind) => bind.evidence === evidence.id)).length;
  const plots = (analysis.evidence ?? [])
    .filter((evidence) => evidence.status === "ok" && used(evidence) > 0)
    .sort((a, b) => used(b) - used(a))
    .map((evidence) => plotOf(evidence, analysis.claims))
    .filter((plot) => plot && plot.points.length > 1 && plot.points.some((point) => point.value !== 0));
  return ["time", "rank"].map((kind) => plots.find((plot) => plot.kind === kind)).filter(Boolean);
}

const withTitle = (node, text) => (node.append(svg("title", {}, text)), node);

function stepMs(points) {
  const gaps = points.slice(1).map((point, index) => Date.parse(point.key) - Date.parse(points[index].key));
  return Math.min(...gaps.filter((gap) => gap > 0), 86_400_000);
}

function valueAxis(plot, top, left, right, y) {
  const shares = [0, 0.5, 1].filter((share) => plot.measure.type !== "integer" || Number.isInteger(top * share));
  return shares.map((share) => [
    svg("line", { x1: left, x2: right, y1: y(top * share), y2: y(top * share), class: share ? "rule" : "rule base" }),
    svg("text", { x: left - 6, y: y(top * share) + 4, "text-anchor": "end", class: "tick" }, short(top * share)),
  ]);
}

function drawTime(plot, width) {
  const [left, right, topEdge, bottom] = [52, width - 6, 10, 196];
  const first = Date.parse(plot.points[0].key);
  const step = stepMs(plot.points);
  const last = Date.parse(plot.points.at(-1).key) + step;
  const top = niceTop(Math.max(...plot.points.map((point) => point.value)));
  const x = (at) => left + ((at - first) / (last - first)) * (right - left);
  const y = (value) => bottom - (Math.max(0, value) / top) * (bottom - topEdge);
  const wide = Math.max(1, x(first + step) - x(first) - 1);
  const bars = plot.points.map((point) =>
    withTitle(
      svg("rect", { x: x(Date.parse(point.key)), y: y(point.value), width: wide, height: bottom - y(point.value), class: point.bound ? "bar bound" : "bar" }),
      `${point.name} UTC: ${withUnit(number(point.value), plot.measure.unit)}`,
    ),
  );
  return [218, [valueAxis(plot, top, left, right, y), bars, timeTicks(first, last, x, bottom, right - left)]];
}

function drawRank(plot, width) {
  const points = plot.points.slice(0, TOP);
  const rowHeight = 22;
  const left = Math.min(Math.round(width * 0.42), 14 + 7 * Math.max(...points.map((point) => point.name.length)));
  const letters = Math.floor((left - 12) / 7.4);
  const most = Math.max(...points.map((point) => point.value), 1e-9);
  const room = width - left - 84;
  const rows = points.map((point, index) => {
    const y = index * rowHeight + 3;
    const long = point.name.length > letters ? `${point.name.slice(0, letters - 1)}…` : point.name;
    const length = Math.max(1, (Math.max(0, point.value) / most) * room);
    return withTitle(
      svg("g", {},
        svg("text", { x: left - 8, y: y + 13, "text-anchor": "end", class: "name" }, long),
        svg("rect", { x: left, y, width: length, height: rowHeight - 6, rx: 2, class: point.bound ? "bar bound" : "bar" }),
        svg("text", { x: left + length + 6, y: y + 13, class: "value" }, withUnit(short(point.value), plot.measure.unit))),
      `${point.name}: ${withUnit(number(point.value), plot.measure.unit)}`,
    );
  });
  return [points.length * rowHeight + 6, rows];
}

function captionOf(plot) {
  const measure = withUnit(labelOf(plot.measure), plot.measure.unit && plot.measure.unit !== "1" ? `(${plot.measure.unit})` : "");
  if (plot.kind === "time") return [T.over(measure), `${T.points(plot.points.length)}, ${T.utc}`];
  return [T.by(measure, labelOf(plot.key)), T.top(Math.min(TOP, plot.points.length), number(plot.evidence.rows_total ?? plot.points.length))];
}

/* A figure that redraws itself at the width it is given. */
export function figure(plot, openEvidence) {
  const [title, note] = captionOf(plot);
  const source = el("button", { type: "button", class: "link", onclick: (event) => openEvidence(plot.evidence.id, event.currentTarget) }, T.source(plot.evidence.id));
  const { place } = canvas(`${title}, ${note}`, (width) => (plot.kind === "time" ? drawTime(plot, width) : drawRank(plot, width)));
  return el("figure", { class: "chart" }, el("figcaption", {}, el("strong", {}, title), el("span", {}, `${note} · `, source)), place);
}
