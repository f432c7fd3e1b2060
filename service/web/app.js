/* Wires the page together: the views, what the address says, and the strip on top. */
import * as api from "./api.js";
import { learn, openRun, showEmpty, startAsking } from "./asking.js";
import { closeBriefings, openBriefings } from "./briefings.js";
import { byId, el, show } from "./dom.js";
import { EvidencePanel } from "./evidence.js";
import { closeGrounding, openGrounding } from "./grounding.js";
import { closeIncidents, openIncidents } from "./incidents.js";
import { L } from "./labels.js";
import { others } from "./language.js";
import { closeLive, openLive } from "./live.js";
import { closePipeline, openPipeline } from "./pipeline.js";
import { drawStrip, isEmpty } from "./status.js";

const panel = new EvidencePanel(byId("panel"), byId("frame"));
const VIEWS = {
  ask: { open: (id) => openRun(id), id: "run" },
  incidents: { open: (id) => openIncidents(id, panel), close: closeIncidents, id: "incident" },
  briefings: { open: (id) => openBriefings(id, panel), close: closeBriefings, id: "briefing" },
  live: { open: () => openLive(), close: closeLive, id: "" },
  pipeline: { open: () => openPipeline(), close: closePipeline, id: "" },
  grounding: { open: () => openGrounding(), close: closeGrounding, id: "" },
};
let shown = "";

/* Which view an address means: `#live`, `#incident=INC-1`, `#run=run_1`; nothing is the question box. */
function asked() {
  const said = new URLSearchParams(location.hash.slice(1));
  const named = Object.entries(VIEWS).find(([name, view]) => said.has(name) || (view.id && said.has(view.id)));
  const [name, view] = named ?? ["ask", VIEWS.ask];
  return { name, id: view.id ? (said.get(view.id) ?? "") : "" };
}

function open() {
  const { name, id } = asked();
  if (name !== shown) {
    VIEWS[shown]?.close?.();
    panel.close();
    for (const other of Object.keys(VIEWS)) byId(`view-${other}`).hidden = other !== name;
    byId("rail").hidden = name !== "ask";
    byId("frame").classList.toggle("wide", name !== "ask");
    shown = name;
  }
  drawTabs(name);
  drawLanguages();
  document.title = name === "ask" ? L.product : `${L.views[name]} – ${L.product}`;
  VIEWS[name].open(id);
}

const tabs = new Map(Object.keys(VIEWS).map((name) => [name, el("a", { href: `#${name}` }, L.views[name])]));

/* The same view in another language; the address says which, and it is kept. */
function drawLanguages() {
  const links = others.map((name) => el("a", { href: `?lang=${name}${location.hash}`, lang: name, class: "speak" }, L.languages[name]));
  document.querySelector(".speakers")?.remove();
  byId("tabs").after(el("span", { class: "speakers" }, ...links));
}

function drawTabs(current) {
  for (const [name, tab] of tabs) {
    if (name === current) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

async function refreshStatus() {
  const [ready, overview] = await Promise.all([api.isReady(), api.overview().catch(() => null)]);
  drawStrip(byId("strip"), ready, overview);
  if (learn(overview) && overview && isEmpty(overview)) showEmpty();
}

/* A skip by address would leave the view, as views are told by the address. */
function skip(event) {
  event.preventDefault();
  byId("main").focus();
}

show(byId("tabs"), [...tabs.values()]);
byId("skip").addEventListener("click", skip);
startAsking(panel);
addEventListener("hashchange", open);
setInterval(refreshStatus, 30_000);
refreshStatus();
open();
