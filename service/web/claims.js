/* Claims as buttons that open their evidence: the mark, the words, what was corrected, and why one is only likely or was removed. */
import { read } from "./api.js";
import { el, freshId, show } from "./dom.js";
import { cell, time, withUnit, words } from "./format.js";
import { L } from "./labels.js";

const T = L.answer;
const P = L.claims;

export const verdictOf = (claim) => L.verdicts[claim.verdict] ?? L.verdicts.unverified;

export const mark = (verdict) => el("span", { class: `mark ${verdict.tone}`, "aria-hidden": "true" }, verdict.mark);

/* A verifier's reason in its parts, with times as they are shown everywhere. */
export const because = (reason) => reason.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => `${time(at)} UTC`).split("; ");

/* What was said before code corrected it, slot by slot. */
export function corrections(claim) {
  const { corrected_from: before = {}, slots = {} } = claim;
  const told = (name, value) => (name === "value" ? withUnit(cell(value), slots.unit) : cell(value));
  return Object.entries(before).map(([name, said]) => {
    const known = P.slots[name] ?? words(name);
    return name in slots ? P.wasSaid(known, told(name, said), told(name, slots[name])) : P.wasSaidOnly(known, told(name, said));
  });
}

export const correctedTag = (claim) => claim.corrected && el("span", { class: "tag warn", title: P.correctedMeans }, P.corrected);

/* Weight is shown by bold type only where it tells claims apart. */
const stands = (claims) => claims.filter((claim) => claim.materiality === "high").length <= claims.length / 2;

function claimItem(claim, panel, isBold, families) {
  const isRemoved = families !== null;
  const verdict = verdictOf(claim);
  const ids = [...new Set((claim.bind ?? []).map((bind) => bind.evidence))].join(" ");
  const explains = (isRemoved || verdict.tone !== "good") && claim.reason;
  const under = (...text) => el("span", { class: "claim-under" }, ...text);
  return el(
    "li", {},
    el("button", { type: "button", class: `claim ${isBold ? "main" : ""}`, title: `${verdict.word}${claim.reason ? `: ${claim.reason}` : ""}`, onclick: (event) => panel.openClaim(claim, event.currentTarget) },
      el("span", { class: `mark ${verdict.tone}` }, el("span", { "aria-hidden": "true" }, verdict.mark), el("span", { class: "offscreen" }, `${verdict.word}: `)),
      el("span", { class: "claim-words" }, el("span", { class: isRemoved ? "gone" : null }, claim.text),
        claim.corrected && under(correctedTag(claim), " ", corrections(claim).join("; ")),
        explains && under(isRemoved && `${[verdict.word, L.grounding.families[families.get(claim.id)]].filter(Boolean).join(" · ")}: `, el("span", { lang: "en" }, because(claim.reason).join("; ")))),
      el("span", { class: "claim-id" }, ids)),
  );
}

/* A list of claims; of a long one the first `most`, and the rest on demand. */
export function claimList(claims, panel, most = Infinity, families = null) {
  const bold = stands(claims);
  const item = (claim) => claimItem(claim, panel, bold && claim.materiality === "high", families);
  const list = el("ul", { class: "claims" }, claims.slice(0, most).map(item));
  if (claims.length <= most) return list;
  const more = el("button", { type: "button", class: "plain more" }, T.allClaims(claims.length));
  more.addEventListener("click", () => {
    list.append(...claims.slice(most).map(item));
    list.children[most].querySelector("button").focus();
    more.remove();
  });
  return [list, more];
}

/* What the answer says; advice stands under a heading of its own. */
export function claimsPart(analysis, panel, most) {
  const claims = (analysis.claims ?? []).filter((claim) => claim.kind !== "recommendation");
  if (!claims.length) return el("p", { class: "quiet" }, T.noClaims);
  const id = freshId("claims");
  const marks = [...new Set(claims.map((claim) => claim.verdict))].map((name) => L.verdicts[name] ?? L.verdicts.unverified);
  const legend = marks.map((verdict) => el("span", { class: "legend" }, mark(verdict), verdict.word));
  return el(
    "section", { "aria-labelledby": id },
    el("h3", { id }, T.claims, el("span", { class: "of" }, legend)),
    claimList(claims, panel, most),
    el("p", { class: "quiet hint" }, T.legend),
  );
}

/* The families of reasons as the audit of the run has them; none where it does not answer. */
async function familiesOf(analysis) {
  const entries = await read(`audit?run_id=${encodeURIComponent(analysis.run_id)}&kind=claims.checked`).catch(() => []);
  return new Map(entries.flatMap((entry) => entry.details?.removed ?? []).map((one) => [one.id, one.family]));
}

/* Removed claims with verdict and reason, on request. */
export function removedPart(analysis, panel) {
  const removed = analysis.removed_claims ?? [];
  if (!removed.length) return null;
  const place = el("div", {});
  const fold = el("details", { class: "removed" }, el("summary", {}, T.removedTitle(removed.length)), el("p", { class: "quiet hint" }, P.removedHint), place);
  fold.addEventListener("toggle", async () => {
    if (fold.open && !place.hasChildNodes()) show(place, claimList(removed, panel, Infinity, await familiesOf(analysis)));
  });
  return fold;
}
