/* What is blamed: the suspects of an analysis, and the way each took to where it shows. */
import { because, mark, verdictOf } from "./claims.js";
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

/* The claim that says what this suspect caused, with the reason it is only likely: path, departures, signals and rivals. */
function judged(item, claims, panel) {
  const claim = claims.find((one) => one.kind === "causal" && one.slots?.cause?.service === item.service);
  if (!claim) return null;
  const verdict = verdictOf(claim);
  const open = (event) => panel.openClaim(claim, event.currentTarget);
  return el("div", { class: "why" },
    el("p", {}, mark(verdict), " ", el("button", { type: "button", class: "link", onclick: open }, claim.text)),
    claim.reason && el("details", { class: "fold" }, el("summary", {}, L.claims.why), el("ul", { class: "plain-list", lang: "en" }, because(claim.reason).map((part) => el("li", {}, part)))));
}

export function cause(item, panel, claims = []) {
  const facts = [
    item.onset_at && T.since(time(item.onset_at)),
    item.change && T.change(told(item.change)),
  ];
  return el(
    "li", { class: "cause" },
    el("p", { class: "blamed" },
      el("strong", {}, item.service), item.component && el("span", {}, item.component), item.reason && el("span", {}, words(item.reason)),
      typeof item.score === "number" && el("span", { class: "tag", title: T.scoreMeans }, T.score(number(Math.round(item.score * 1000) / 1000))), sources(item, panel)),
    way(item),
    judged(item, claims, panel),
    facts.some(Boolean) && el("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
  );
}

const list = (items, panel, claims) => el("ol", {}, items.map((item) => cause(item, panel, claims)));

/* Suspects in their order; of an answer the first stands alone and its rivals below it. */
export function causesPart(title, items, panel, claims) {
  if (!items?.length) return null;
  const [first, ...rivals] = claims ? [items.slice(0, 1), ...items.slice(1)] : [items];
  return el("section", { class: "causes" }, title && el("h3", {}, title), list(first, panel, claims), rivals.length > 0 && [el("h3", { class: "rivals" }, T.rivals), list(rivals, panel, claims)]);
}
