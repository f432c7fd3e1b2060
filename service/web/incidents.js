/* The incidents view: the list, and one incident with why it was raised, what the desks found, and its drafted notices. */
import * as api from "./api.js";
import { answerNodes, badge } from "./answer.js";
import { byId, el, show } from "./dom.js";
import { minute, number, span, time, words } from "./format.js";
import { L } from "./labels.js";

const T = L.incidents;
const REFRESH_MS = 10_000;
const place = byId("view-incidents");
let timer = null;

export function openIncidents(id, panel) {
  clearInterval(timer);
  const draw = () => (place.hidden ? clearInterval(timer) : id ? drawOne(id, panel) : drawList());
  timer = id ? null : setInterval(draw, REFRESH_MS);
  return draw();
}

function failed(error) {
  show(place, back(), el("p", { class: "notice bad", role: "alert" }, error.message));
}

const back = () => el("p", {}, el("a", { href: "#incidents" }, `← ${T.back}`));

function listed(incident) {
  return el(
    "tr", {},
    el("td", {}, badge(incident.severity)), el("td", {}, T.statuses[incident.status] ?? incident.status),
    el("td", { class: "long" }, el("a", { href: `#incident=${encodeURIComponent(incident.incident_id)}` }, incident.title)),
    el("td", {}, (incident.services ?? []).join(", ")), el("td", { class: "when" }, minute(incident.start_at)),
    el("td", { class: "long" }, incident.one_line || (incident.run_ids?.length ? "…" : "–")),
  );
}

async function drawList() {
  const incidents = await api.read("incidents").catch((error) => failed(error));
  if (!incidents) return;
  const rows = el("tbody", {}, incidents.map(listed));
  const table = el("div", { class: "scroll" }, el("table", { class: "grid" }, el("thead", {}, el("tr", {}, T.columns.map((name) => el("th", {}, name)))), rows));
  show(place, el("h2", { class: "headline" }, T.title), incidents.length ? table : el("p", { class: "empty" }, T.none));
}

async function drawOne(id, panel) {
  try {
    const incident = await api.read(`incidents/${encodeURIComponent(id)}`);
    const last = incident.run_ids?.at(-1);
    const [analysis, drafts] = await Promise.all([last ? api.run(last).catch(() => null) : null, api.read("drafts").catch(() => [])]);
    const known = new Map((analysis?.evidence ?? []).map((evidence) => [evidence.id, evidence]));
    panel.serve((name) => known.get(name) ?? null);
    show(place, head(incident, panel), alarms(incident), found(incident, analysis, panel), notices(drafts.filter((one) => one.incident_id === id), () => drawOne(id, panel)), comments(incident));
  } catch (error) {
    failed(error);
  }
}

function head(incident, panel) {
  return [
    back(),
    el("h2", { class: "headline", tabindex: "-1" }, incident.title, badge(incident.severity)),
    incident.one_line && el("p", { class: "lead" }, incident.one_line),
    facts(incident),
    actions(incident, panel),
  ];
}

function facts(incident) {
  const { root_cause: cause } = incident;
  const shown = incident.request_ids?.length ?? 0;
  const pairs = [
    ["", T.statuses[incident.status] ?? incident.status],
    [T.began, `${time(incident.start_at)} UTC`],
    [T.ended, incident.end_at && `${time(incident.end_at)} UTC`],
    [T.services, (incident.services ?? []).join(", ")],
    [T.regions, (incident.regions ?? []).join(", ")],
    [T.trigger, T.triggers[incident.trigger] ?? incident.trigger],
    [T.requests, shown > 0 && T.ofTotal(shown, number(Math.max(shown, incident.requests_total ?? 0)))],
    [T.cause, cause?.service],
    [T.known, incident.issue_id],
    [T.ticket, incident.ticket_id],
    [T.assignee, incident.assignee],
  ];
  return el("dl", { class: "line-facts" }, pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function actions(incident, panel) {
  const mistake = el("p", { class: "mistake", role: "alert", hidden: true });
  const act = (name) => async () => {
    try {
      await api.send(`incidents/${encodeURIComponent(incident.incident_id)}/${name}`, name === "analyze" ? {} : { by: T.you });
      await drawOne(incident.incident_id, panel);
    } catch (error) {
      mistake.textContent = error.message;
      mistake.hidden = false;
    }
  };
  const names = incident.status === "resolved" ? ["analyze"] : Object.keys(T.acts);
  return [el("p", { class: "controls" }, names.map((name) => el("button", { type: "button", class: "plain", onclick: act(name) }, T.acts[name]))), mistake];
}

function alarms(incident) {
  if (!incident.alarms?.length) return null;
  const row = (alarm) => [
    words(alarm.rule), alarm.service, alarm.route, alarm.error_code, withUnits(alarm.value, alarm.unit), withUnits(alarm.threshold, alarm.unit),
    alarm.baseline === null ? "–" : withUnits(alarm.baseline, alarm.unit), alarm.breaches, span(alarm.start_at, alarm.end_at),
  ];
  const rows = incident.alarms.slice(-8).map((alarm) => el("tr", {}, row(alarm).map((value) => el("td", {}, value))));
  return el("section", {}, el("h3", {}, T.alarms), el("div", { class: "scroll" }, el("table", { class: "grid" }, el("thead", {}, el("tr", {}, T.alarmColumns.map((name) => el("th", {}, name)))), el("tbody", {}, rows))));
}

const withUnits = (value, unit) => `${number(Math.round(value * 1000) / 1000)}${unit && unit !== "1" ? ` ${unit}` : ""}`;

function found(incident, analysis, panel) {
  const isUnderWay = !analysis?.claims && ["high", "critical"].includes(incident.severity) && incident.status !== "resolved";
  const content = analysis?.claims ? el("article", { class: "answer" }, answerNodes(analysis, panel)) : el("p", { class: "quiet" }, isUnderWay ? T.pending : T.none_yet);
  return el("section", { class: "analysis" }, el("h3", {}, T.analysis), content);
}

function notices(drafts, again) {
  const decide = (draft, verb) => async () => {
    await api.send(`drafts/${encodeURIComponent(draft.alert_id)}/${verb}`, { by: T.you }).catch(() => null);
    again();
  };
  const buttons = (draft) =>
    draft.state === "draft" && [el("button", { type: "button", class: "plain", onclick: decide(draft, "approve") }, T.approve), " ", el("button", { type: "button", class: "plain", onclick: decide(draft, "reject") }, T.reject)];
  const item = (draft) =>
    el("li", { class: "draft-card" }, el("p", {}, el("strong", {}, draft.subject), " ", el("span", { class: "tag" }, `${T.draftKinds[draft.alert_type]} · ${draft.state}`)), el("pre", {}, draft.body), el("p", {}, buttons(draft)));
  return drafts.length > 0 && el("section", {}, el("h3", {}, T.drafts), el("ul", {}, drafts.map(item)));
}

function comments(incident) {
  const item = (comment) => el("li", {}, el("strong", {}, `${comment.author} `), comment.text, el("span", { class: "quiet" }, ` ${minute(comment.at)}`));
  return incident.comments?.length > 0 && el("section", {}, el("h3", {}, T.comments), el("ul", { class: "plain-list" }, incident.comments.map(item)));
}
