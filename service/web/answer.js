/* The answer: headline, claims with their marks, charts, findings, and what could not be checked. */
import { advicePart } from "./advice.js";
import { causesPart } from "./causes.js";
import { figure, plotsFor } from "./chart.js";
import { claimsPart, removedPart } from "./claims.js";
import { el, nodes } from "./dom.js";
import { Findings } from "./findings.js";
import { seconds, span, time, took, words } from "./format.js";
import { L } from "./labels.js";
import { otherFindings, otherNotes, trust } from "./trust.js";

const T = L.answer;

export function badge(severity) {
  return severity && severity !== "none" ? el("span", { class: `tag sev-${severity}` }, T.severity[severity] ?? severity) : null;
}

function facts(analysis) {
  const { usage = {}, window: asked } = analysis;
  const detail = Object.entries(T.usage).filter(([name]) => usage[name] >= 1).map(([name, word]) => `${word} ${took(usage[name])}`).join(", ");
  const pairs = [
    [T.window, asked && span(asked.start, asked.end)],
    [T.desks, (analysis.desks ?? []).map((desk) => L.ask.desks[desk] ?? desk).join(", ")],
    [T.by, analysis.model],
    [T.took, usage.total_ms ? `${took(usage.total_ms)}${detail ? ` (${detail})` : ""}` : ""],
    [T.lag, analysis.lag_s ? T.behind(seconds(analysis.lag_s)) : ""],
  ];
  return el("dl", { class: "line-facts" }, pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

export function listPart(title, items) {
  return items?.length ? el("section", { class: "plain-list" }, el("h3", {}, title), el("ul", {}, items.map((item) => el("li", {}, item)))) : null;
}

function evidencePart(analysis, panel) {
  const chips = (analysis.evidence ?? []).map((evidence) =>
    el("li", {}, el("button", { type: "button", class: "chip", onclick: (event) => panel.openEvidence(evidence.id, event.currentTarget) },
      el("span", { class: "chip-id" }, evidence.id), words(evidence.template || evidence.tool), el("span", { class: "chip-note" }, L.steps.rows(evidence.rows_total ?? evidence.rows.length)))),
  );
  return chips.length ? el("section", {}, el("h3", {}, T.evidence), el("ul", { class: "chips" }, chips)) : null;
}

function copyButton(analysis) {
  const button = el("button", { type: "button", class: "plain" }, T.copy);
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(analysis.answer_markdown ?? "");
    button.textContent = T.copied;
    setTimeout(() => (button.textContent = T.copy), 1500);
  });
  return button;
}

function foot(analysis) {
  const ids = [analysis.run_id, analysis.trace_id && `trace ${analysis.trace_id}`, analysis.as_of && `as of ${time(analysis.as_of)} UTC`];
  return el("footer", { class: "foot" }, copyButton(analysis), el("code", {}, ids.filter(Boolean).join("  ")));
}

function charts(analysis, panel) {
  const figures = plotsFor(analysis).map((plot) => figure(plot, (id, opener) => panel.openEvidence(id, opener)));
  return figures.length ? el("section", { class: "charts", "aria-label": T.charts }, figures) : null;
}

/* What stands below the headline and the causes, in reading order; of the claims at first the first `most`. */
export function restNodes(analysis, panel, most) {
  const openEvidence = (id, opener) => panel.openEvidence(id, opener);
  const findings = otherFindings(analysis);
  return nodes(
    claimsPart(analysis, panel, most),
    removedPart(analysis, panel),
    advicePart(analysis, panel),
    charts(analysis, panel),
    findings.length ? new Findings(findings, openEvidence).place : null,
    listPart(T.unchecked_title, analysis.could_not_check),
    listPart(T.notes, otherNotes(analysis)),
    evidencePart(analysis, panel),
    facts(analysis),
    foot(analysis),
  );
}

/* Every node of a finished analysis. */
export function answerNodes(analysis, panel) {
  return nodes(
    el("p", { class: "asked" }, analysis.question),
    el("h2", { class: "headline", tabindex: "-1" }, analysis.headline, badge(analysis.severity)),
    trust(analysis, panel),
    causesPart(T.causes, analysis.root_causes, panel, analysis.claims),
    restNodes(analysis, panel),
  );
}
