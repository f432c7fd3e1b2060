/* The strip on top: is the service ready, and what is loaded. */
import { el, show } from "./dom.js";
import { number, span } from "./format.js";
import { L } from "./labels.js";

const T = L.strip;

const pair = (name, value, title) => el("div", { title: title ?? null }, el("dt", {}, name), el("dd", {}, value));

function rowsText(rows) {
  const counted = Object.entries(T.signals).filter(([name]) => rows?.[name]).map(([name, word]) => `${number(rows[name])} ${word}`);
  return counted.length ? counted.join(", ") : T.none;
}

export const isEmpty = (overview) => Object.values(overview?.rows ?? {}).every((count) => !count);

export function drawStrip(place, ready, overview) {
  const [word, tone] = ready === null ? [T.unreachable, "bad"] : ready ? [T.ready, "good"] : [T.notReady, "warn"];
  const services = overview?.services ?? [];
  show(
    place,
    pair(T.service, [el("span", { class: `dot ${tone}`, "aria-hidden": "true" }), word]),
    overview?.model && pair(T.model, overview.model),
    overview?.oldest && pair(T.data, span(overview.oldest, overview.newest)),
    overview && pair(T.rows, rowsText(overview.rows)),
    services.length > 0 && pair(T.services, String(services.length), services.join(", ")),
  );
}

export function emptyState() {
  return el(
    "div", { class: "empty" },
    el("h2", {}, L.empty.title),
    el("p", {}, L.empty.text),
    el("ul", {}, L.empty.commands.map((command) => el("li", {}, el("code", {}, command)))),
  );
}
