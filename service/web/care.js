/* What people do with an incident: buttons and forms that say why when the service refuses. */
import * as api from "./api.js";
import { el } from "./dom.js";
import { minute } from "./format.js";
import { L } from "./labels.js";

const T = L.incidents;
const NAME = "watchfloor.name";

const remembered = () => localStorage.getItem(NAME) ?? "";

/* Who acts: the name given with the last comment, else the page. */
const who = () => remembered() || T.you;

const path = (incident, verb) => `incidents/${encodeURIComponent(incident.incident_id)}/${verb}`;

/* Runs a change; the control waits meanwhile, and a refusal stands beside it. */
async function tried(control, mistake, change) {
  mistake.hidden = true;
  control.disabled = true;
  control.classList.add("busy");
  try {
    await change();
  } catch (error) {
    mistake.textContent = `${L.errors.title}: ${error.message}`;
    mistake.hidden = false;
  } finally {
    control.disabled = false;
    control.classList.remove("busy");
  }
}

const mistakeLine = () => el("p", { class: "mistake", role: "alert", hidden: true });

function button(text, hold, mistake, change) {
  const made = el("button", { type: "button", class: "plain", "data-hold": hold }, text);
  made.addEventListener("click", () => tried(made, mistake, change));
  return made;
}

/* The steps an incident can take from where it is. */
function steps(incident) {
  const isOver = incident.status === "resolved";
  const open = { acknowledge: !isOver && !incident.acknowledged_at, confirm: !incident.confirmed_by, analyze: true, resolve: !isOver };
  return Object.keys(open).filter((verb) => open[verb]);
}

export function actions(incident, again) {
  const mistake = mistakeLine();
  const word = (verb) => (verb === "analyze" && !incident.run_ids.length ? T.firstLook : T.acts[verb]);
  const step = (verb) => button(word(verb), verb, mistake, async () => {
    await api.send(path(incident, verb), verb === "analyze" ? {} : { by: who() });
    await again();
  });
  return el("div", { class: "care" }, el("div", { class: "controls" }, steps(incident).map(step), incident.status !== "resolved" && assigning(incident, mistake, again)), mistake);
}

function assigning(incident, mistake, again) {
  const to = el("input", { type: "text", id: "assignee", value: incident.assignee, maxlength: "80", placeholder: T.nobody, autocomplete: "off", "data-hold": "to" });
  const go = el("button", { type: "submit", class: "plain", "data-hold": "assign" }, T.assign);
  const give = (event) => {
    event.preventDefault();
    return tried(go, mistake, async () => {
      await api.send(path(incident, "assign"), { to: to.value.trim() });
      await again();
    });
  };
  return el("form", { class: "inline", onsubmit: give }, el("label", { class: "field" }, el("span", {}, T.assignee), to), go);
}

/* The form stays as it is while the incident is drawn again, so nothing typed is lost. */
export function commentForm(incident, again) {
  const mistake = mistakeLine();
  const by = el("input", { type: "text", id: "comment-by", value: remembered(), maxlength: "80", placeholder: T.you, autocomplete: "name" });
  const text = el("textarea", { id: "comment-text", rows: "2", maxlength: "10000", placeholder: T.commentHint, "aria-label": T.commentHint });
  const go = el("button", { type: "submit", class: "plain" }, T.comment);
  const write = (event) => {
    event.preventDefault();
    if (!text.value.trim()) return text.focus();
    return tried(go, mistake, async () => {
      localStorage.setItem(NAME, by.value.trim());
      await api.send(path(incident, "comment"), { by: who(), text: text.value.trim() });
      text.value = "";
      await again();
    });
  };
  return el("form", { class: "comment", onsubmit: write }, text, el("div", { class: "controls" }, el("label", { class: "field" }, el("span", {}, T.yourName), by), go), mistake);
}

export function comments(incident) {
  const item = (comment) => el("li", {}, el("strong", {}, comment.author), " ", el("time", { class: "quiet", datetime: comment.at }, `${minute(comment.at)} UTC`), el("p", {}, comment.text));
  return incident.comments.length ? el("ul", { class: "comments" }, incident.comments.map(item)) : el("p", { class: "quiet" }, T.noComments);
}

export function notices(drafts, again) {
  return drafts.length > 0 && el("section", {}, el("h3", {}, T.drafts, el("span", { class: "of" }, T.draftsNote)), el("ul", { class: "cards" }, drafts.map((draft) => notice(draft, again))));
}

function notice(draft, again) {
  const mistake = mistakeLine();
  const decide = (verb) => button(T[verb], `${draft.alert_id} ${verb}`, mistake, async () => {
    await api.send(`drafts/${encodeURIComponent(draft.alert_id)}/${verb}`, { by: who() });
    await again();
  });
  const tone = { approved: "good", rejected: "bad" }[draft.state] ?? "";
  const decided = draft.decided_by && el("span", { class: "quiet" }, T.decidedBy(draft.decided_by));
  return el(
    "li", { class: "card draft-card" },
    el("p", { class: "card-head" }, el("strong", {}, draft.subject), el("span", { class: "tag" }, T.draftKinds[draft.alert_type] ?? draft.alert_type), el("span", { class: `tag ${tone}` }, T.draftStates[draft.state] ?? draft.state), decided),
    el("pre", {}, draft.body),
    draft.state === "draft" && el("div", { class: "controls" }, decide("approve"), decide("reject")), mistake,
  );
}
