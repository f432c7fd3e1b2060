/* The pipeline view: what waits and how fast it goes, which step of the fallback chain is in force and why, what was kept and what was not. */
import * as api from "./api.js";
import { byId, el } from "./dom.js";
import { Flow } from "./flow.js";
import { between, minute, number, seconds, short, size, took, words } from "./format.js";
import { L } from "./labels.js";
import { Sheet } from "./sheet.js";

const T = L.pipeline;
const REFRESH_MS = 2_000;
const PARTS = ["banners", "state", "tiles", "flow", "kept", "tables"];
const TONES = { ok: "good", degraded: "warn", down: "bad", off: "" };
const GRAVE = ["closed", "lost", "down"];
const CLASSES = ["error", "slow", "high_value", "incident", "storm", "normal"];
let view = null;
let timer = null;

class PipelineView {
  constructor(place) {
    this.flow = new Flow();
    this.last = null;
    this.sheet = new Sheet(place, PARTS, el("h2", { class: "headline", tabindex: "-1" }, T.title));
    this.sheet.draw("state", "", () => el("p", { class: "quiet busy" }, L.waiting));
  }

  async refresh() {
    let isHere = true;
    try {
      this.last = await api.read("pipeline");
      this.flow.learn(this.last);
    } catch {
      isHere = false;
    }
    if (this.last) this.draw(this.last, isHere);
  }

  draw(told, isHere) {
    const { sheet } = this;
    sheet.draw("banners", [told.banners, isHere], () => [!isHere && notice("bad", T.unreachable), told.banners.map((one) => banner(one, told.at))]);
    sheet.draw("state", [told.state, told.queue.name, told.fallback, told.pressure, told.circuits, told.spool], () => chain(told));
    const [now, waited] = [this.flow.now(), this.flow.waited(told.acknowledgement)];
    sheet.draw("tiles", [told.queue, told.totals, told.dead_letters, told.duplicates, now, waited], () => tiles(told, now, waited));
    sheet.draw("flow", "", () => this.flow.place);
    sheet.draw("kept", [told.retention, told.sampling, told.policy_version, told.undecided_requests], () => kept(told));
    sheet.draw("tables", [told.outcomes, told.dead_letters, told.deliveries, told.errors, told.redactions, told.upkeep], () => tables(told));
  }
}

const notice = (tone, ...text) => el("p", { class: `notice ${tone}`, role: "status" }, text);

function banner(one, now) {
  const since = one.since && el("span", { class: "banner-since" }, T.since(minute(one.since).slice(11), between(one.since, now)));
  return notice(GRAVE.includes(one.kind) ? "bad" : "warn", el("strong", {}, T.banners[one.kind] ?? words(one.kind)), " ", since, el("span", { class: "banner-cause" }, one.cause));
}

/* The fallback chain with the step in force. */
function chain(told) {
  const notes = {
    queue: T.queues[told.queue.name] ?? told.queue.name,
    spool: [told.spool.bytes > 0 && T.spoolHolds(size(told.spool.bytes)), told.spool.corrupt_segments > 0 && T.corrupt(told.spool.corrupt_segments)].filter(Boolean).join(", "),
    shedding: told.pressure.step > 0 ? T.sheds(told.pressure.sheds) : "",
  };
  const step = ([name, text], index) => {
    const taken = told.fallback.taken.filter((one) => one.step === name).reduce((sum, one) => sum + one.count, 0);
    const said = [notes[name], taken > 0 && T.taken(taken)].filter(Boolean).join(" · ");
    const isNow = index === told.fallback.step;
    return el("li", { class: isNow ? `now ${index ? (index === 3 ? "bad" : "warn") : "good"}` : null, "aria-current": isNow ? "step" : null }, el("strong", {}, text), said && el("span", {}, said));
  };
  const dot = el("span", { class: `dot ${TONES[told.state]}`, "aria-hidden": "true" });
  const circuit = (one) => el("span", { class: one.open ? "tag bad" : "tag good" }, `${one.part} ${T.circuit[one.open]}`);
  return el("section", {},
    el("h3", {}, T.chain, el("span", { class: "of" }, el("span", { class: "pipeline-state" }, dot, T.states[told.state]), told.circuits.map(circuit))),
    el("ol", { class: "ladder" }, Object.entries(T.steps).map(step)));
}

function tiles(told, now, waited) {
  const { queue, totals } = told;
  const tile = (name, value, note, tone) => el("div", { class: "tile" }, el("span", {}, T.tiles[name]), el("strong", { class: tone ?? null }, value), el("span", { class: "quiet" }, note));
  const speed = (value) => (value === undefined ? "…" : T.perSecond(short(value)));
  const letters = told.dead_letters.reduce((sum, one) => sum + one.count, 0);
  const when = waited.isRecent ? T.ackRecent : T.ackAll;
  return el("div", { class: "tiles four" },
    tile("waiting", number(queue.records), queue.depth ? T.entries(number(queue.depth), number(queue.lag)) : T.nothingWaits),
    tile("oldest", queue.oldest_age_s === null ? "–" : seconds(queue.oldest_age_s), queue.oldest_age_s === null ? T.nothingWaits : size(queue.bytes)),
    tile("received", speed(now?.received), T.total(number(totals.received_records))),
    tile("written", speed(now?.written), T.total(number(totals.written_rows))),
    tile("ack", waited.p50 === null ? "–" : took(waited.p50), waited.p50 === null ? T.ackNone : `${T.p50(took(waited.p99))}, ${when}`),
    tile("risk", size(queue.bytes_at_risk), queue.bytes_at_risk ? T.riskSome : T.riskNone, queue.bytes_at_risk ? "trend warn" : null),
    tile("dead", number(letters), T.lettersOf(letters), letters ? "trend bad" : null),
    tile("duplicates", number(told.duplicates.requests + told.duplicates.rows), T.duplicatesOf(number(told.duplicates.requests), number(told.duplicates.rows))));
}

