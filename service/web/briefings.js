/* The briefings view: the list, and one briefing: what mattered first, then figures, services, and the evidence of every sentence. */
import * as api from "./api.js";
import { advicePart } from "./advice.js";
import { badge, listPart } from "./answer.js";
import { claimList, claimsPart, removedPart } from "./claims.js";
import { byId, el, nodes, show } from "./dom.js";
import { between, capital, clock, minute, number, seconds, span, withUnit, words } from "./format.js";
import { L } from "./labels.js";
import { Sheet } from "./sheet.js";
import { otherNotes, score, steeringPart } from "./trust.js";

const T = L.briefings;
const MADE = ["hourly", "daily", "weekly"];
const [FIRST_SENTENCES, FIRST_OF_ISSUE] = [5, 3];
/* What is worse when there is more of it; other figures are neither good nor bad. */
const WORSE = /fail|error|latency|scanning|probing/;
const place = byId("view-briefings");
const LIST_MS = 5_000;
let shown = null;
let timer = null;

export function openBriefings(id, panel) {
  if (shown === id) return;
  shown = id;
  panel.replace(null);
  panel.close();
  scrollTo({ top: 0 });
  clearTimeout(timer);
  if (!id) return startList();
  show(place, back(), el("p", { class: "quiet busy" }, L.waiting));
  return drawOne(id, panel);
}

export function closeBriefings() {
  clearTimeout(timer);
  shown = null;
}

const back = () => el("p", { class: "crumb" }, el("a", { href: "#briefings" }, `← ${T.back}`));

function failed(id, error) {
  if (shown !== id) return;
  shown = null;
  show(place, back(), el("p", { class: "notice bad", role: "alert" }, error.message));
}

const link = (id) => `#briefing=${encodeURIComponent(id)}`;
const named = (briefing) => T.of(T.kinds[briefing.kind] ?? briefing.kind, span(briefing.period.start, briefing.period.end));
const quietTag = (briefing) => briefing.is_quiet && el("span", { class: "tag good" }, T.quiet);

function listed(briefing) {
  return el(
    "li", {},
    el("a", { class: `incident ${briefing.is_quiet ? "edge-quiet" : ""}`, href: link(briefing.briefing_id) },
      el("strong", {}, named(briefing), " ", quietTag(briefing)),
      el("time", { class: "quiet", datetime: briefing.created_at }, T.made(minute(briefing.created_at))),
      el("span", { class: "incident-line quiet" }, briefing.summary)),
  );
}

function startList() {
  const mistake = el("p", { class: "mistake", role: "alert", hidden: true });
  const controls = el("div", { class: "controls" }, el("span", { class: "quiet" }, T.make), MADE.map((kind) => maker(kind, mistake)));
  const sheet = new Sheet(place, ["list"], el("h2", { class: "headline", tabindex: "-1" }, T.title), controls, mistake);
  sheet.draw("list", "", () => el("p", { class: "quiet busy" }, L.waiting));
  return drawList(sheet);
}

/* One made by the clock appears without a reload. */
async function drawList(sheet) {
  const found = await api.read("briefings").catch((error) => error.message);
  if (shown !== "" || !sheet.isShown) return;
  sheet.draw("list", found, () => list(found));
  timer = setTimeout(() => drawList(sheet), LIST_MS);
}

function list(found) {
  if (typeof found === "string") return el("p", { class: "notice bad", role: "alert" }, found);
  return found.length ? el("ol", { class: "incident-list" }, found.map(listed)) : el("div", { class: "empty" }, el("h2", {}, T.none), el("p", {}, T.noneHint));
}

function maker(kind, mistake) {
  const button = el("button", { type: "button", class: "plain" }, T.kinds[kind]);
  button.addEventListener("click", async () => {
    mistake.hidden = true;
    button.disabled = true;
    button.classList.add("busy");
    try {
      location.hash = link((await api.send("briefings", { period: kind })).briefing_id);
    } catch (error) {
      mistake.textContent = `${L.errors.title}: ${error.message}`;
      mistake.hidden = false;
    }
    button.disabled = false;
    button.classList.remove("busy");
  });
  return button;
}

