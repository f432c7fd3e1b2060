/* The ask view: a question, its steps as they happen, and its answer. */
import * as api from "./api.js";
import { answerNodes } from "./answer.js";
import { AskBox } from "./ask.js";
import { byId, el, show } from "./dom.js";
import { L } from "./labels.js";
import { drawRuns } from "./runs.js";
import { emptyState } from "./status.js";
import { Timeline } from "./timeline.js";

const turns = [];
let panel = null;
let timeline = null;
let box = null;
let running = null;
let current = "";
let find = () => null;

/* Evidence of this view's answer, also after another view used the panel. */
function serve(lookUp) {
  find = lookUp;
  panel.serve(find);
}

function notice(text) {
  show(byId("notice"), text && el("p", { class: "notice bad", role: "alert" }, el("strong", {}, `${L.errors.title}. `), text));
}

function draw(analysis) {
  const known = new Map((analysis.evidence ?? []).map((evidence) => [evidence.id, evidence]));
  serve((id) => known.get(id) ?? null);
  show(byId("answer"), answerNodes(analysis, panel));
  current = analysis.run_id;
}

/* On a phone the question box fills the screen: what happens next is scrolled to. */
function bringUp(place) {
  if (matchMedia("(max-width: 620px)").matches) place.scrollIntoView({ block: "start" });
}

function drawThread() {
  const earlier = turns.slice(0, -1).reverse();
  const items = earlier.map((turn) =>
    el("li", {}, el("a", { href: `#run=${encodeURIComponent(turn.run_id)}`, class: "turn" }, el("strong", {}, turn.question), el("span", {}, turn.headline))),
  );
  show(byId("thread"), items.length > 0 && [el("h3", {}, L.answer.thread), el("ol", { class: "turns" }, items)]);
}

function finished(analysis) {
  timeline.finish(analysis.usage?.total_ms);
  draw(analysis);
  turns.push({ run_id: analysis.run_id, question: analysis.question, headline: analysis.headline });
  box.question.value = "";
  box.follow(analysis.thread_id, turns.length);
  drawThread();
  history.replaceState(null, "", `#run=${encodeURIComponent(analysis.run_id)}`);
  timeline.say(analysis.headline);
  bringUp(byId("answer"));
}

async function listen(body, signal) {
  for await (const { name, data } of api.ask(body, signal)) {
    if (name === "error") throw new api.Problem(data.detail ?? data.title ?? data.problem?.detail ?? L.errors.lost);
    if (name === "final") return data;
    timeline.on(name, data);
  }
  throw new api.Problem(L.errors.lost);
}

async function ask(body) {
  running = new AbortController();
  box.busy(true);
  notice("");
  show(byId("answer"));
  serve((id) => timeline.evidence.get(id) ?? null);
  timeline.start();
  bringUp(byId("steps"));
  try {
    finished(await listen(body, running.signal));
  } catch (error) {
    timeline.stop();
    if (error.name !== "AbortError") notice(error.message);
  } finally {
    running = null;
    box.busy(false);
    refreshRuns();
  }
}

/* What people asked; analyses that started by themselves stand with their incidents and briefings. */
async function refreshRuns() {
  const listed = await api.runs().catch(() => []);
  const asked = listed.filter((run) => ["question", "", undefined].includes(run.trigger));
  drawRuns(byId("runs"), asked.slice(0, 30), current);
}

export async function openRun(id) {
  refreshRuns();
  panel.serve(find);
  if (!id || id === current || running) return;
  try {
    const analysis = await api.run(id);
    if (!analysis.claims) throw new api.Problem(`${analysis.status === "failed" ? L.answer.failed : L.errors.unfinished} “${analysis.question}”`);
    timeline.clear();
    notice("");
    turns.splice(0, turns.length, { run_id: analysis.run_id, question: analysis.question, headline: analysis.headline });
    draw(analysis);
    box.follow(analysis.thread_id, 1);
    drawThread();
    document.querySelector(".headline")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  } catch (error) {
    notice(error.message);
  }
  refreshRuns();
}

/* What the strip knows of the stored data. */
export function learn(overview) {
  box.knows(overview?.newest);
  return !byId("answer").hasChildNodes() && !running;
}

export const showEmpty = () => show(byId("answer"), emptyState());

function leave() {
  turns.length = 0;
  current = "";
  show(byId("answer"));
  panel.close();
  timeline.clear();
  drawThread();
  history.replaceState(null, "", location.pathname);
  refreshRuns();
}

export function startAsking(sidePanel) {
  panel = sidePanel;
  timeline = new Timeline(byId("steps"), byId("spoken"), (id, opener) => panel.openEvidence(id, opener));
  box = new AskBox(byId("ask"), ask, () => running?.abort());
  byId("runs-title").textContent = L.runs.title;
  byId("runs-fold").open = matchMedia("(min-width: 1000px)").matches;
  byId("ask").addEventListener("leave", leave);
}
