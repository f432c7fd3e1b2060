/* The incidents view: the list, or one incident; looks again by itself, sooner while an analysis is under way. */
import * as api from "./api.js";
import { badge } from "./answer.js";
import { byId, el, show } from "./dom.js";
import { capital, minute } from "./format.js";
import { IncidentPage, isPending, link, statusTag } from "./incident.js";
import { L } from "./labels.js";
import { Sheet } from "./sheet.js";

const T = L.incidents;
const [SOON_MS, LATER_MS] = [2_000, 8_000];
const place = byId("view-incidents");
const back = () => el("p", { class: "crumb" }, el("a", { href: "#incidents" }, `← ${T.back}`));
let timer = null;
let shown = { id: null, page: null };

export function openIncidents(id, panel) {
  if (!shown.page || shown.id !== id) {
    if (shown.page) panel.close();
    shown = { id, page: id ? new IncidentPage(place, id, panel, back()) : new ListPage() };
    scrollTo({ top: 0 });
  }
  return look(shown.page, true);
}

export function closeIncidents() {
  clearTimeout(timer);
  shown = { id: null, page: null };
}

/* Looks, draws, and comes back: an answer that came late for a page that is no longer shown is dropped with it. */
async function look(page, isFirst) {
  clearTimeout(timer);
  let wait = LATER_MS;
  try {
    if (await page.refresh()) wait = SOON_MS;
    if (page !== shown.page) return;
    if (isFirst) place.querySelector(".headline")?.focus({ preventScroll: true });
  } catch (error) {
    if (page !== shown.page) return;
    if (isFirst) {
      shown = { id: null, page: null };
      show(place, back(), el("p", { class: "notice bad", role: "alert" }, error.message));
      return;
    }
  }
  timer = setTimeout(() => look(page, false), wait);
}

class ListPage {
  constructor() {
    this.sheet = new Sheet(place, ["open", "over"], el("h2", { class: "headline", tabindex: "-1" }, T.title));
    this.sheet.draw("open", "", () => el("p", { class: "quiet busy" }, L.waiting));
  }

  async refresh() {
    const incidents = await api.read("incidents");
    const [open, over] = [incidents.filter((one) => one.status !== "resolved"), incidents.filter((one) => one.status === "resolved")];
    const seen = (some) => some.map((one) => [one.incident_id, one.title, one.severity, one.status, one.one_line, one.services]);
    this.sheet.draw("open", seen(open), () => (open.length ? list(open) : calm(incidents.length)));
    this.sheet.draw("over", seen(over), () => over.length > 0 && [el("h3", {}, T.over(over.length)), list(over)]);
    return open.some(isPending);
  }
}

const calm = (before) => el("div", { class: "empty" }, el("h2", {}, T.none), el("p", {}, before ? T.noneOpen : T.noneHint));

function list(incidents) {
  return el("ol", { class: "incident-list" }, incidents.map(listed));
}

function listed(incident) {
  const said = incident.one_line || (isPending(incident) ? T.pending : T.noneYet);
  return el(
    "li", {},
    el("a", { class: `incident edge-${incident.severity}`, href: link(incident.incident_id) },
      el("span", { class: "incident-tags" }, badge(incident.severity), statusTag(incident)),
      el("strong", {}, capital(incident.title)),
      el("time", { class: "quiet", datetime: incident.start_at }, `${minute(incident.start_at)} UTC`),
      el("span", { class: "incident-line quiet" }, said),
      el("span", { class: "quiet incident-services" }, (incident.services ?? []).join(" · "))),
  );
}
