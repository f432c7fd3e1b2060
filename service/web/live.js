/* The live view: the feed's switches, its events as they come, and what was done about them without being asked. */
import * as api from "./api.js";
import { badge } from "./answer.js";
import { byId, el, show } from "./dom.js";
import { Feed } from "./feed.js";
import { capital, clock, minute, number, words } from "./format.js";
import { link } from "./incident.js";
import { L } from "./labels.js";
import { Sheet } from "./sheet.js";
import { Tempo } from "./tempo.js";

const T = L.live;
const REFRESH_MS = 3_000;
const SHOWN = 5;
let view = null;
let timer = null;

const field = (text, control) => el("label", { class: "field" }, el("span", {}, text), control);

class LiveView {
  constructor(place) {
    this.tempo = new Tempo();
    this.feed = new Feed(() => this.tempo.show(this.feed.events));
    this.rate = el("input", { type: "number", id: "live-rate", min: "1", max: "6000", value: "30", required: true });
    this.kind = el("select", { id: "live-kind" }, Object.entries(T.kinds).map(([value, text]) => el("option", { value }, text)));
    this.mistake = el("p", { class: "mistake", role: "alert", hidden: true });
    this.told = el("div", { class: "told" });
    this.done = el("div", {});
    this.sheet = new Sheet(this.told, ["switch", "state"]);
    this.list = new Sheet(this.done, ["done"]);
    this.list.draw("done", "", () => el("p", { class: "quiet busy" }, L.waiting));
    show(
      place,
      el("h2", { class: "headline", tabindex: "-1" }, T.title),
      this.told,
      el("div", { class: "controls live-controls" }, this.pace(), this.force(), this.button(T.clear, "clear", () => this.clear())),
      this.mistake, this.tempo.place,
      el("div", { class: "columns" }, this.feed.place, el("section", { class: "done", "aria-live": "polite" }, el("h3", {}, T.done), this.done)),
    );
  }

  pace() {
    const set = el("button", { type: "submit", class: "plain" }, T.setRate);
    const change = (event) => {
      event.preventDefault();
      return this.tried(set, () => api.send("monitoring/rate", { rate: this.rate.valueAsNumber }, "PUT"));
    };
    return el("form", { class: "inline", onsubmit: change }, field(T.rate, this.rate), set);
  }

  force() {
    const force = this.button(T.force, "force", () => api.send("monitoring/anomaly", this.kind.value ? { kind: this.kind.value } : {}), "go small");
    force.id = "live-force";
    return el("div", { class: "inline" }, field(T.kind, this.kind), force);
  }

  button(text, hold, act, name = "plain") {
    const made = el("button", { type: "button", class: name, "data-hold": hold }, text);
    made.addEventListener("click", () => this.tried(made, act));
    return made;
  }

  async tried(control, act) {
    this.mistake.hidden = true;
    control.disabled = true;
    try {
      await act();
    } catch (error) {
      this.mistake.textContent = `${L.errors.title}: ${error.message}`;
      this.mistake.hidden = false;
    }
    control.disabled = false;
    await this.refresh();
  }

  async clear() {
    await api.send("monitoring/clear", {});
    this.feed.clear();
  }

  async refresh() {
    const [status, actions, incidents] = await Promise.all([
      api.read("monitoring/status").catch(() => null), api.read("monitoring/ai-actions").catch(() => null), api.read("incidents").catch(() => null),
    ]);
    if (status) this.drawState(status);
    if (actions && incidents) this.list.draw("done", [actions, incidents], () => done(incidents, actions));
  }

  drawState(status) {
    this.sheet.draw("switch", status.running, () => this.switchOf(status.running));
    this.sheet.draw("state", status, () => facts(status));
    if (document.activeElement !== this.rate && this.rateSet !== status.rate) this.rate.value = this.rateSet = status.rate;
    this.tempo.learn(status.forced);
  }

  switchOf(isRunning) {
    const act = isRunning ? () => api.send("monitoring/stop", {}) : () => api.send("monitoring/start", {});
    const made = this.button(isRunning ? T.stop : T.start, "switch", act);
    made.id = "live-switch";
    return made;
  }
}

function facts(status) {
  const pair = (name, value, tone) => el("div", {}, el("dt", {}, name), el("dd", { class: tone ?? null }, value));
  const dot = el("span", { class: `dot ${status.running ? "good" : ""}`, "aria-hidden": "true" });
  return el("dl", { class: "line-facts live-state" },
    pair(T.state, [dot, status.running ? T.running : T.stopped]), pair(T.pace, T.perMinute(number(status.rate))), pair(T.count, number(status.event_count)),
    pair(T.flagged, number(status.flagged_count)), pair(T.critical, number(status.critical_count)), status.lost > 0 && pair(T.lost, number(status.lost)),
    status.forced && pair(T.forced, `${words(status.forced.kind)} · ${status.forced.service} · ${T.until} ${clock(status.forced.end_at)}`),
    status.last_error && pair(T.error, status.last_error));
}

function done(incidents, actions) {
  const item = (title, note, tag) => el("li", {}, tag, title, el("span", { class: "quiet" }, note));
  const part = (name, items) => items.length > 0 && el("section", {}, el("h4", {}, name, el("span", { class: "of" }, number(items.length))), el("ul", { class: "done-list" }, items.slice(0, SHOWN)));
  const state = (status) => L.incidents.statuses[status] ?? status;
  const incidentOf = (one, title) => (one ? el("a", { href: link(one) }, title) : el("span", {}, title));
  const parts = [
    part(L.views.incidents, incidents.map((one) => item(incidentOf(one.incident_id, capital(one.title)), `${state(one.status)} · ${minute(one.start_at).slice(11)}`, badge(one.severity)))),
    part(T.alerts, actions.alerts.map((one) => item(incidentOf(one.incident_id, one.subject), `${L.incidents.draftKinds[one.alert_type] ?? one.alert_type} · ${L.incidents.draftStates[one.state] ?? one.state}`))),
    part(T.tickets, actions.tickets.map((one) => item(incidentOf(one.incident_id, one.subject), `${one.ticket_id} · ${minute(one.created_at).slice(11)}`))),
    part(T.issues, actions.issues.map((one) => item(incidentOf(one.incident_ids?.at(-1), capital(one.title)), state(one.status)))),
  ].filter(Boolean);
  return parts.length ? parts : el("p", { class: "quiet" }, T.nothing);
}

export function openLive() {
  view ??= new LiveView(byId("view-live"));
  if (timer) return;
  view.feed.follow();
  view.refresh();
  timer = setInterval(() => view.refresh(), REFRESH_MS);
}

export function closeLive() {
  view?.feed.stop();
  clearInterval(timer);
  timer = null;
}
