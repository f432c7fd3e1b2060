/* The replay of one evidence: the same question asked now, and what differs from the snapshot. */
import { send } from "./api.js";
import { el, show } from "./dom.js";
import { cell, number, words } from "./format.js";
import { L } from "./labels.js";

const T = L.replay;
const LISTED = 10;
const WIDTH = 6;

const keyOf = (row) => Object.values(row).map((value) => cell(value)).join(" · ") || "–";

function cellsPart(changes) {
  const rows = changes.cells_changed.slice(0, LISTED).map((one) =>
    el("tr", {}, el("th", { scope: "row" }, keyOf(one.row)), el("td", {}, words(one.column)), el("td", { class: "num" }, cell(one.was)), el("td", { class: "num" }, cell(one.now))),
  );
  const totals = changes.aggregates_changed.map((one) =>
    el("tr", {}, el("th", { scope: "row" }, T.total), el("td", {}, words(one.name)), el("td", { class: "num" }, cell(one.was)), el("td", { class: "num" }, cell(one.now))),
  );
  if (!rows.length && !totals.length) return null;
  const head = el("thead", {}, el("tr", {}, [T.row, T.column, T.was, T.now].map((name) => el("th", { scope: "col" }, name))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": T.changed }, el("table", { class: "grid narrow" }, head, el("tbody", {}, totals, rows)));
}

/* Rows that came or went, the first of each, as the cells that are not empty. */
function rowsPart(changes) {
  const told = (row) => Object.values(row).filter((value) => value !== null && value !== "").slice(0, WIDTH).map((value) => cell(value)).join(" · ");
  const line = (sign, tone) => (row) => el("li", {}, el("span", { class: `tag ${tone}` }, sign), " ", told(row));
  const lines = [...changes.rows_added.slice(0, LISTED).map(line(T.plus, "good")), ...changes.rows_removed.slice(0, LISTED).map(line(T.minus, "bad"))];
  const more = changes.rows_added_total + changes.rows_removed_total - lines.length;
  return lines.length > 0 && [el("ul", { class: "changed-rows" }, lines), more > 0 && el("p", { class: "quiet" }, T.moreRows(number(more)))];
}

function counted(changes) {
  const told = [
    changes.rows_added_total && T.added(number(changes.rows_added_total)),
    changes.rows_removed_total && T.removed(number(changes.rows_removed_total)),
    changes.cells_changed_total && T.cells(number(changes.cells_changed_total)),
    changes.aggregates_changed.length && T.totals(number(changes.aggregates_changed.length)),
  ];
  return told.filter(Boolean).join(", ") || T.elsewhere;
}

function outcome(replay) {
  const tone = replay.same ? "good" : replay.intact ? "warn" : "bad";
  const head = replay.same ? T.same(number(replay.evidence.rows_total ?? 0)) : replay.intact ? T.differs(counted(replay.changes)) : T.damaged;
  const notes = replay.notes.map((note) => el("li", {}, note));
  return [
    el("p", { class: `notice ${tone}`, role: "status" }, head),
    notes.length > 0 && el("ul", { class: "replay-notes" }, notes),
    !replay.same && [cellsPart(replay.changes), rowsPart(replay.changes)],
    el("p", { class: "quiet" }, T.hashes, " ", el("code", { class: "hash" }, replay.was_sha256.slice(0, 16)), " → ", el("code", { class: "hash" }, replay.sha256.slice(0, 16))),
  ];
}

/* A button that asks again; what came of it stands below it. */
export function replayPart(evidence) {
  if (!evidence.uid) return null;
  const place = el("div", { class: "replayed" });
  const button = el("button", { type: "button", class: "plain" }, T.button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    show(place, el("p", { class: "quiet", role: "status" }, T.asking));
    try {
      show(place, outcome(await send(`evidence/${encodeURIComponent(evidence.uid)}/replay`, {})));
    } catch (error) {
      show(place, el("p", { class: "notice bad", role: "alert" }, error.message));
    } finally {
      button.disabled = false;
    }
  });
  return el("section", { class: "replay" }, el("h3", {}, T.title), el("p", { class: "quiet" }, T.hint), button, place);
}
