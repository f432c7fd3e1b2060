/* One incident: what happened and since when, its cause and the way it took, who was affected, what the desks found, what was done. */
import * as api from "./api.js";
import { picture, table } from "./alarms.js";
import { badge, restNodes } from "./answer.js";
import { actions, commentForm, comments, notices } from "./care.js";
import { cause, causesPart } from "./causes.js";
import { el, nodes } from "./dom.js";
import { between, capital, minute, number } from "./format.js";
import { L } from "./labels.js";
import { Sheet } from "./sheet.js";
import { trust } from "./trust.js";

const T = L.incidents;
const FIRST_CLAIMS = 8;
const PARTS = ["head", "care", "cause", "picture", "affected", "analysis", "alarms", "notices", "ticket", "comments", "form"];

export const link = (id) => `#incident=${encodeURIComponent(id)}`;
export const isPending = (incident) =>
  incident.status === "investigating" || (!incident.run_ids.length && !incident.merged_into && ["high", "critical"].includes(incident.severity) && incident.status !== "resolved");

const text = (incident) => (incident.end_at ? T.fromTo(minute(incident.start_at), minute(incident.end_at), between(incident.start_at, incident.end_at)) : T.since(minute(incident.start_at), between(incident.start_at, new Date())));

export const statusTag = (incident) => el("span", { class: `tag status-${incident.status}` }, T.statuses[incident.status] ?? incident.status);

/* Draws one incident into a place, again whenever `refresh` is called, part by part as it changes. */
export class IncidentPage {
  constructor(place, id, panel, back) {
    Object.assign(this, { id, panel, analysis: null });
    this.sheet = new Sheet(place, PARTS, back);
    panel.replace(null);
    this.sheet.draw("head", "", () => el("p", { class: "quiet busy" }, L.waiting));
  }

  /* Looks again; whether more is to come soon. */
  async refresh() {
    const incident = await api.read(`incidents/${encodeURIComponent(this.id)}`);
    const [drafts, tickets] = await Promise.all([
      api.read("drafts?limit=500").catch(() => []), incident.ticket_id ? api.read("tickets?limit=500").catch(() => []) : [], this.learn(incident.run_ids.at(-1)),
    ]);
    this.draw(incident, drafts.filter((one) => one.incident_id === this.id), tickets.find((one) => one.ticket_id === incident.ticket_id));
    return isPending(incident);
  }

  async learn(run) {
    if (!run || run === this.analysis?.run_id) return;
    const analysis = await api.run(run).catch(() => null);
    if (!analysis?.claims || !this.sheet.isShown) return;
    this.analysis = analysis;
    this.panel.replace(analysis);
  }

  draw(incident, drafts, ticket) {
    const { sheet, analysis } = this;
    const again = () => this.refresh();
    const { run_ids: runs, services, regions, segments, requests_total: requests, status, severity, title } = incident;
    const run = analysis?.run_id;
    sheet.draw("head", [title, severity, status, text(incident), incident.one_line, run, incident.merged_into, incident.reopened], () => head(incident, analysis));
    sheet.draw("care", [status, runs.length, incident.assignee, incident.acknowledged_by, incident.confirmed_by, incident.merged_into], () => (incident.merged_into ? null : actions(incident, again)));
    sheet.draw("cause", [incident.root_cause, run], () => causes(incident, analysis, this.panel));
    sheet.draw("picture", [incident.alarms, incident.start_at, incident.end_at], () => picture(incident));
    sheet.draw("affected", [services, regions, segments, requests, run, incident.trigger, incident.issue_id, incident.acknowledged_by, incident.confirmed_by], () => affected(incident, analysis));
    sheet.draw("analysis", [run, isPending(incident), incident.analysis_error], () => found(incident, analysis, this.panel));
    sheet.draw("alarms", incident.alarms, () => table(incident.alarms));
    sheet.draw("notices", drafts, () => notices(drafts, again));
    sheet.draw("ticket", ticket ?? null, () => ticketPart(ticket));
    sheet.draw("comments", incident.comments, () => el("section", {}, el("h3", {}, T.comments), comments(incident)));
    sheet.draw("form", this.id, () => commentForm(incident, again));
  }
}

