/* How far an answer can be trusted: its score and how that came about, what went wrong, and attempts to steer it. */
import { el, nodes } from "./dom.js";
import { cell, number } from "./format.js";
import { L } from "./labels.js";

const T = L.answer;
const P = L.grounded;
const S = L.steering;
const STEERING = "steering_attempt";
const STEERING_NOTE = /^(Attempt to steer the analyst|분석을 조종하려는 시도)/;

const tenth = (value) => (typeof value === "number" ? number(Math.round(value * 10) / 10) : P.none);
const share = (value) => (typeof value === "number" ? number(Math.round(value * 1000) / 1000) : P.none);
const percent = (value) => (typeof value === "number" ? `${number(Math.round(value * 1000) / 10)} %` : P.none);

function basis(grounding) {
  const { score: g, draft_score: draft, precision, coverage, claims_total: all = 0, claims_removed: removed = 0, gate } = grounding;
  const { citation_precision: needed, citation_recall: borne } = grounding;
  const pairs = [
    [P.score, P.product(tenth(g), share(precision), share(coverage ?? 1))],
    [P.precision, `${percent(precision)}: ${P.precisionMeans(number(all))}`],
    [P.coverage, `${percent(coverage)}: ${P.coverageMeans}`],
    [P.draft, P.draftTold(tenth(draft), number(all + removed), tenth(g), number(all))],
    (typeof needed === "number" || typeof borne === "number") && [P.citations, P.citationsTold(percent(needed), percent(borne))],
    gate && [P.gate, P.gates[gate] ?? gate],
  ];
  const facts = pairs.filter(Boolean).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  return el("details", { class: "fold basis" }, el("summary", {}, P.how), el("dl", { class: "facts" }, facts));
}

/* The score with what it is a share of; how it came about on request. */
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
  const figureText = isNumber ? [T.score(tenth(g)), el("small", {}, ` ${T.ofHundred}`)] : T.scoreNone;
  const line = el("p", { class: "score" }, el("strong", { class: `g ${tone}` }, figureText), el("span", {}, parts.filter(Boolean).join(" · ")));
  return isNumber ? el("div", { class: "graded" }, line, basis(grounding)) : line;
}

const isSteering = (finding) => finding.kind === STEERING;

/* Findings and notes without those that the notice tells of. */
export const otherFindings = (analysis) => (analysis.findings ?? []).filter((finding) => !isSteering(finding));

export function otherNotes(analysis) {
  const told = (analysis.findings ?? []).some(isSteering);
  return (analysis.notes ?? []).filter((note) => !told || !STEERING_NOTE.test(note));
}

/* The attempts of one source: its rows (told up to a limit, so their number may be larger) and the cells they stand in. */
function bySource(findings) {
  const found = new Map();
  for (const finding of findings) {
    const { source = "", rows = [], column = "" } = finding.details ?? {};
    const one = found.get(source) ?? { rows: new Set(), most: 0, bind: [], isEvidence: (finding.evidence ?? []).includes(source) };
    rows.forEach((row) => one.rows.add(row));
    one.most = Math.max(one.most, finding.count ?? 0);
    one.bind.push(...rows.map((row) => ({ evidence: source, path: `rows[${row}].${column}`, role: "quote" })));
    found.set(source, one);
  }
  return [...found].map(([source, one]) => ({ source, count: Math.max(one.rows.size, one.most), ...one }));
}

/* A visible notice of text that would steer the analyst; each source opens at its rows. */
export function steeringPart(analysis, panel) {
  const findings = (analysis.findings ?? []).filter(isSteering);
  if (!findings.length) return null;
  const sources = bySource(findings);
  const open = (one) => (event) => panel.openCells(one.source, one.bind, event.currentTarget);
  const links = sources.map((one) => (one.isEvidence ? el("button", { type: "button", class: "link", onclick: open(one) }, S.rows(one.source, one.count)) : el("span", {}, S.rows(one.source, one.count))));
  const quotes = [...new Set(findings.map((finding) => finding.details?.quote).filter(Boolean))].map((quote) => el("li", {}, cell(quote)));
  const rows = sources.reduce((sum, one) => sum + one.count, 0);
  return el(
    "div", { class: "notice warn steering" },
    el("p", {}, el("strong", {}, S.title(rows)), " ", S.means),
    el("p", { class: "seen" }, `${S.seenIn} `, links),
    quotes.length > 0 && el("details", {}, el("summary", {}, S.quote), el("ul", { class: "plain-list" }, quotes)),
  );
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

export const trust = (analysis, panel) => nodes(notices(analysis), score(analysis.grounding), steeringPart(analysis, panel));
