/* What is blamed: the suspects of an analysis, and the way each took to where it shows. */
import { el } from "./dom.js";
import { number, time, words } from "./format.js";
import { L } from "./labels.js";

const T = L.causes;

/* "deploy at 2026-01-01T10:00:00Z: …" with the time as times are shown everywhere. */
const told = (change) => change.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => `${time(at)} UTC`);

export function way(item) {
  if (!item.path || item.path.length < 2) return null;
  const verified = el("span", { class: `tag ${item.path_verified ? "good" : "warn"}`, title: item.path_verified ? T.verifiedMeans : T.unverifiedMeans }, item.path_verified ? T.verified : T.unverified);
  return el("div", { class: "way" }, el("ol", { class: "hops", "aria-label": T.path }, item.path.map((name) => el("li", {}, name))), verified);
}

function sources(item, panel) {
  return (item.evidence ?? []).map((id) => el("button", { type: "button", class: "link source", onclick: (event) => panel.openEvidence(id, event.currentTarget) }, id));
}

export function cause(item, panel) {
  const facts = [
    item.onset_at && T.since(time(item.onset_at)),
    item.change && T.change(told(item.change)),
  ];
  return el(
    "li", { class: "cause" },
    el("p", { class: "blamed" },
      el("strong", {}, item.service), item.component && el("span", {}, item.component), item.reason && el("span", {}, words(item.reason)),
      typeof item.score === "number" && el("span", { class: "tag", title: T.scoreMeans }, T.score(number(Math.round(item.score * 100) / 100))), sources(item, panel)),
    way(item),
    facts.some(Boolean) && el("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
  );
}

export function causesPart(title, items, panel) {
  return items?.length ? el("section", { class: "causes" }, el("h3", {}, title), el("ol", {}, items.map((item) => cause(item, panel)))) : null;
}
