/* The side panel: one claim beside the evidence it was recomputed from. */
import { evidenceLink } from "./api.js";
import { because, correctedTag, corrections } from "./claims.js";
import { el, show } from "./dom.js";
import { cell, number, seconds, span, withUnit, words } from "./format.js";
import { L } from "./labels.js";
import { boundCells } from "./paths.js";
import { replayPart } from "./replay.js";
import { drawnColumns, isOutside, quoted, statementPart, statusOf, trustOf } from "./source.js";

const DRAWN = 200;
const AROUND = 5;
const PLAIN = "recomputed"; // the verdict says as much
const T = L.evidence;

const heading = (column) => withUnit(column.label || words(column.name), column.unit && column.unit !== "1" ? `(${column.unit})` : "");

const isNumeric = (column) => ["integer", "number"].includes(column.type);

function fact(name, ...value) {
  return [el("dt", {}, name), el("dd", {}, ...value)];
}

function params(evidence) {
  const given = Object.entries(evidence.params ?? {}).filter(([, value]) => value !== "" && value !== null);
  return given.length ? given.map(([name, value]) => el("code", { class: "param" }, `${name}=${cell(value)}`)) : T.noParams;
}

const shownRows = (evidence) => T.shown(number(evidence.rows.length), number(evidence.rows_total ?? evidence.rows.length));

function asked(evidence) {
  const { window: scope, baseline_window: baseline } = evidence;
  return el(
    "dl", { class: "facts" },
    evidence.title && fact(T.question, evidence.title),
    fact(T.template, el("code", {}, evidence.template || evidence.tool)),
    fact(T.params, params(evidence)),
    scope && fact(T.window, span(scope.start, scope.end)),
    baseline && fact(T.baseline, span(baseline.start, baseline.end)),
    fact(T.rows, shownRows(evidence)),
    fact(T.status, statusOf(evidence)),
  );
}

function provenance(evidence) {
  return el(
    "dl", { class: "facts" },
    fact(T.scope, number(evidence.scope_rows ?? 0), el("small", {}, ` ${T.scopeNote}`)),
    fact(T.lag, seconds(evidence.lag_s ?? 0)),
    evidence.columns.length > 0 && fact(L.source.trust, trustOf(evidence)),
    evidence.sha256 && fact(T.hash, el("code", { class: "hash" }, evidence.sha256)),
    evidence.uid && fact("", el("a", { href: evidenceLink(evidence.uid), target: "_blank", rel: "noopener" }, T.open)),
  );
}

/* Why: one line, or the parts of a longer reason one below the other. */
function reasonOf(claim, verdict) {
  const parts = claim.reason && claim.reason !== PLAIN ? because(claim.reason) : [];
  const [only] = parts;
  const isAdvice = claim.kind === "recommendation" && claim.verdict === "consistent";
  const list = parts.length > 1 && el("ul", { class: "plain-list because", lang: "en" }, parts.map((part) => el("li", {}, part)));
  return [el("p", { class: "because" }, el("strong", {}, isAdvice ? L.answer.justified : verdict.word), parts.length === 1 && [": ", el("span", { lang: "en" }, only)]), list];
}

function verdictLine(claim) {
  const verdict = L.verdicts[claim.verdict] ?? L.verdicts.unverified;
  const paths = (claim.bind ?? []).map((bind) => el("li", {}, el("code", {}, `${bind.evidence}.${bind.path}`), ` ${T.roles[bind.role] ?? bind.role}`));
  return el(
    "div", { class: "claim-box" },
    el("p", { class: "claim-text" }, el("span", { class: `mark ${verdict.tone}`, "aria-hidden": "true" }, verdict.mark), claim.text),
    claim.corrected && el("p", { class: "because" }, correctedTag(claim), " ", corrections(claim).join("; "), ". ", L.claims.correctedMeans),
    reasonOf(claim, verdict),
    paths.length > 0 && el("details", { class: "paths" }, el("summary", {}, T.cells), el("ul", {}, paths)),
  );
}

function totals(evidence, bound) {
  const entries = Object.entries(evidence.aggregates ?? {});
  if (!entries.length) return null;
  const rows = entries.map(([name, value]) => {
    const role = bound.get(`total/${name}`);
    return el("tr", {}, el("th", { scope: "row" }, words(name)), el("td", { class: `num${role ? ` bound ${role}` : ""}`, tabindex: role ? "-1" : null }, cell(value)));
  });
  return el("section", {}, el("h3", {}, T.aggregates), el("table", { class: "grid narrow" }, el("tbody", {}, rows)));
}

/* Indexes to draw; a missing stretch is one {gap}. */
function chosen(evidence, bound, all) {
  const count = evidence.rows.length;
  if (all || count <= DRAWN) return evidence.rows.map((_, index) => index);
  const near = new Set([...Array(DRAWN / 2).keys()]);
  for (const key of bound.keys()) {
    const row = Number.parseInt(key, 10);
    for (let index = row - AROUND; index <= row + AROUND; index += 1) if (index >= 0 && index < count) near.add(index);
  }
  const drawn = [];
  let expected = 0;
  for (const index of [...near].sort((a, b) => a - b)) {
    if (index > expected) drawn.push({ gap: index - expected });
    drawn.push(index);
    expected = index + 1;
  }
  return count > expected ? [...drawn, { gap: count - expected }] : drawn;
}