function head(incident, analysis) {
  const lead = analysis?.headline || incident.one_line;
  return nodes(
    el("p", { class: "state-line" }, statusTag(incident), el("span", {}, text(incident)), incident.reopened > 0 && el("span", {}, T.reopened(incident.reopened)), el("code", { class: "quiet" }, incident.incident_id)),
    el("h2", { class: "headline", tabindex: "-1", "data-hold": "headline" }, capital(incident.title), badge(incident.severity)),
    incident.merged_into && el("p", { class: "notice" }, T.merged, " ", el("a", { href: link(incident.merged_into) }, incident.merged_into)),
    lead && el("p", { class: "lead" }, lead),
  );
}

function causes(incident, analysis, panel) {
  const [first, ...rivals] = analysis?.root_causes ?? [];
  const verdict = L.verdicts[incident.root_cause?.verdict];
  const judged = verdict && el("span", { class: "legend" }, el("span", { class: `mark ${verdict.tone}`, "aria-hidden": "true" }, verdict.mark), verdict.word);
  const told = first ? el("ol", {}, cause(first, panel, analysis.claims)) : el("p", {}, incident.root_cause?.text ?? (isPending(incident) ? L.waiting : T.noCause));
  const others = rivals.length > 0 && el("details", { class: "fold" }, el("summary", {}, T.rivals(rivals.length)), causesPart("", rivals, panel));
  return el("section", { class: `card ${first ? "blame" : ""}` }, el("h3", {}, T.cause, judged), told, others);
}

function affected(incident, analysis) {
  const { affected: who, similar_incidents: similar } = analysis ?? {};
  const chips = (names) => names?.length > 0 && el("ul", { class: "names" }, names.map((name) => el("li", {}, name)));
  const pairs = [
    [T.services, chips(incident.services)],
    [T.regions, chips(incident.regions)],
    [T.segments, chips(incident.segments)],
    [T.requests, incident.requests_total > 0 && number(incident.requests_total)],
    [T.users, who?.users_estimate && number(who.users_estimate)],
    [T.trigger, T.triggers[incident.trigger] ?? incident.trigger],
    [T.acknowledgedBy, incident.acknowledged_by],
    [T.confirmedBy, incident.confirmed_by],
    [T.known, incident.issue_id],
  ];
  const facts = pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return nodes(el("section", { class: "card" }, el("h3", {}, T.affected), el("dl", { class: "stacked" }, facts)), alike(similar ?? []));
}

function alike(similar) {
  const item = (one) => {
    const share = typeof one.similarity === "number" ? T.similarity(Math.round(one.similarity * 100)) : "";
    const named = one.title || one.incident_id || one.issue_id;
    return el("li", {}, one.incident_id ? el("a", { href: link(one.incident_id) }, named) : named, el("span", { class: "quiet" }, ` ${[share, T.statuses[one.status] ?? one.status].filter(Boolean).join(" · ")}`));
  };
  return similar.length > 0 && el("section", { class: "card" }, el("h3", {}, T.similar), el("ul", { class: "plain-list" }, similar.map(item)));
}

function found(incident, analysis, panel) {
  const pending = isPending(incident) && el("p", { class: "notice busy", role: "status" }, analysis ? T.pendingAgain : T.pending);
  const error = incident.analysis_error && el("p", { class: "notice warn" }, T.analysisFailed(incident.analysis_error));
  const nothing = !analysis && !isPending(incident) && el("p", { class: "quiet" }, T.noneYet);
  const shown = analysis && el("article", { class: "answer" }, trust(analysis, panel), restNodes(analysis, panel, FIRST_CLAIMS));
  return el("section", { class: "analysis" }, el("h2", { class: "chapter" }, T.analysis), pending, error, nothing, shown);
}

function ticketPart(ticket) {
  if (!ticket) return null;
  const from = `${ticket.requester.name} · ${minute(ticket.created_at)} UTC`;
  return el(
    "section", {}, el("h3", {}, T.ticket),
    el("details", { class: "card fold" }, el("summary", { class: "card-head" }, el("strong", {}, ticket.subject), el("span", { class: "tag" }, ticket.status), el("code", { class: "quiet" }, ticket.ticket_id)), el("p", { class: "quiet" }, from), el("pre", {}, ticket.body)),
  );
}
