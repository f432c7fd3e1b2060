/* The answer: headline, claims with their marks, charts, findings, and what could not be checked. */
import { causesPart } from "./causes.js";
import { figure, plotsFor } from "./chart.js";
import { el, freshId, nodes } from "./dom.js";
import { Findings } from "./findings.js";
import { seconds, span, time, took, words } from "./format.js";
import { L } from "./labels.js";

const T = L.answer;
const verdictOf = (claim) => L.verdicts[claim.verdict] ?? L.verdicts.unverified;

export function badge(severity) {
  return severity && severity !== "none" ? el("span", { class: `tag sev-${severity}` }, T.severity[severity] ?? severity) : null;
}

export function score(grounding) {
  const { score: g, claims_total: all = 0, claims_removed: removed = 0, verdicts = {} } = grounding ?? {};
  const likely = (verdicts.consistent ?? 0) + (verdicts["text-supported"] ?? 0);
  const unchecked = (verdicts.unverified ?? 0) + (verdicts["out-of-scope"] ?? 0);
  const isNumber = typeof g === "number";
  const tone = !isNumber ? "mute" : g >= 85 ? "good" : g >= 70 ? "warn" : "bad";
  const parts = [
    all ? T.recomputed(verdicts.supported ?? 0, all) : T.nothingChecked,
    likely && T.likely(likely), unchecked && T.unchecked(unchecked), removed && T.removed(removed),
  ];
  const figureText = isNumber ? [T.score(Math.round(g * 10) / 10), el("small", {}, ` ${T.ofHundred}`)] : T.scoreNone;
  return el("p", { class: "score" }, el("strong", { class: `g ${tone}` }, figureText), el("span", {}, parts.filter(Boolean).join(" · ")));
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

function notices(analysis) {
  const texts = [
    analysis.status === "partial" && [T.partial, "warn"],
    analysis.status === "failed" && [T.failed, "bad"],
    analysis.status === "cancelled" && [T.cancelled, "warn"],
    analysis.fallback && [T.fallback, "warn"],
  ];
  return texts.filter(Boolean).map(([text, tone]) => el("p", { class: `notice ${tone}` }, text));
}

/* Weight is shown by bold type only where it tells claims apart. */
const stands = (claims) => claims.filter((claim) => claim.materiality === "high").length <= claims.length / 2;

function claimItem(claim, panel, isBold) {
  const verdict = verdictOf(claim);
  const ids = [...new Set((claim.bind ?? []).map((bind) => bind.evidence))].join(" ");
  const open = (event) => panel.openClaim(claim, event.currentTarget);
  return el(
    "li", {},
    el("button", { type: "button", class: `claim ${isBold ? "main" : ""}`, title: `${verdict.word}${claim.reason ? `: ${claim.reason}` : ""}`, onclick: open },
      el("span", { class: `mark ${verdict.tone}` }, el("span", { "aria-hidden": "true" }, verdict.mark), el("span", { class: "offscreen" }, `${verdict.word}: `)),
      el("span", { class: "claim-words" }, claim.text),
      el("span", { class: "claim-id" }, ids)),
  );
}

/* Claims as buttons that open their evidence; of a long list the first `most`, and the rest on demand. */
export function claimList(claims, panel, most = Infinity) {
  const bold = stands(claims);
  const item = (claim) => claimItem(claim, panel, bold && claim.materiality === "high");
  const list = el("ul", { class: "claims" }, claims.slice(0, most).map(item));
  if (claims.length <= most) return list;
  const more = el("button", { type: "button", class: "plain more" }, T.allClaims(claims.length));
  more.addEventListener("click", () => {
    list.append(...claims.slice(most).map(item));
    list.children[most].querySelector("button").focus();
    more.remove();
  });
  return [list, more];
}

export function claimsPart(analysis, panel, most) {
  if (!analysis.claims?.length) return el("p", { class: "quiet" }, T.noClaims);
  const id = freshId("claims");
  const marks = [...new Set(analysis.claims.map((claim) => claim.verdict))].map((name) => L.verdicts[name] ?? L.verdicts.unverified);
  const legend = marks.map((verdict) => el("span", { class: "legend" }, el("span", { class: `mark ${verdict.tone}`, "aria-hidden": "true" }, verdict.mark), verdict.word));
  return el(
    "section", { "aria-labelledby": id },
    el("h3", { id }, T.claims, el("span", { class: "of" }, legend)),
    claimList(analysis.claims, panel, most),
    el("p", { class: "quiet hint" }, T.legend),
  );
}

function removedPart(analysis, panel) {
  const removed = analysis.removed_claims ?? [];
  if (!removed.length) return null;
  return el("details", { class: "removed" }, el("summary", {}, T.removedTitle(removed.length)), claimList(removed, panel));
}

export function listPart(title, items) {
  return items?.length ? el("section", { class: "plain-list" }, el("h3", {}, title), el("ul", {}, items.map((item) => el("li", {}, item)))) : null;
}

export function advice(item) {
  return [item.text, el("small", { class: "quiet" }, ` (${item.justified ? T.justified : T.unjustified})`)];
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
  return nodes(
    claimsPart(analysis, panel, most),
    charts(analysis, panel),
    analysis.findings?.length ? new Findings(analysis.findings, openEvidence).place : null,
    listPart(T.advice, analysis.recommendations?.map(advice)),
    listPart(T.unchecked_title, analysis.could_not_check),
    listPart(T.notes, analysis.notes),
    removedPart(analysis, panel),
    evidencePart(analysis, panel),
    facts(analysis),
    foot(analysis),
  );
}

export const trust = (analysis) => nodes(notices(analysis), score(analysis.grounding));

/* Every node of a finished analysis. */
export function answerNodes(analysis, panel) {
  return nodes(
    el("p", { class: "asked" }, analysis.question),
    el("h2", { class: "headline", tabindex: "-1" }, analysis.headline, badge(analysis.severity)),
    trust(analysis),
    causesPart(T.causes, analysis.root_causes, panel),
    restNodes(analysis, panel),
  );
}