function bodyRow(evidence, columns, index, bound) {
  const cells = columns.map((column) => {
    const role = bound.get(`${index}/${column.name}`);
    const shape = isNumeric(column) ? "num" : column.type === "time" ? "when" : String(evidence.rows[index][column.name] ?? "").length > 40 ? "long" : "";
    return el(
      "td", { class: `${shape}${role ? ` bound ${role}` : ""}`, tabindex: role ? "-1" : null, title: role ? T.roles[role] : null },
      cell(evidence.rows[index][column.name], column),
    );
  });
  return el("tr", {}, el("th", { scope: "row", class: "index" }, String(index)), cells);
}

function rowsTable(evidence, bound, all, redraw) {
  if (!evidence.rows.length) return el("p", { class: "quiet" }, evidence.message || T.empty);
  const drawn = chosen(evidence, bound, all);
  const columns = drawnColumns(evidence, bound);
  const hidden = evidence.columns.length - columns.length;
  const head = columns.map((column) => el("th", { scope: "col", class: isNumeric(column) ? "num" : null, title: column.name }, heading(column), isOutside(column) && ["\u00a0", quoted()]));
  const body = drawn.map((item) =>
    item.gap
      ? el("tr", { class: "gap" }, el("td", { colspan: columns.length + 1 }, T.gap(item.gap)))
      : bodyRow(evidence, columns, item, bound),
  );
  return el(
    "section", {},
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": T.rows },
      el("table", { class: "grid" }, el("thead", {}, el("tr", {}, el("th", { class: "index" }, "#"), head)), el("tbody", {}, body))),
    drawn.length < evidence.rows.length && el("button", { type: "button", class: "plain", onclick: redraw }, T.drawAll(number(evidence.rows.length))),
    hidden > 0 && el("p", { class: "quiet hint" }, L.source.hidden(hidden)),
  );
}

export class EvidencePanel {
  constructor(place, frame) {
    this.place = place;
    this.frame = frame;
    this.opener = null;
    this.find = () => null;
    this.shown = new Map();
    place.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  /* Where evidence is looked up from now on: a function id → evidence document or null. */
  serve(find) {
    this.find = find;
    this.close();
  }

  /* The same for an analysis that took another's place: what is open stays open, with the evidence it was opened with. */
  replace(analysis) {
    const known = new Map((analysis?.evidence ?? []).map((evidence) => [evidence.id, evidence]));
    this.find = (id) => known.get(id) ?? null;
  }

  close() {
    this.place.hidden = true;
    this.frame.classList.remove("with-panel");
    this.release();
    this.opener?.isConnected && this.opener.focus({ preventScroll: true });
    this.opener = null;
  }

  release() {
    this.opener?.setAttribute("aria-expanded", "false");
  }

  openClaim(claim, opener) {
    const ids = [...new Set((claim.bind ?? []).map((bind) => bind.evidence))];
    this.open(ids, claim, opener);
  }

  openEvidence(id, opener) {
    this.open([id], null, opener);
  }

  /* Evidence with some of its cells marked, told as the bindings of a claim are. */
  openCells(id, bind, opener) {
    this.open([id], null, opener, { bind });
  }

  open(ids, claim, opener, marked = claim) {
    this.release();
    this.marked = marked;
    this.opener = opener;
    opener?.setAttribute("aria-expanded", "true");
    this.shown = new Map(ids.map((id) => [id, this.find(id)]));
    this.draw(ids, claim, false);
    this.place.hidden = false;
    this.frame.classList.add("with-panel");
    this.place.focus({ preventScroll: true });
    this.place.scrollTop = 0;
    this.reveal();
  }

  draw(ids, claim, all) {
    const parts = ids.map((id) => this.part(id, ids, claim, all));
    const title = ids.length ? T.title(ids.join(", ")) : T.claim;
    show(
      this.place,
      el("div", { class: "panel-head" }, el("h2", {}, title), el("button", { type: "button", class: "close", "aria-label": T.close, onclick: () => this.close() }, "×")),
      claim && verdictLine(claim),
      parts,
    );
    this.place.setAttribute("aria-label", title);
  }

  part(id, ids, claim, all) {
    const evidence = this.shown.get(id);
    if (!evidence) return el("p", { class: "quiet" }, T.missing(id));
    const bound = boundCells(this.marked, evidence);
    return el(
      "section", { class: "evidence" },
      ids.length > 1 && el("h3", {}, T.title(id)),
      asked(evidence),
      rowsTable(evidence, bound, all, () => this.draw(ids, claim, true)),
      totals(evidence, bound),
      provenance(evidence),
      statementPart(evidence),
      replayPart(evidence),
    );
  }

  /* Brings the first bound cell of every table into view inside its own scroller; the panel itself stays at its top. */
  reveal() {
    for (const scroller of this.place.querySelectorAll(".scroll")) {
      const found = scroller.querySelector(".bound.num") ?? scroller.querySelector(".bound");
      if (!found) continue;
      scroller.scrollTop = found.offsetTop - (scroller.clientHeight - found.offsetHeight) / 2;
      scroller.scrollLeft = found.offsetLeft + found.offsetWidth - scroller.clientWidth + 24;
    }
  }
}