async function drawOne(id, panel) {
  try {
    const briefing = await api.read(`briefings/${encodeURIComponent(id)}`);
    const analysis = briefing.run_id ? await api.run(briefing.run_id).catch(() => null) : null;
    if (shown !== id) return;
    panel.replace(analysis);
    show(place, back(), content(briefing, analysis ?? {}, panel));
    place.querySelector(".headline").focus({ preventScroll: true });
  } catch (error) {
    failed(id, error);
  }
}

function content(briefing, analysis, panel) {
  const told = { ...briefing, findings: analysis.findings, evidence: analysis.evidence, removed_claims: analysis.removed_claims };
  return nodes(
    el("h2", { class: "headline", tabindex: "-1" }, named(briefing), quietTag(briefing)),
    briefing.is_quiet && el("p", { class: "notice good" }, T.quietDay),
    !briefing.top_issues.length && el("p", { class: "lead" }, briefing.summary),
    score(briefing.grounding),
    steeringPart(told, panel),
    otherNotes(told).map((note) => el("p", { class: "quiet" }, note)),
    issues(briefing, panel),
    figures(briefing, panel),
    services(briefing, panel),
    incidents(briefing),
    Object.entries(T.sections).map(([name, title]) => sentences(title, briefing[name], briefing, panel)),
    advicePart(told, panel),
    listPart(T.unchecked, briefing.could_not_check),
    briefing.claims.length > 0 && el("details", { class: "fold" }, el("summary", {}, T.claims(briefing.claims.length)), claimsPart(briefing, panel)),
    removedPart(told, panel),
    el("footer", { class: "foot" }, el("code", {}, [briefing.briefing_id, briefing.run_id, T.made(minute(briefing.created_at))].filter(Boolean).join("  "))),
  );
}

/* Sentences are claims' own: each opens what it rests on; one without a claim is plain text. */
function sentences(title, texts, briefing, panel) {
  const known = new Map(briefing.claims.map((claim) => [claim.text, claim]));
  const stated = (texts ?? []).filter((text) => known.has(text)).map((text) => known.get(text));
  const plain = (texts ?? []).filter((text) => !known.has(text));
  return (stated.length > 0 || plain.length > 0) &&
    el("section", {}, el("h3", {}, title), stated.length > 0 && claimList(stated, panel, FIRST_SENTENCES), plain.length > 0 && el("ul", { class: "plain-list" }, plain.map((text) => el("li", {}, text))));
}

const figureText = (value, unit) => (value === null || value === undefined ? "–" : withUnit(number(value), unit));

/* What has evidence opens it. */
function opens(evidence, panel, name, title, ...content) {
  const open = (event) => panel.openEvidence(evidence, event.currentTarget);
  return evidence ? el("button", { type: "button", class: name, title, onclick: open }, content) : el("div", { class: name, title }, content);
}

function figures(briefing, panel) {
  const tone = (metric) => (WORSE.test(metric.name) ? { up: "bad", down: "good" }[metric.trend] : "") ?? "";
  const tile = (metric) =>
    opens(metric.evidence, panel, "tile", metric.means || null,
      el("span", { class: "quiet" }, capital(words(metric.name))),
      el("strong", {}, figureText(metric.value, metric.unit), " ", metric.previous !== null && el("span", { class: `trend ${tone(metric)}` }, el("span", { "aria-hidden": "true" }, T.arrows[metric.trend]), el("span", { class: "offscreen" }, T.trends[metric.trend]))),
      el("span", { class: "quiet" }, metric.previous === null ? T.notBefore : T.before(figureText(metric.previous, metric.unit))));
  const spent = Object.entries(T.times).filter(([name]) => typeof briefing[name] === "number")
    .map(([name, title]) => el("div", { class: "tile" }, el("span", { class: "quiet" }, title), el("strong", {}, seconds(briefing[name]))));
  return briefing.key_metrics.length > 0 && el("section", {}, el("h3", {}, T.figures), el("div", { class: "tiles" }, briefing.key_metrics.map(tile), spent));
}

