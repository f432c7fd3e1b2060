/* What the page says of claims, of advice, of what evidence rests on, and of grounding over many runs. */
const claims = {
  corrected: "corrected",
  correctedMeans: "Code put in the one value that its evidence allows.",
  wasSaid: (name, said, now) => `${name}: said ${said}, the evidence says ${now}`,
  wasSaidOnly: (name, said) => `${name}: said ${said}`,
  slots: {
    value: "value", subject: "subject", unit: "unit", window: "window", direction: "direction", change_pct: "change in %", change: "change", metric: "metric",
    order: "order", rank: "rank", first: "first", second: "second", at: "time", what: "what", by: "by", items: "names", agg: "aggregate", count: "count",
  },
  why: "Why it is only likely",
  removedHint: "These were drafted and did not stand. They are no part of the answer.",
};

const grounded = {
  how: "How the score came about",
  score: "Score",
  product: (g, precision, coverage) => `${g} = 100 × ${precision} × ${coverage}`,
  precision: "Claims that hold",
  precisionMeans: (n) => `weighted share of the ${n} published claims; causes and advice weigh most`,
  coverage: "Words covered",
  coverageMeans: "share of the figures, names and times in the answer that a claim accounts for",
  draft: "As drafted",
  draftTold: (draft, claims, now, published) => `${draft} over ${claims} claims; as published ${now} over ${published}`,
  citations: "Citations",
  citationsTold: (precision, recall) => `${precision} of the cited evidence is needed, ${recall} of the claims are borne out by theirs`,
  gate: "Gate",
  gates: { pass: "passed", flag: "passed with flags: read the marks", revise: "not passed: read it as a lead, not as a fact" },
  none: "not measured",
};

const advice = {
  title: "For a person to approve",
  note: "from the catalogue of actions; nothing is carried out by itself",
  target: "target",
  reversible: { true: "can be undone", false: "cannot be undone" },
  restsOn: "Rests on:",
};

const steering = {
  title: (rows) => `Text in the data tries to steer the analyst: ${rows} ${rows === 1 ? "row" : "rows"}.`,
  means: "It was read as data, never as an instruction, and nothing in those rows counts in favour of anything.",
  seenIn: "Seen in",
  quote: "What it says",
  rows: (id, n) => `${id}: ${n} ${n === 1 ? "row" : "rows"}`,
};

const source = {
  trust: "Trust",
  outside: "text of outsiders",
  outsideMeans: "Written by whoever sends the data. It is quoted, never obeyed, and carries no verdict by itself.",
  operator: "text of operators",
  platform: (n) => `${n} columns counted by the platform itself`,
  hidden: (n) => (n === 1 ? "1 column is empty in every row and not drawn" : `${n} columns are empty in every row and not drawn`),
  statuses: { ok: "complete", empty: "empty: it looked and found nothing", error: "failed", timeout: "took too long" },
  truncated: "cut: there are more rows than these",
  sampled: "sampled: counts are estimates",
  statement: "SQL of the template, and whether the snapshot is intact",
  composed: "This look-up is put together from several others by code; it has no statement of its own. A replay runs all of it.",
  changed: "The template has changed since: this is its SQL now, not the one that was asked.",
  intact: "The snapshot is as it was saved.",
  given: "Given:",
};

const grounding = {
  title: "Grounding",
  lead: "How much of what was answered stood when code recomputed it, and what did not.",
  window: "Answers of",
  windows: { 1: "the last 24 hours", 7: "the last 7 days", 30: "the last 30 days", 365: "the last 365 days" },
  none: "No answer was checked in this time.",
  tiles: { rate: "Claims that stood", claims: "Claims judged", failed: "Did not stand", corrected: "Corrected", mean: "Mean G", runs: "Answers" },
  rateOf: (n, all) => `${n} of ${all} claims in scope`,
  outOfScope: (n) => `${n} outside what can be checked`,
  failedOf: (wrong, open) => `${wrong} contradicted, ${open} not checked; removed or marked`,
  correctedOf: "the one right value put in by code",
  meanOf: (draft, median) => `draft ${draft}; median ${median}`,
  notGraded: (n) => `${n} without a score`,
  histogram: "Answers by their score G",
  series: { draft_score: "as drafted", score: "as published" },
  bucket: (name, from, to, n) => `${name}, G ${from === to ? to : `${from} to ${to}`}: ${n}`,
  tables: { by_kind: "By kind of claim", by_desk: "By desk", by_prompt_version: "By prompt version", by_reason: "Why they did not stand" },
  columns: { name: "Name", claims: "Judged", contradicted: "Contradicted", unverified: "Not checked", stood: "Stood" },
  noneFailed: "Every claim stood.",
  patterns: "Most frequent shapes of claims that did not stand",
  patternsNote: "claims without their values; share of all that were judged",
  patternColumns: ["Times", "Share", "Verdict", "Kind", "Look-up", "Column", "Reason", "For example"],
  kinds: {
    quantity: "quantity", comparison: "comparison", trend: "trend", entity: "name", absence: "absence", temporal: "time", causal: "cause", past_incident: "earlier incident",
    quote: "quote", recommendation: "advice", text: "plain text",
  },
  desks: { sre: "SRE", security: "Security", efficiency: "Efficiency", briefer: "Briefings", writer: "Writer", other: "other", "": "none" },
  families: {
    unbound: "bound to nothing", "no such cell": "no such cell", "no data": "no data", "list was cut": "the list was cut", "wrong value": "wrong value", "wrong subject": "wrong subject",
    "wrong column": "wrong column", "wrong unit": "wrong unit", "wrong window": "wrong window", "wrong order or rank": "wrong order or rank", "wrong incident": "wrong incident",
    "words not covered": "words nothing covers", "could not be read": "could not be read", malformed: "malformed", "cause not shown": "cause not shown",
    "advice not justified": "advice not justified", "outsiders' words only": "outsiders' words only", "not checked": "not checked", other: "other",
  },
};

export const PROOF = { claims, grounded, advice, steering, source, grounding };
