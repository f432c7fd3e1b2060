/* The live view: the feed's switches, its events as they come, and what was done about them without being asked. */
import * as api from "./api.js";
import { byId, el, show, svg } from "./dom.js";
import { minute, number, time, took, words } from "./format.js";
import { L } from "./labels.js";

const T = L.live;
const KEPT = 240;
const DRAWN = 60;
const SLOT_MS = 15_000;
const SLOTS = 40;
const REFRESH_MS = 5_000;
const events = [];
let stream = null;
let timer = null;
let place = null;

const button = (text, act, name = "plain") => el("button", { type: "button", class: name, onclick: () => tried(act) }, text);

async function tried(act) {
  place.mistake.hidden = true;
  try {
    await act();
  } catch (error) {
    place.mistake.textContent = error.message;
    place.mistake.hidden = false;
  }
  await refresh();
}

function build() {
  const rate = el("input", { type: "number", id: "live-rate", min: "1", max: "600", value: "30" });
  const kind = el("select", { id: "live-kind" }, Object.entries(T.kinds).map(([value, text]) => el("option", { value }, text)));
  const only = el("input", { type: "checkbox", id: "live-flagged" });
  const switched = el("span", {});
  place = { rate, kind, only, switched, state: el("dl", { class: "line-facts live-state" }), mistake: el("p", { class: "mistake", role: "alert", hidden: true }) };
  Object.assign(place, { chart: el("figure", { class: "chart" }), rows: el("tbody", { id: "live-events" }), done: el("div", { class: "done" }) });
  only.addEventListener("change", drawEvents);
  const force = button(T.force, () => api.send("monitoring/anomaly", kind.value ? { kind: kind.value } : {}), "go small");
  force.id = "live-force";
  show(
    byId("view-live"),
    el("h2", { class: "headline", tabindex: "-1" }, T.title),
    el("div", { class: "controls" }, switched, field(T.rate, rate), button(T.setRate, () => api.send("monitoring/rate", { rate: Number(rate.value) }, "PUT")), field(T.kind, kind), force, button(T.clear, clear)),
    place.mistake, place.state, place.chart,
    el("div", { class: "columns" }, el("section", {}, el("h3", {}, T.events, field(T.only, only)), table()), el("section", {}, el("h3", {}, T.done), place.done)),
  );
}

const field = (text, control) => el("label", { class: "field" }, el("span", {}, text), control);

const table = () =>
  el("div", { class: "scroll" }, el("table", { class: "grid live-grid" }, el("thead", {}, el("tr", {}, T.columns.map((name) => el("th", {}, name)))), place.rows));

async function clear() {
  await api.send("monitoring/clear", {});
  events.length = 0;
  drawEvents();
}

function row(event) {
  const tone = event.critical ? "bad" : event.flagged ? "warn" : "good";
  const told = event.flagged ? event.reason : event.body || event.route;
  return el(
    "tr", { class: event.flagged ? "flagged" : null },
    el("td", { class: "when" }, el("span", { class: `dot ${tone}`, title: T.tones[tone] }), time(event.timestamp).slice(11, 19)),
    el("td", {}, event.service), el("td", {}, T.types[event.event_type] ?? event.event_type),
    el("td", { class: "num" }, event.status_code ?? ""), el("td", { class: "num" }, took(event.duration_ms)), el("td", { class: "long" }, told),
  );
}

function drawEvents() {
  const wanted = place.only.checked ? events.filter((event) => event.flagged) : events;
  show(place.rows, wanted.length ? wanted.slice(0, DRAWN).map(row) : el("tr", { class: "gap" }, el("td", { colspan: "6" }, T.none)));
  drawChart();
}

