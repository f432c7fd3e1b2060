/* Findings as a table that sorts, and says how many of them it shows. */
import { el, show } from "./dom.js";
import { minute, number, time, words } from "./format.js";
import { L } from "./labels.js";

const T = L.findings;
const FIRST = 10;
const SEVERITIES = ["none", "low", "medium", "high", "critical"];
const NUMERIC = new Set(["count"]);

const sortable = {
  severity: (finding) => SEVERITIES.indexOf(finding.severity),
  kind: (finding) => finding.kind,
  entity: (finding) => finding.entity?.value ?? "",
  count: (finding) => finding.count ?? 0,
  succeeded: (finding) => Number(finding.succeeded === true),
  accounts: (finding) => finding.accounts?.length ?? 0,
  first_seen: (finding) => finding.first_seen ?? "",
  last_seen: (finding) => finding.last_seen ?? "",
  technique: (finding) => finding.technique ?? "",
};

function accounts(finding) {
  const names = finding.accounts ?? [];
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} +${names.length - 3}` : names.join(", ");
}

const seen = (at) => (at ? el("time", { datetime: at, title: `${time(at)} UTC` }, minute(at)) : "");

const cells = {
  severity: (finding) => el("span", { class: `tag sev-${finding.severity}` }, L.answer.severity[finding.severity] ?? finding.severity),
  kind: (finding) => words(finding.kind),
  entity: (finding) => [el("span", { class: "quiet" }, `${words(finding.entity?.type ?? "")} `), el("code", {}, finding.entity?.value ?? "")],
  count: (finding) => number(finding.count ?? 0),
  succeeded: (finding) => (finding.succeeded === true ? el("span", { class: "tag sev-critical" }, T.yes) : finding.succeeded === false ? T.no : ""),
  accounts: (finding) => el("span", { title: (finding.accounts ?? []).join(", ") }, accounts(finding)),
  first_seen: (finding) => seen(finding.first_seen),
  last_seen: (finding) => seen(finding.last_seen),
  technique: (finding) => finding.technique ?? "",
};

/* Columns in which at least one finding has something to say. */
function used(findings) {
  const says = (finding, name) => {
    const value = name === "entity" ? finding.entity?.value : finding[name];
    return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "";
  };
  return Object.keys(cells).filter((name) => findings.some((finding) => says(finding, name)));
}

export class Findings {
  constructor(findings, openEvidence) {
    Object.assign(this, { findings, openEvidence, columns: used(findings), by: null, down: true, all: false });
    this.place = el("section", { class: "findings" });
    this.draw();
  }

  ordered() {
    if (!this.by) return this.findings;
    const [value, sign] = [sortable[this.by], this.down ? -1 : 1];
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    return [...this.findings].sort((a, b) => sign * compare(value(a), value(b)));
  }

  sort(name) {
    this.down = this.by === name ? !this.down : true;
    this.by = name;
    this.draw();
    this.place.querySelector(`[data-sort="${name}"]`)?.focus();
  }

  head(name) {
    const order = this.by === name ? (this.down ? "descending" : "ascending") : null;
    const arrow = order ? el("span", { "aria-hidden": "true" }, this.down ? " ↓" : " ↑") : null;
    const title = T.columns[name];
    const button = el("button", { type: "button", class: "sort", "data-sort": name, title: T.sort(title), onclick: () => this.sort(name) }, title, arrow);
    return el("th", { scope: "col", class: NUMERIC.has(name) ? "num" : null, "aria-sort": order }, button);
  }

  row(finding) {
    const links = (finding.evidence ?? []).map((id) =>
      el("button", { type: "button", class: "link", onclick: (event) => this.openEvidence(id, event.currentTarget) }, id),
    );
    const shape = (name) => (NUMERIC.has(name) ? "num" : "when");
    return el("tr", {}, this.columns.map((name) => el("td", { class: shape(name) }, cells[name](finding))), el("td", {}, links));
  }

  draw() {
    const ordered = this.ordered();
    const shown = this.all ? ordered : ordered.slice(0, FIRST);
    const more = this.findings.length > FIRST;
    const toggle = () => {
      this.all = !this.all;
      this.draw();
      this.place.querySelector(".more")?.focus();
    };
    show(
      this.place,
      el("h3", {}, T.title, el("span", { class: "of" }, T.shown(number(shown.length), number(this.findings.length)))),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": T.title },
        el("table", { class: "grid" },
          el("thead", {}, el("tr", {}, this.columns.map((name) => this.head(name)), el("th", { scope: "col" }, T.columns.evidence))),
          el("tbody", {}, shown.map((finding) => this.row(finding))))),
      more && el("button", { type: "button", class: "plain more", onclick: toggle }, this.all ? T.fewer : T.all(number(this.findings.length))),
    );
  }
}
