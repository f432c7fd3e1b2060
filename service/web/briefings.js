/* The briefings view: the list, and one briefing with its figures, services, issues and the evidence of every sentence. */
import * as api from "./api.js";
import { claimsPart, listPart, score } from "./answer.js";
import { byId, el, show } from "./dom.js";
import { minute, number, span, withUnit, words } from "./format.js";
import { L } from "./labels.js";

const T = L.briefings;
const MADE = ["hourly", "daily", "weekly"];
const place = byId("view-briefings");

export const openBriefings = (id, panel) => (id ? drawOne(id, panel) : drawList());

const back = () => el("p", {}, el("a", { href: "#briefings" }, `← ${T.back}`));

const failed = (error) => show(place, back(), el("p", { class: "notice bad", role: "alert" }, error.message));

const link = (id) => `#briefing=${encodeURIComponent(id)}`;

function listed(briefing) {
  return el(
    "li", {},
    el("a", { class: "turn", href: link(briefing.briefing_id) },
      el("strong", {}, `${T.kinds[briefing.kind] ?? briefing.kind}, ${span(briefing.period.start, briefing.period.end)} `, briefing.is_quiet && el("span", { class: "tag" }, T.quiet)),
      el("span", {}, briefing.summary)),
  );
}

async function drawList() {
  const briefings = await api.read("briefings").catch((error) => failed(error));
  if (!briefings) return;
  const make = (kind) => async (event) => {
    event.target.disabled = true;
    const made = await api.send("briefings", { period: kind }).catch((error) => failed(error));
    if (made) location.hash = link(made.briefing_id);
  };
  show(
    place,
    el("h2", { class: "headline" }, T.title),
    el("p", { class: "controls" }, T.make, " ", MADE.map((kind) => el("button", { type: "button", class: "plain", onclick: make(kind) }, T.kinds[kind]))),
    briefings.length ? el("ol", { class: "turns" }, briefings.map(listed)) : el("p", { class: "empty" }, T.none),
  );
}

async function drawOne(id, panel) {
  try {
    const briefing = await api.read(`briefings/${encodeURIComponent(id)}`);
    const analysis = briefing.run_id ? await api.run(briefing.run_id).catch(() => null) : null;
    const known = new Map((analysis?.evidence ?? []).map((evidence) => [evidence.id, evidence]));
    panel.serve((name) => known.get(name) ?? null);
    show(
      place, back(), title(briefing), el("p", { class: "lead" }, briefing.summary), score(briefing.grounding),
      figures(briefing, panel), issues(briefing), services(briefing, panel), incidents(briefing),
      Object.entries(T.sections).map(([name, text]) => listPart(text, briefing[name])),
      claims(briefing, panel),
    );
  } catch (error) {
    failed(error);
  }
}

function title(briefing) {
  return el("h2", { class: "headline", tabindex: "-1" }, `${T.kinds[briefing.kind] ?? briefing.kind}, ${span(briefing.period.start, briefing.period.end)} `, briefing.is_quiet && el("span", { class: "tag" }, T.quiet));
}

const shown = (value, unit) => (value === null || value === undefined ? "–" : withUnit(number(value), unit));

/* What has evidence opens it. */
function opens(evidence, panel, name, ...content) {
  const open = (event) => panel.openEvidence(evidence, event.currentTarget);
  return evidence ? el("button", { type: "button", class: name, onclick: open }, content) : el("div", { class: name }, content);
}

function figures(briefing, panel) {
  const tile = (metric) =>
    opens(metric.evidence, panel, "tile", el("span", { class: "quiet" }, words(metric.name)),
      el("strong", {}, shown(metric.value, metric.unit), " ", el("span", { class: "quiet", title: T.trends[metric.trend] }, T.arrows[metric.trend])),
      el("span", { class: "quiet" }, T.before(shown(metric.previous, metric.unit))));
  return briefing.key_metrics.length > 0 && el("section", {}, el("h3", {}, T.figures), el("div", { class: "tiles" }, briefing.key_metrics.map(tile)));
}

function issues(briefing) {
  const item = (issue) =>
    el("li", { class: "issue" }, el("strong", {}, issue.title, " "), issue.severity && el("span", { class: `tag sev-${issue.severity}` }, L.answer.severity[issue.severity] ?? issue.severity),
      el("ul", { class: "plain-list" }, (issue.sentences ?? issue.numbers ?? []).map((text) => el("li", {}, typeof text === "string" ? text : JSON.stringify(text)))),
      issue.incident_id && el("a", { href: `#incident=${encodeURIComponent(issue.incident_id)}` }, issue.incident_id));
  return briefing.top_issues.length > 0 && el("section", {}, el("h3", {}, T.issues), el("ol", {}, briefing.top_issues.map(item)));
}

function services(briefing, panel) {
  const tones = { ok: "good", degraded: "warn", down: "bad", silent: "mute" };
  const row = (one) =>
    el("tr", {}, el("td", {}, opens(one.evidence, panel, "link", one.service)), el("td", {}, el("span", { class: `dot ${tones[one.state]}` }), T.states[one.state]),
      el("td", { class: "num" }, one.error_ratio === null ? "–" : `${number(Math.round(one.error_ratio * 1e4) / 100)} %`), el("td", { class: "num" }, shown(one.p95_ms)), el("td", { class: "num" }, shown(one.requests)));
  const head = el("tr", {}, T.serviceColumns.map((name, index) => el("th", { class: index > 1 ? "num" : null }, name)));
  return briefing.service_health.length > 0 && el("section", {}, el("h3", {}, T.services), el("div", { class: "scroll" }, el("table", { class: "grid" }, el("thead", {}, head), el("tbody", {}, briefing.service_health.map(row)))));
}

function incidents(briefing) {
  const item = (one) => el("li", {}, el("a", { href: `#incident=${encodeURIComponent(one.incident_id)}` }, one.title), el("span", { class: "quiet" }, ` ${one.severity} · ${minute(one.start_at)}`));
  return briefing.incidents.length > 0 && el("section", {}, el("h3", {}, T.incidents), el("ul", { class: "plain-list" }, briefing.incidents.map(item)));
}

function claims(briefing, panel) {
  return briefing.claims.length > 0 && el("details", { class: "claims-fold", open: true }, el("summary", {}, T.claims), claimsPart(briefing, panel));
}