function drawChart() {
  const end = Math.ceil(Date.now() / SLOT_MS) * SLOT_MS;
  const slots = Array.from({ length: SLOTS }, () => ({ all: 0, flagged: 0, critical: 0 }));
  for (const event of events) {
    const slot = slots[SLOTS - 1 - Math.floor((end - 1 - new Date(event.timestamp)) / SLOT_MS)];
    if (!slot) continue;
    slot.all += 1;
    if (event.flagged) slot[event.critical ? "critical" : "flagged"] += 1;
  }
  const most = Math.max(4, ...slots.map((slot) => slot.all));
  const bar = (index, from, count, tone) => count > 0 && svg("rect", { x: index * 16 + 2, width: 12, y: 84 - ((from + count) / most) * 80, height: (count / most) * 80, class: `bar ${tone}` });
  const bars = slots.flatMap((slot, index) => [
    bar(index, 0, slot.critical, "bad"), bar(index, slot.critical, slot.flagged, "warn"), bar(index, slot.critical + slot.flagged, slot.all - slot.critical - slot.flagged, ""),
  ]);
  const drawing = svg("svg", { viewBox: `0 0 ${SLOTS * 16} 86`, role: "img", "aria-label": T.chart, width: "100%" }, bars, svg("line", { x1: 0, x2: SLOTS * 16, y1: 85, y2: 85, class: "rule base" }));
  show(place.chart, el("figcaption", {}, el("strong", {}, T.chart), el("span", {}, T.legend)), drawing);
}

function drawState(status) {
  const pair = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const dot = el("span", { class: `dot ${status.running ? "good" : ""}`, "aria-hidden": "true" });
  show(place.state,
    pair(T.state, [dot, status.running ? T.running : T.stopped]), pair(T.pace, T.perMinute(number(status.rate))), pair(T.count, number(status.event_count)),
    pair(T.flagged, number(status.flagged_count ?? 0)), pair(T.critical, number(status.critical_count ?? 0)),
    status.forced && pair(T.forced, `${words(status.forced.kind)} · ${status.forced.service} · ${T.until} ${time(status.forced.end_at).slice(11, 19)}`),
    status.last_error && pair(T.error, status.last_error));
  const change = status.running ? button(T.stop, () => api.send("monitoring/stop", {})) : button(T.start, () => api.send("monitoring/start", { rate: Number(place.rate.value) }));
  change.id = "live-switch";
  show(place.switched, change);
}

function drawDone(incidents, actions) {
  const item = (href, title, note) => el("li", {}, href ? el("a", { href }, title) : el("span", {}, title), el("span", { class: "quiet" }, ` ${note}`));
  const part = (name, items) => items.length > 0 && el("section", {}, el("h3", {}, `${name} (${items.length})`), el("ul", { class: "plain-list" }, items.slice(0, 6)));
  const parts = [
    part(L.views.incidents, incidents.map((one) => item(`#incident=${encodeURIComponent(one.incident_id)}`, one.title, `${one.severity} · ${L.incidents.statuses[one.status] ?? one.status}`))),
    part(T.issues, actions.issues.map((one) => item("", one.title, one.status))),
    part(T.alerts, actions.alerts.map((one) => item("", one.subject, `${one.alert_type} · ${one.state}`))),
    part(T.tickets, actions.tickets.map((one) => item("", one.subject, minute(one.created_at)))),
  ].filter(Boolean);
  show(place.done, parts.length ? parts : el("p", { class: "quiet" }, T.nothing));
}

async function refresh() {
  const [status, actions, incidents] = await Promise.all([
    api.read("monitoring/status").catch(() => null), api.read("monitoring/ai-actions").catch(() => null), api.read("incidents").catch(() => []),
  ]);
  if (status) drawState(status);
  if (actions) drawDone(incidents, actions);
  drawChart();
}

function follow() {
  stream = new EventSource("api/events");
  stream.addEventListener("event", ({ data }) => {
    events.unshift(JSON.parse(data));
    events.length = Math.min(events.length, KEPT);
    drawEvents();
  });
}

export async function openLive() {
  if (!place) build();
  if (stream) return;
  events.splice(0, events.length, ...(await api.read(`monitoring/events?limit=${KEPT}`).catch(() => [])));
  drawEvents();
  follow();
  refresh();
  timer = setInterval(refresh, REFRESH_MS);
}

export function closeLive() {
  stream?.close();
  clearInterval(timer);
  stream = timer = null;
}
