/* The service's routes: JSON in, JSON out, and the event stream of a chat. */
import { L } from "./labels.js";

export class Problem extends Error {
  constructor(detail, status = 0) {
    super(detail);
    this.status = status;
  }
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === "string" ? body.detail : "";
  return new Problem(detail || body.title || `${response.status} ${response.statusText}`, response.status);
}

async function request(path, options = {}) {
  const response = await fetch(path, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem(L.errors.network);
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

const json = async (path) => (await request(path, { headers: { Accept: "application/json" } })).json();

export const read = (name) => json(`api/${name}`);

export async function send(name, body, method = "POST") {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return (await request(`api/${name}`, { method, headers, body: JSON.stringify(body) })).json();
}

export const overview = () => json("api/overview");
export const runs = () => json("api/runs");
export const run = (id) => json(`api/runs/${encodeURIComponent(id)}`);
export const evidenceLink = (uid) => `api/evidence/${encodeURIComponent(uid)}`;

export async function isReady() {
  const response = await fetch("health/ready").catch(() => null);
  return response ? response.ok : null;
}

function eventOf(block) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}

async function* eventsIn(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest = (rest + (value ?? "")).replaceAll("\r\n", "\n");
    const blocks = rest.split("\n\n");
    rest = done ? "" : blocks.pop();
    yield* blocks.map(eventOf).filter(Boolean);
    if (done) return;
  }
}

/* Asks a question; yields {name, data} as they come. Raises Problem for a refusal. */
export async function* ask(body, signal) {
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const response = await request("api/chat", { method: "POST", headers, body: JSON.stringify(body), signal });
  yield* eventsIn(response.body);
}
