/* The list of recent questions. */
import { el, show } from "./dom.js";
import { minute } from "./format.js";
import { L } from "./labels.js";

const T = L.runs;
const TONES = { ok: "good", partial: "warn", running: "mute", failed: "bad", cancelled: "mute" };

function item(run, current) {
  const word = T.status[run.status] ?? run.status;
  return el(
    "li", {},
    el("a", { class: "run", href: `#run=${encodeURIComponent(run.run_id)}`, "aria-current": run.run_id === current ? "true" : null },
      el("span", { class: `dot ${TONES[run.status] ?? "mute"}`, title: word }, el("span", { class: "offscreen" }, word)),
      el("span", { class: "run-question" }, run.question),
      el("span", { class: "run-headline" }, run.headline || word),
      el("time", { datetime: run.started_at }, `${minute(run.started_at)} UTC`)),
  );
}

export function drawRuns(place, runs, current) {
  show(place, runs.length ? runs.map((run) => item(run, current)) : el("li", { class: "quiet" }, T.none));
}
