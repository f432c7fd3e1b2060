/* The grounding view: how much of what was answered stood, over the answers of a window, and the shapes of what did not. */
import * as api from "./api.js";
import { mark } from "./claims.js";
import { byId, el } from "./dom.js";
import { number, words } from "./format.js";
import { L } from "./labels.js";
import { histogram } from "./scores.js";
import { Sheet } from "./sheet.js";

const T = L.grounding;
const REFRESH_MS = 15_000;
const PARTS = ["choice", "state", "tiles", "scores", "patterns", "tables"];
const TABLES = { by_reason: T.families, by_kind: T.kinds, by_desk: T.desks, by_prompt_version: {} };
const FAILED = ["contradicted", "unverified"];
let view = null;
let timer = null;

class GroundingView {
  constructor(place) {
    this.days = 30;
    this.sheet = new Sheet(place, PARTS, el("h2", { class: "headline", tabindex: "-1" }, T.title), el("p", { class: "quiet" }, T.lead));
    this.sheet.draw("choice", "", () => this.choice());
    this.sheet.draw("state", "", () => el("p", { class: "quiet busy" }, L.waiting));
  }

  choice() {
    const option = ([days, text]) => el("option", { value: days, selected: Number(days) === this.days }, text);
    const pick = el("select", { id: "grounding-days" }, Object.entries(T.windows).map(option));
    pick.addEventListener("change", () => {
      this.days = Number(pick.value);
      this.refresh();
    });
    return el("div", { class: "controls" }, el("label", { class: "field" }, el("span", {}, T.window), pick));
  }

  async refresh() {
    const { days } = this;
    try {
      const told = await api.read(`grounding?days=${days}`);
      if (days === this.days) this.draw(told);
    } catch (error) {
      this.sheet.draw("state", ["error", error.message], () => el("p", { class: "notice bad", role: "alert" }, error.message));
    }
  }

  draw(told) {
    const { sheet } = this;
    const isEmpty = told.runs === 0;
    const facts = [told.runs, told.claims, told.verdicts, told.failed, told.corrected, told.scores];
    sheet.draw("state", isEmpty, () => isEmpty && el("p", { class: "notice" }, T.none));
    sheet.draw("tiles", facts, () => !isEmpty && tiles(told));
    sheet.draw("scores", [isEmpty, told.scores], () => !isEmpty && histogram(told.scores));
    sheet.draw("patterns", [isEmpty, told.patterns], () => !isEmpty && patterns(told.patterns));
    sheet.draw("tables", [isEmpty, ...Object.keys(TABLES).map((name) => told[name])], () => !isEmpty && el("div", { class: "grounding-tables" }, Object.keys(TABLES).map((name) => table(name, told[name]))));
  }
}

/* Shares are cut, not rounded: 100 % means all. */
const cut = (share) => `${number(Math.floor(share * 1000 + 1e-9) / 10)} %`;

const tenth = (value) => (value === null ? "–" : number(Math.round(value * 10) / 10));

function tiles(told) {
  const { verdicts, scores } = told;
  const outside = verdicts["out-of-scope"] ?? 0;
  const scoped = told.claims - outside;
  const tile = (name, value, note, tone) => el("div", { class: "tile" }, el("span", {}, T.tiles[name]), el("strong", { class: tone ?? null }, value), el("span", { class: "quiet" }, note));
  return el("div", { class: "tiles five" },
    tile("rate", scoped ? cut((scoped - told.failed) / scoped) : "–", T.rateOf(number(scoped - told.failed), number(scoped))),
    tile("failed", number(told.failed), T.failedOf(number(verdicts.contradicted ?? 0), number(verdicts.unverified ?? 0)), told.failed ? "trend warn" : null),
    tile("corrected", number(told.corrected), T.correctedOf),
    tile("mean", tenth(scores.score.mean), T.meanOf(tenth(scores.draft_score.mean), tenth(scores.score.median))),
    tile("runs", number(told.runs), outside ? T.outOfScope(number(outside)) : `${T.tiles.claims}: ${number(told.claims)}`));
}

const head = (names, isNumber) => el("thead", {}, el("tr", {}, names.map((name, index) => el("th", { scope: "col", class: isNumber(index) ? "num" : null }, name))));

function table(name, rows) {
  const hasAll = name !== "by_reason";
  const names = ["name", ...(hasAll ? ["claims"] : []), ...FAILED, ...(hasAll ? ["stood"] : [])].map((column) => T.columns[column]);
  const known = TABLES[name];
  const line = (row) => {
    const failed = FAILED.reduce((sum, verdict) => sum + row[verdict], 0);
    const counts = FAILED.map((verdict) => el("td", { class: `num${row[verdict] ? "" : " quiet"}` }, number(row[verdict])));
    const stood = hasAll && el("td", { class: "num" }, row.claims ? cut((row.claims - failed) / row.claims) : "–");
    return el("tr", {}, el("th", { scope: "row" }, known[row.name] ?? words(row.name)), hasAll && el("td", { class: "num" }, number(row.claims)), counts, stood);
  };
  const body = rows.length ? el("div", { class: "scroll" }, el("table", { class: "grid" }, head(names, (index) => index > 0), el("tbody", {}, rows.map(line)))) : el("p", { class: "quiet" }, T.noneFailed);
  return el("section", {}, el("h3", {}, T.tables[name]), body);
}

function patterns(rows) {
  const title = el("h3", {}, T.patterns, rows.length > 0 && el("span", { class: "of" }, T.patternsNote));
  if (!rows.length) return [title, el("p", { class: "quiet" }, T.noneFailed)];
  const line = (row) => {
    const verdict = L.verdicts[row.verdict] ?? L.verdicts.unverified;
    return el("tr", {},
      el("td", { class: "num" }, number(row.n)), el("td", { class: "num" }, row.share < 0.001 ? "<0.1 %" : cut(row.share)),
      el("td", { class: "when" }, el("span", { class: "legend" }, mark(verdict), verdict.word)), el("td", { class: "when" }, T.kinds[row.kind] ?? words(row.kind)),
      el("td", {}, row.source ? el("code", {}, row.source) : "–"), el("td", {}, row.column ? el("code", {}, row.column) : "–"),
      el("td", { class: "long", lang: "en" }, row.reason), el("td", { class: "long quiet" }, row.example));
  };
  return [title, el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": T.patterns }, el("table", { class: "grid patterns" }, head(T.patternColumns, (index) => index < 2), el("tbody", {}, rows.map(line))))];
}

export function openGrounding() {
  view ??= new GroundingView(byId("view-grounding"));
  if (timer) return;
  view.refresh();
  timer = setInterval(() => view.refresh(), REFRESH_MS);
}

export function closeGrounding() {
  clearInterval(timer);
  timer = null;
}
