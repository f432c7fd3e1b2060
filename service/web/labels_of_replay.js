/* What the replay of evidence says. */
const many = (n, thing) => (n === "1" ? `1 ${thing}` : `${n} ${thing}s`);

export const REPLAY = {
  title: "Replay",
  hint: "Asks the store the same question again: same template, parameters and window.",
  button: "Replay this look-up",
  asking: "Asking again …",
  same: (rows) => `The same: ${many(rows, "row")}, equal to the last digit.`,
  differs: (what) => `It differs now: ${what}.`,
  elsewhere: "rows in scope or status",
  damaged: "The kept snapshot is not the one that was saved.",
  added: (n) => `${many(n, "row")} more`,
  removed: (n) => `${many(n, "row")} fewer`,
  cells: (n) => `${many(n, "cell")} changed`,
  totals: (n) => `${many(n, "total")} changed`,
  changed: "What changed",
  plus: "new",
  minus: "gone",
  moreRows: (n) => `and ${many(n, "row")} more`,
  row: "Row",
  column: "Column",
  total: "Total",
  was: "Then",
  now: "Now",
  hashes: "SHA-256",
};
