/* Which cells of an evidence a binding's path means. */
const ROW = /^rows\[(.*)\]\.([^.\[\]]+)$/s;
const TOTAL = /^aggregates\.(.+)$/;

function conditions(inside, columns) {
  const names = columns.map((column) => column.name).join("|");
  if (!names) return [];
  const parts = inside.split(new RegExp(`,\\s*(?=(?:${names})=)`));
  return parts.map((part) => {
    const cut = part.indexOf("=");
    return [part.slice(0, cut).trim(), part.slice(cut + 1).replace(/^"(.*)"$/s, "$1")];
  });
}

function rowsMeant(inside, evidence) {
  const all = evidence.rows.map((_, index) => index);
  if (inside === "*") return all;
  if (/^\d+$/.test(inside)) return all.filter((index) => index === Number(inside));
  const wanted = conditions(inside, evidence.columns);
  return all.filter((index) => wanted.every(([name, value]) => String(evidence.rows[index][name]) === value));
}

/* {rows: [index], column} or {aggregate} or {whole: true} when the path means the whole evidence. */
export function target(path, evidence) {
  const total = TOTAL.exec(path);
  if (total) return { aggregate: total[1], rows: [] };
  const row = ROW.exec(path);
  if (row) return { rows: rowsMeant(row[1], evidence), column: row[2] };
  return { rows: [], whole: true };
}

/* Every bound cell of a claim in one evidence, as a map "row/column" or "total/name" → role. */
export function boundCells(claim, evidence) {
  const cells = new Map();
  for (const binding of claim?.bind ?? []) {
    if (binding.evidence !== evidence.id) continue;
    const meant = target(binding.path, evidence);
    if (meant.aggregate) cells.set(`total/${meant.aggregate}`, binding.role);
    for (const row of meant.rows) cells.set(`${row}/${meant.column}`, binding.role);
  }
  return cells;
}
