/* Where evidence comes from: whose text its columns hold, whether it is whole, and the statement that was asked. */
import { read } from "./api.js";
import { el, show } from "./dom.js";
import { cell, words } from "./format.js";
import { L } from "./labels.js";

const T = L.source;

export const isOutside = (column) => column.trust === "external" && ["string", "array"].includes(column.type);

const isBlank = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/* Columns with something to say in at least one row, or bound by the claim. */
export function drawnColumns(evidence, bound) {
  const isBound = (column) => [...bound.keys()].some((key) => key.endsWith(`/${column.name}`));
  return evidence.columns.filter((column) => column.role === "key" || isBound(column) || evidence.rows.some((row) => !isBlank(row[column.name])));
}

export const quoted = () => el("span", { class: "quoted", role: "img", title: T.outsideMeans, "aria-label": T.outside }, "“”");

/* Whose the columns are; text of outsiders is named first. */
export function trustOf(evidence) {
  const named = (columns) => columns.map((column) => column.label || words(column.name)).join(", ");
  const [outside, operators] = [evidence.columns.filter(isOutside), evidence.columns.filter((column) => column.trust === "operator")];
  const rest = evidence.columns.length - outside.length - operators.length;
  return [
    outside.length > 0 && el("p", {}, quoted(), ` ${T.outside}: ${named(outside)}`),
    operators.length > 0 && el("p", {}, `${T.operator}: ${named(operators)}`),
    rest > 0 && el("p", {}, T.platform(rest)),
  ];
}

export function statusOf(evidence) {
  const tag = (tone, word) => el("span", { class: `tag ${tone}` }, word);
  const isPart = evidence.truncated || evidence.sampled;
  const tone = { ok: "good", empty: "" }[evidence.status] ?? "bad";
  return [
    !(isPart && evidence.status === "ok") && tag(tone, T.statuses[evidence.status] ?? evidence.status), evidence.truncated && tag("warn", T.truncated), evidence.sampled && tag("warn", T.sampled),
    evidence.message && el("p", { class: "quiet" }, evidence.message),
  ];
}

function told(snapshot) {
  const given = Object.entries(snapshot.sql_parameters ?? {}).filter(([, value]) => !isBlank(value));
  const damage = (snapshot.damage ?? []).map((text) => el("li", {}, text));
  return [
    el("p", { class: snapshot.intact ? "quiet" : "notice bad" }, snapshot.intact ? T.intact : L.replay.damaged),
    damage.length > 0 && el("ul", { class: "replay-notes" }, damage),
    snapshot.sql ? null : el("p", { class: "quiet" }, T.composed),
    snapshot.sql && snapshot.sql_current === false && el("p", { class: "notice warn" }, T.changed),
    snapshot.sql && el("pre", { class: "sql", tabindex: "0" }, snapshot.sql),
    given.length > 0 && el("p", { class: "quiet" }, `${T.given} `, given.map(([name, value]) => el("code", { class: "param" }, `${name}=${cell(value)}`))),
  ];
}

/* The SQL of the template and the state of the snapshot, asked for when it is opened. */
export function statementPart(evidence) {
  if (!evidence.uid) return null;
  const place = el("div", {});
  const fold = el("details", { class: "fold statement" }, el("summary", {}, T.statement), place);
  fold.addEventListener("toggle", async () => {
    if (!fold.open || place.hasChildNodes()) return;
    show(place, el("p", { class: "quiet", role: "status" }, L.waiting));
    try {
      show(place, told(await read(`evidence/${encodeURIComponent(evidence.uid)}`)));
    } catch (error) {
      show(place, el("p", { class: "notice bad", role: "alert" }, error.message));
    }
  });
  return fold;
}
