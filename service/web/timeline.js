/* The steps of a run as they happen: router, desks with their look-ups, writer, verifier. */
import { el, show } from "./dom.js";
import { cell, number, span, took, words } from "./format.js";
import { L } from "./labels.js";

const T = L.steps;
const filtersText = (filters) => Object.entries(filters ?? {}).filter(([, value]) => value).map(([name, value]) => `${name}=${cell(value)}`).join(" ");

function lane(name, ...content) {
  const body = el("div", { class: "lane-body" }, ...content);
  return { node: el("li", { class: "lane" }, el("span", { class: "lane-name" }, name), body), body };
}

export class Timeline {
  constructor(place, spoken, openEvidence) {
    Object.assign(this, { place, spoken, openEvidence });
    this.clear();
  }

  clear() {
    this.lanes = new Map();
    this.calls = [];
    this.claims = new Map();
    this.evidence = new Map();
    this.list = el("ol", { class: "lanes" });
    this.draft = el("div", { class: "draft" });
    this.place.hidden = true;
    show(this.place);
  }

  start() {
    this.clear();
    this.place.hidden = false;
    show(this.place, this.list, this.draft);
    this.lane("route", T.route).append(el("span", { class: "quiet busy" }, T.waiting));
    this.say(T.waiting);
  }

  say(text) {
    this.spoken.textContent = text;
  }

  lane(key, name) {
    if (!this.lanes.has(key)) {
      const made = lane(name);
      this.lanes.set(key, made.body);
      this.list.append(made.node);
    }
    return this.lanes.get(key);
  }

  on(event, data) {
    const handlers = { route: this.route, tool: this.tool, evidence: this.seen, claim: this.drafted, verdict: this.judged, token: this.wrote };
    handlers[event]?.call(this, data);
  }

  route({ desks = [], window: asked }) {
    const names = desks.map((desk) => T.desks[desk] ?? desk);
    const text = names.length ? names.join(", ") : T.nobody;
    show(this.lane("route", T.route), el("span", {}, text), asked && el("span", { class: "quiet" }, span(asked.start, asked.end)));
    for (const desk of desks) this.lane(desk, T.desks[desk] ?? desk);
    this.say(text);
  }

  tool({ desk, tool, filters, state, ms, rows }) {
    const key = `${tool} ${filtersText(filters)}`;
    if (state === "start") return this.began(desk, tool, filters, key);
    const call = this.calls.find((one) => one.key === key && one.desk === desk && !one.done) ?? this.began(desk, tool, filters, key);
    call.done = true;
    call.chip.classList.remove("busy");
    call.note.textContent = [typeof rows === "number" ? T.rows(number(rows)) : "", took(ms)].filter(Boolean).join(" · ");
    return call;
  }

  began(desk, tool, filters, key) {
    const note = el("span", { class: "chip-note" }, T.running);
    const chip = el("button", { type: "button", class: "chip busy", disabled: true, title: filtersText(filters) || null }, el("span", {}, words(tool)), note);
    const call = { desk, tool, key, chip, note, done: false, id: "" };
    this.calls.push(call);
    this.lane(desk, T.desks[desk] ?? desk).append(chip);
    this.say(`${T.desks[desk] ?? desk}: ${words(tool)}`);
    return call;
  }

  seen(evidence) {
    this.evidence.set(evidence.id, evidence);
    const call = this.calls.find((one) => !one.id && [evidence.template, evidence.tool].includes(one.tool));
    if (!call) return;
    call.id = evidence.id;
    call.chip.disabled = false;
    call.chip.append(el("span", { class: "chip-id" }, evidence.id));
    call.chip.addEventListener("click", () => this.openEvidence(evidence.id, call.chip));
  }

  drafted({ claim }) {
    const mark = el("span", { class: "mark mute" }, L.verdicts.pending.mark);
    const node = el("li", {}, mark, el("span", {}, claim.text));
    if (!this.claims.size) show(this.draft, el("h3", {}, T.draft), el("ul", { class: "draft-list" }));
    this.draft.querySelector("ul").append(node);
    this.claims.set(claim.id, { mark, node, checked: false });
    this.count();
  }

  judged({ claim_id: id, verdict }) {
    const claim = this.claims.get(id);
    const shown = L.verdicts[verdict] ?? L.verdicts.unverified;
    if (!claim) return;
    claim.checked = true;
    claim.mark.textContent = shown.mark;
    claim.mark.className = `mark ${shown.tone}`;
    claim.node.classList.toggle("struck", verdict === "contradicted");
    this.count();
  }

  /* Text of checked claims, for a service that streams words but no claims. */
  wrote({ text = "" }) {
    if (!this.claims.size) this.draft.append(text);
  }

  count() {
    const checked = [...this.claims.values()].filter((claim) => claim.checked).length;
    show(this.lane("writer", T.writer), el("span", {}, T.drafted(this.claims.size)));
    show(this.lane("verifier", T.verifier), el("span", { class: checked < this.claims.size ? "busy" : null }, T.checked(checked, this.claims.size)));
  }

  /* Folds the steps away under one line once the answer stands. */
  finish(ms) {
    const desks = new Set(this.calls.map((call) => call.desk));
    for (const call of this.calls.filter((one) => !one.done)) call.chip.classList.remove("busy");
    const line = `${T.title}: ${T.summary(this.calls.length, desks.size, took(ms))}`;
    show(this.place, el("details", {}, el("summary", {}, line), this.list));
  }

  stop() {
    this.list.querySelectorAll(".busy").forEach((node) => node.classList.remove("busy"));
    for (const call of this.calls.filter((one) => !one.done)) call.note.textContent = T.cutOff;
    this.say(T.stopped);
  }
}