function issues(briefing, panel) {
  const known = new Map(briefing.claims.map((claim) => [claim.id, claim]));
  const item = (issue) => {
    const claims = (issue.claims ?? []).map((id) => known.get(id)).filter(Boolean);
    const facts = [
      issue.start && issue.end && `${span(issue.start, issue.end)} (${between(issue.start, issue.end)})`,
      issue.start && !issue.end && T.since(`${minute(issue.start).slice(0, 10)} ${clock(issue.start)}`),
      issue.failed_requests > 0 && T.failedRequests(number(issue.failed_requests)),
      issue.services?.length > 1 && issue.services.join(", "),
    ];
    return el(
      "li", { class: `card issue edge-${issue.severity ?? "none"}` },
      el("p", { class: "card-head" }, el("strong", {}, capital(issue.title)), badge(issue.severity), issue.incident_id && el("a", { href: `#incident=${encodeURIComponent(issue.incident_id)}` }, T.toIncident)),
      el("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
      issue.likely_cause && el("p", {}, el("strong", {}, T.likely), " ", issue.likely_cause),
      claims.length > 0 ? claimList(claims, panel, FIRST_OF_ISSUE) : issue.text && el("p", {}, issue.text));
  };
  return briefing.top_issues.length > 0 && el("section", {}, el("h3", {}, T.issues), el("ol", { class: "cards" }, briefing.top_issues.map(item)));
}

const TONES = { ok: "good", degraded: "warn", down: "bad", silent: "mute" };

function services(briefing, panel) {
  const troubled = briefing.service_health.filter((one) => ["down", "degraded"].includes(one.state));
  const others = briefing.service_health.filter((one) => !troubled.includes(one));
  const count = Object.keys(TONES).map((state) => [state, briefing.service_health.filter((one) => one.state === state).length]).filter(([, many]) => many);
  const legend = count.map(([state, many]) => el("span", {}, el("span", { class: `dot ${TONES[state]}`, "aria-hidden": "true" }), `${many} ${T.states[state]}`));
  const rest = others.length > 0 && el("details", { class: "fold" }, el("summary", {}, troubled.length ? T.otherServices(others.length) : T.allServices(others.length)), health(others, panel));
  return briefing.service_health.length > 0 && el("section", {}, el("h3", {}, T.services, el("span", { class: "of" }, legend)), troubled.length > 0 && health(troubled, panel), rest);
}

function health(some, panel) {
  const row = (one) =>
    el("tr", {}, el("td", {}, opens(one.evidence, panel, "link", null, one.service)), el("td", { class: "when" }, el("span", { class: `dot ${TONES[one.state]}`, "aria-hidden": "true" }), T.states[one.state]),
      el("td", { class: "num" }, one.error_ratio === null ? "–" : `${number(Math.round(one.error_ratio * 1e4) / 100)} %`), el("td", { class: "num" }, figureText(one.p95_ms)), el("td", { class: "num" }, figureText(one.requests)));
  const head = el("tr", {}, T.serviceColumns.map((name, index) => el("th", { scope: "col", class: index > 1 ? "num" : null }, name)));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": T.services }, el("table", { class: "grid" }, el("thead", {}, head), el("tbody", {}, some.map(row))));
}

function incidents(briefing) {
  const item = (one) =>
    el("li", {}, el("a", { class: `incident edge-${one.severity}`, href: `#incident=${encodeURIComponent(one.incident_id)}` }, el("span", { class: "incident-tags" }, badge(one.severity)), el("strong", {}, one.title), el("time", { class: "quiet", datetime: one.start_at }, `${minute(one.start_at)} UTC`)));
  return briefing.incidents.length > 0 && el("section", {}, el("h3", {}, T.incidents), el("ol", { class: "incident-list" }, briefing.incidents.map(item)));
}
