/* Why an incident was raised: each service's strongest alarm drawn over time against its threshold, and all of them as a table. */
import { canvas, timeTicks } from "./canvas.js";
import { el, svg } from "./dom.js";
import { number, rounded, span, withUnit, words } from "./format.js";
import { L } from "./labels.js";

const T = L.alarms;
const MINUTE_MS = 60_000;
const MOST_LANES = 6;
const [LANE, HEAD] = [54, 17];
const COUNTED = ["events", "requests"];

const excess = (alarm) => (alarm.threshold ? alarm.value / alarm.threshold : alarm.value);
const amount = (value, unit) => (value === null || value === undefined ? "–" : withUnit(number(rounded(value)), unit));

/* The strongest alarm of each service, the earliest service first; a count of flags only where nothing else speaks for a service. */
function strongest(alarms) {
  const best = new Map();
  const weight = (alarm) => (alarm.family === "flags" ? 0 : 1e6) + excess(alarm);
  for (const alarm of alarms.filter((one) => one.series.length > 1)) {
    const known = best.get(alarm.service);
    if (!known || weight(alarm) > weight(known)) best.set(alarm.service, alarm);
  }
  return [...best.values()].sort((a, b) => Date.parse(a.start_at) - Date.parse(b.start_at) || excess(b) - excess(a)).slice(0, MOST_LANES);
}

/* A rule compares a sliding window with its threshold: the sum of counts, the mean of a level, minute by minute. */
function sliding(alarm) {
  const isCount = COUNTED.includes(alarm.unit);
  return alarm.series.map((_, index) => {
    const inside = alarm.series.slice(Math.max(0, index + 1 - alarm.window_min), index + 1);
    const sum = inside.reduce((all, value) => all + value, 0);
    return isCount ? sum : sum / inside.length;
  });
}

/* Series end where the rule looked last; evidence may have ended some empty minutes before. */
function lastMinute(alarm) {
  const isCount = alarm.unit === "events";
  const empty = isCount ? alarm.series.length - 1 - alarm.series.findLastIndex((value) => value > 0) : 0;
  return Date.parse(alarm.end_at) + (empty < alarm.series.length ? empty : 0) * MINUTE_MS;
}

function lane(alarm, index, scale) {
  const values = sliding(alarm);
  const [top, bottom] = [index * LANE + HEAD, index * LANE + LANE - 4];
  const most = Math.max(...values, alarm.threshold, 1e-9) * 1.08;
  const y = (value) => bottom - (Math.max(0, value) / most) * (bottom - top);
  const end = lastMinute(alarm);
  const isOver = (value) => (alarm.value < alarm.threshold ? value < alarm.threshold : value > alarm.threshold);
  const bars = values.map((value, at) => {
    const from = scale.x(end - (values.length - at) * MINUTE_MS);
    const wide = Math.max(1, scale.x(end - (values.length - at - 1) * MINUTE_MS) - from - 1);
    return value > 0 && svg("rect", { x: from, width: wide, y: y(value), height: bottom - y(value), class: isOver(value) ? "bar bad" : "bar" });
  });
  const limit = svg("line", { x1: 0, x2: scale.width, y1: y(alarm.threshold), y2: y(alarm.threshold), class: "rule limit" });
  const name = svg("text", { x: 0, y: index * LANE + 12, class: "name" }, svg("tspan", { class: "strong" }, alarm.service), ` ${T.laneOf(words(alarm.rule), alarm.error_code)}`);
  const said = svg("text", { x: scale.width, y: index * LANE + 12, "text-anchor": "end", class: "value" }, T.against(amount(alarm.value, alarm.unit), alarm.window_min, number(rounded(alarm.threshold))));
  return [bars, alarm.threshold > 0 && limit, svg("line", { x1: 0, x2: scale.width, y1: bottom, y2: bottom, class: "rule" }), name, scale.width > 460 && said];
}

function drawing(alarms, incident, width) {
  const first = Math.min(...alarms.map((alarm) => lastMinute(alarm) - alarm.series.length * MINUTE_MS));
  const last = Math.max(...alarms.map(lastMinute), Date.parse(incident.start_at) + MINUTE_MS);
  const x = (at) => ((at - first) / (last - first)) * width;
  const bottom = alarms.length * LANE;
  const from = Math.max(0, x(Date.parse(incident.start_at)));
  const to = incident.end_at ? Math.min(width, x(Date.parse(incident.end_at))) : width;
  const band = svg("rect", { x: from, width: Math.max(2, to - from), y: 0, height: bottom, class: "band" });
  return [bottom + 22, [band, alarms.map((alarm, index) => lane(alarm, index, { x, width })), timeTicks(first, last, x, bottom, width)]];
}

/* The picture, or nothing where no alarm carries a series (alerts of other systems do not). */
export function picture(incident) {
  const alarms = strongest(incident.alarms ?? []);
  if (!alarms.length) return null;
  const { place } = canvas(T.pictureOf(alarms.map((alarm) => alarm.service).join(", ")), (width) => drawing(alarms, incident, width));
  return el("figure", { class: "chart" }, el("figcaption", {}, el("strong", {}, T.picture), el("span", {}, T.legend)), place);
}

export function table(alarms) {
  if (!alarms?.length) return null;
  const row = (alarm) => {
    const cells = [words(alarm.rule), alarm.service, alarm.route || "–", alarm.error_code || alarm.subject || "–"];
    const isForeign = alarm.family === "external";
    const measured = [alarm.value, alarm.threshold, alarm.baseline].map((value) => (isForeign ? "–" : amount(value, alarm.unit)));
    const numbers = [...measured, isForeign ? "–" : T.minutes(alarm.window_min), alarm.breaches];
    return el("tr", {}, cells.map((value) => el("td", {}, value)), numbers.map((value) => el("td", { class: "num" }, value)), el("td", { class: "when" }, span(alarm.start_at, alarm.end_at)));
  };
  const isNumber = (index) => index > 3 && index < 9;
  const head = el("tr", {}, T.columns.map((name, index) => el("th", { scope: "col", class: isNumber(index) ? "num" : null }, name)));
  return el(
    "details", { class: "fold" },
    el("summary", {}, T.all(alarms.length)),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": T.title }, el("table", { class: "grid" }, el("thead", {}, head), el("tbody", {}, alarms.map(row)))),
  );
}
