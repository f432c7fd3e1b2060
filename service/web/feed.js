/* The live events: what came, newest first, kept still while somebody reads further down. */
import * as api from "./api.js";
import { el, show } from "./dom.js";
import { clock, number, took } from "./format.js";
import { L } from "./labels.js";

const T = L.live;
const KEPT = 2_000;
const DRAWN = 80;
const GATHER_MS = 200;
const AT_TOP = 8;

function row(event) {
  const tone = event.critical ? "bad" : event.flagged ? "warn" : "good";
  const told = event.flagged ? event.reason : event.body || event.route;
  return el(
    "tr", { class: event.critical ? "critical" : event.flagged ? "flagged" : null, title: event.flagged ? event.body : null },
    el("td", { class: "when" }, el("span", { class: `dot ${tone}`, role: "img", "aria-label": T.tones[tone], title: T.tones[tone] }), clock(event.timestamp)),
    el("td", { class: "who" }, event.service), el("td", { class: "kind" }, T.types[event.event_type] ?? event.event_type),
    el("td", { class: "num" }, event.status_code ?? ""), el("td", { class: "num" }, took(event.duration_ms)), el("td", { class: "long" }, told),
  );
}

export class Feed {
  constructor(onChange) {
    Object.assign(this, { onChange, events: [], ids: new Set(), waiting: 0, stream: null, gathering: null });
    this.only = el("input", { type: "checkbox", id: "live-flagged", onchange: () => this.draw() });
    this.rows = el("tbody", { id: "live-events" });
    this.fresh = el("button", { type: "button", class: "go small fresh", hidden: true, onclick: () => this.toTop() });
    const head = el("tr", {}, T.columns.map((name, index) => el("th", { scope: "col", class: index === 3 || index === 4 ? "num" : null }, name)));
    this.scroller = el("div", { class: "scroll live-scroll", tabindex: "0", role: "region", "aria-label": T.events }, el("table", { class: "grid live-grid" }, el("thead", {}, head), this.rows));
    this.scroller.addEventListener("scroll", () => this.waiting && this.isAtTop() && this.draw());
    this.place = el("section", { class: "feed" }, el("h3", {}, T.events, el("label", { class: "field check" }, this.only, el("span", {}, T.only))), this.fresh, this.scroller);
    show(this.rows, el("tr", { class: "gap" }, el("td", { colspan: "6" }, L.waiting)));
  }

  isAtTop() {
    return this.scroller.scrollTop < AT_TOP;
  }

  toTop() {
    this.scroller.scrollTop = 0;
    this.scroller.focus({ preventScroll: true });
    this.draw();
  }

  /* Follows what comes; each time the stream opens, what was missed is read first. */
  follow() {
    this.stream = new EventSource("api/events");
    this.stream.addEventListener("open", () => this.load());
    this.stream.addEventListener("event", ({ data }) => this.take([JSON.parse(data)]));
  }

  stop() {
    this.stream?.close();
    this.stream = null;
  }

  async load() {
    const known = await api.read(`monitoring/events?limit=${KEPT}`).catch(() => null);
    if (known) this.take(known, true);
  }

  take(some, isNow) {
    const news = some.filter((event) => !this.ids.has(event.event_id));
    if (!news.length && this.events.length) return;
    this.events = [...news, ...this.events].sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1)).slice(0, KEPT);
    this.ids = new Set(this.events.map((event) => event.event_id));
    this.waiting += news.length;
    if (isNow) this.draw();
    else this.gathering ??= setTimeout(() => this.draw(), GATHER_MS);
  }

  clear() {
    this.events = [];
    this.ids = new Set();
    this.scroller.scrollTop = 0;
    this.draw();
  }

  draw() {
    clearTimeout(this.gathering);
    this.gathering = null;
    this.onChange();
    if (!this.isAtTop()) {
      this.fresh.textContent = T.fresh(number(this.waiting));
      this.fresh.hidden = !this.waiting;
      return;
    }
    this.waiting = 0;
    this.fresh.hidden = true;
    const wanted = this.only.checked ? this.events.filter((event) => event.flagged) : this.events;
    show(this.rows, wanted.length ? wanted.slice(0, DRAWN).map(row) : el("tr", { class: "gap" }, el("td", { colspan: "6" }, T.none)));
  }
}
