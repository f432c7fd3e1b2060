/* Advice of the catalogue, for a person to approve: the action, its target, whether it can be undone, and what it rests on. */
import { mark, verdictOf } from "./claims.js";
import { el } from "./dom.js";
import { cell, withUnit, words } from "./format.js";
import { L } from "./labels.js";
import { boundCells, target } from "./paths.js";

const T = L.answer;
const P = L.advice;

/* Every cell a claim is bound to, by evidence, row and column. */
const cellsOf = (claim, evidence) => evidence.flatMap((one) => [...boundCells(claim, one).keys()].map((key) => `${one.id} ${key}`));

/* The published claims an advice rests on: those it names, and those that speak of the same cells. */
function premises(claim, { claims = [], evidence = [] }) {
  const named = new Set([claim.slots?.premises ?? []].flat());
  const cells = new Set(cellsOf(claim, evidence));
  return claims.filter((one) => one.id !== claim.id && one.kind !== "recommendation" && (named.has(one.id) || cellsOf(one, evidence).some((key) => cells.has(key))));
}

/* Bindings that no published claim speaks of. */
function bare(claim, rests, evidence) {
  const told = new Set(rests.flatMap((one) => cellsOf(one, evidence)));
  return (claim.bind ?? []).filter((bind) => !cellsOf({ bind: [bind] }, evidence).some((key) => told.has(key)));
}

/* A bound cell in words: its row's name, its column and its value; its path where it is none. */
function cellText(bind, evidence) {
  const source = evidence.find((one) => one.id === bind.evidence);
  const { rows = [], column: name } = source ? target(bind.path, source) : {};
  const column = source?.columns.find((one) => one.name === name);
  if (rows.length !== 1 || !column) return el("code", {}, `${bind.evidence} ${bind.path}`);
  const row = source.rows[rows[0]];
  const key = source.columns.find((one) => one.role === "key" && one.name !== name);
  const unit = column.unit ?? row.unit;
  return `${bind.evidence}: ${key ? `${cell(row[key.name], key)}, ` : ""}${column.label || words(name)}: ${withUnit(cell(row[name], column), unit)}`;
}

function basis(own, analysis, panel) {
  if (!own) return null;
  const rests = premises(own, analysis);
  const open = (claim, ...text) => el("button", { type: "button", class: "link", onclick: (event) => panel.openClaim(claim, event.currentTarget) }, ...text);
  const said = rests.map((claim) => el("li", {}, mark(verdictOf(claim)), " ", open(claim, claim.text)));
  const cells = bare(own, rests, analysis.evidence ?? []).map((bind) => el("li", {}, open(own, cellText(bind, analysis.evidence ?? []))));
  return el("div", { class: "rests" }, el("span", { class: "quiet" }, P.restsOn), el("ul", {}, said, cells));
}

function card(item, analysis, panel) {
  if (typeof item === "string") return el("li", { class: "card" }, item);
  const own = (analysis.claims ?? []).find((claim) => (item.claims ?? []).includes(claim.id));
  const undone = own?.slots?.reversible;
  return el(
    "li", { class: "card" },
    el("p", { class: "card-head" }, own && mark(verdictOf(own)), el("strong", {}, item.text)),
    el("p", { class: "card-head quiet" },
      item.action && el("code", {}, words(item.action)), item.target && el("span", {}, `${P.target} `, el("code", {}, item.target)),
      typeof undone === "boolean" && el("span", { class: `tag ${undone ? "good" : "warn"}` }, P.reversible[undone]),
      el("span", {}, item.justified ? T.justified : T.unjustified)),
    basis(own, analysis, panel),
  );
}

export function advicePart(analysis, panel) {
  const items = analysis.recommendations ?? [];
  return items.length ? el("section", { class: "advice" }, el("h3", {}, P.title, el("span", { class: "of" }, P.note)), el("ul", {}, items.map((item) => card(item, analysis, panel)))) : null;
}
