/* The question box: question, examples, desk, time range, and the thread a question follows. */
import { el, show } from "./dom.js";
import { span, utcInput } from "./format.js";
import { L } from "./labels.js";

const T = L.ask;
const DAY_MS = 86_400_000;

function select(id, options) {
  return el("select", { id, name: id }, Object.entries(options).map(([value, text]) => el("option", { value }, text)));
}

const field = (text, control) => el("label", { class: "field" }, el("span", {}, text), control);

export class AskBox {
  constructor(form, onAsk, onStop) {
    Object.assign(this, { form, onAsk, onStop, newest: null, thread: null, isBusy: false });
    this.question = el("textarea", { id: "question", rows: "2", placeholder: T.placeholder, maxlength: "4000", autocomplete: "off" });
    this.button = el("button", { type: "submit", class: "go" }, T.submit);
    this.desk = select("desk", T.desks);
    this.range = select("range", T.ranges);
    this.from = el("input", { type: "datetime-local", id: "from" });
    this.to = el("input", { type: "datetime-local", id: "to" });
    this.custom = el("div", { class: "custom", hidden: true }, field(T.from, this.from), field(T.to, this.to));
    this.echo = el("p", { class: "quiet echo" });
    this.threadLine = el("p", { class: "thread-line", hidden: true });
    this.mistake = el("p", { class: "mistake", role: "alert", hidden: true });
    this.examples = el("ul", { class: "chips examples", "aria-label": T.examplesTitle }, T.examples.map((text) => this.example(text)));
    this.draw();
    this.listen();
  }

  draw() {
    show(
      this.form,
      el("label", { for: "question", class: "ask-label" }, T.label),
      this.threadLine,
      el("div", { class: "ask-row" }, this.question, this.button),
      this.mistake,
      el("div", { class: "ask-options" }, field(T.desk, this.desk), field(T.range, this.range), this.custom, this.echo),
      this.examples,
    );
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.isBusy) this.onStop();
      else this.submit();
    });
    this.question.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!this.isBusy) this.submit();
    });
    this.range.addEventListener("change", () => this.showRange());
  }

  example(text) {
    const use = () => {
      this.question.value = text;
      if (!this.isBusy) this.submit();
    };
    return el("li", {}, el("button", { type: "button", class: "chip", onclick: use }, text));
  }

  /* Data may be old: ranges then count back from the newest event, not from now. */
  knows(newest) {
    this.newest = newest ? new Date(newest) : null;
    this.showRange();
  }

  end() {
    const now = new Date();
    return this.newest && now - this.newest > DAY_MS ? new Date(this.newest.getTime() + 1000) : now;
  }

  window() {
    if (this.range.value === "all") return {};
    if (this.range.value !== "custom") {
      const end = this.end();
      return { from: new Date(end - Number(this.range.value.slice(1)) * 3_600_000).toISOString(), to: end.toISOString() };
    }
    const given = { from: this.from.value, to: this.to.value };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value).map(([name, value]) => [name, value.length === 16 ? `${value}:00Z` : `${value}Z`]));
  }

  showRange() {
    this.custom.hidden = this.range.value !== "custom";
    if (!this.custom.hidden && !this.to.value) {
      this.to.value = utcInput(this.end());
      this.from.value = utcInput(new Date(this.end() - DAY_MS));
    }
    const { from, to } = this.window();
    this.echo.textContent = from && to && this.custom.hidden ? span(from, to) : "";
  }

  wrong(text) {
    this.mistake.textContent = text;
    this.mistake.hidden = !text;
    return text;
  }

  submit() {
    const question = this.question.value.trim();
    const { from, to } = this.window();
    if (!question) return this.wrong(L.errors.empty) && this.question.focus();
    if (from && to && from >= to) return this.wrong(L.errors.dates);
    this.wrong("");
    const chosen = { desk: this.desk.value, thread_id: this.thread, from, to };
    const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
    return this.onAsk({ question, ...given });
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    this.examples.hidden = isBusy || Boolean(this.thread);
    this.button.textContent = isBusy ? T.stop : T.submit;
    this.button.classList.toggle("stop", isBusy);
    this.form.setAttribute("aria-busy", String(isBusy));
  }

  /* The thread the next question follows; null starts anew. */
  follow(threadId, turns) {
    this.thread = threadId;
    this.threadLine.hidden = !threadId;
    this.examples.hidden = Boolean(threadId);
    this.question.placeholder = threadId ? T.followUp : T.placeholder;
    show(this.threadLine, T.inThread(turns), " ", el("button", { type: "button", class: "link", onclick: () => this.leave() }, T.leaveThread));
  }

  leave() {
    this.follow(null, 0);
    this.form.dispatchEvent(new CustomEvent("leave"));
    this.question.value = "";
    this.question.focus();
  }
}