/* Shares are cut, not rounded: what reads 100 % was kept whole. */
function share(row) {
  if (row.kept === row.seen) return T.whole;
  const percent = Math.floor((row.kept / row.seen) * 1000) / 10;
  return `${percent || "<0.1"} %`;
}

function kept(told) {
  const services = [...new Set([...told.retention.map((row) => row.service), ...told.sampling.map((one) => one.service)])].sort();
  const title = el("h3", {}, T.kept, el("span", { class: "of" }, T.keptNote, told.policy_version > 0 && el("span", {}, T.policy(told.policy_version)), told.undecided_requests > 0 && el("span", {}, T.undecided(told.undecided_requests))));
  if (!services.length) return [title, el("p", { class: "quiet" }, T.keptNone)];
  const cell = (service, kind) => {
    const row = told.retention.find((one) => one.service === service && one.class === kind);
    if (!row || !row.seen) return el("td", { class: "num quiet" }, "–");
    const isWrong = kind === "error" && row.kept < row.seen;
    return el("td", { class: "num", title: T.keptOf(number(row.kept), number(row.seen)) }, el("span", { class: isWrong ? "tag bad" : kind === "error" ? "tag good" : null }, share(row)), el("small", { class: "quiet" }, ` ${T.keptOf(short(row.kept), short(row.seen))}`));
  };
  const rateOf = (service) => told.sampling.find((one) => one.service === service)?.rate;
  const rate = (value) => (value === undefined ? "–" : `${Number((value * 100).toPrecision(3))} %`);
  const line = (service) => el("tr", {}, el("th", { scope: "row" }, service), CLASSES.map((kind) => cell(service, kind)), el("td", { class: "num" }, rate(rateOf(service))));
  return [title, el("div", { class: "scroll" }, el("table", { class: "grid kept-grid" }, heads(T.keptColumns, 1), el("tbody", {}, services.map(line))))];
}

const heads = (names, firstNumber) => el("thead", {}, el("tr", {}, names.map((name, index) => el("th", { scope: "col", class: index >= firstNumber ? "num" : null }, name))));

function tables(told) {
  const fails = Object.entries(told.errors).flatMap(([name, rows]) => rows.map((row) => [row.queue ?? T.parts[name] ?? name, words(row.cause), row.count]));
  const from = [...new Set(told.deliveries.map((row) => row.queue))];
  const delivered = (queue, again) => told.deliveries.filter((row) => row.queue === queue && row.again === again).reduce((sum, row) => sum + row.count, 0);
  return el("div", { class: "pipeline-tables" },
    table(T.drops, T.dropsNone, T.dropColumns, told.outcomes.map((row) => [T.outcomes[row.outcome] ?? words(row.outcome), words(row.reason), row.signal, row.count]), 3),
    table(T.letters, T.lettersNone, T.letterColumns, told.dead_letters.map((row) => [words(row.kind), words(row.cause), row.count]), 2),
    table(T.deliveries, T.deliveriesNone, T.deliveryColumns, from.map((queue) => [queue, delivered(queue, "false"), delivered(queue, "true")]), 1),
    table(T.failures, T.failuresNone, T.failureColumns, fails, 2),
    table(T.redactions, T.redactionsNone, T.redactionColumns, told.redactions.map((row) => [words(row.kind), row.count]), 1),
    upkeep(told.upkeep));
}

/* What was done about old rows, and how long what is made of them stays. */
function upkeep(told) {
  const last = told?.last;
  const title = el("h3", {}, T.upkeep, last && el("span", { class: "of" }, T.upkeepAt(minute(last.at))));
  if (!last) return el("section", {}, title, el("p", { class: "quiet" }, T.upkeepNone));
  const facts = {
    raw: `${T.ofLimit(size(last.raw_bytes), size(told.raw_max_bytes))}, ${T.rows(number(last.raw_rows))}`, oldest: last.oldest_day, loaded: last.loaded_bytes > 0 && size(last.loaded_bytes),
    archived: T.rows(number(last.archived_rows)), removed: T.rows(number(last.removed_rows)), archive: told.archive,
  };
  const pairs = Object.entries(facts).filter(([, value]) => value).map(([name, value]) => [el("dt", {}, T.upkeepFacts[name]), el("dd", {}, value)]);
  return el("section", {}, title, last.failures.map((text) => notice("warn", text)), el("dl", { class: "facts" }, pairs),
    table("", "", T.tierColumns, told.lifetimes.map((one) => [words(one.table), one.days]), 1));
}

function table(title, none, columns, rows, firstNumber) {
  const line = (row) => el("tr", {}, row.map((value, index) => el("td", { class: index >= firstNumber ? "num" : null }, typeof value === "number" ? number(value) : value)));
  const body = rows.length ? el("div", { class: "scroll" }, el("table", { class: "grid" }, heads(columns, firstNumber), el("tbody", {}, rows.map(line)))) : el("p", { class: "quiet" }, none);
  return el("section", {}, title && el("h3", {}, title), body);
}

export function openPipeline() {
  view ??= new PipelineView(byId("view-pipeline"));
  if (timer) return;
  view.refresh();
  timer = setInterval(() => view.refresh(), REFRESH_MS);
}

export function closePipeline() {
  clearInterval(timer);
  timer = null;
}
