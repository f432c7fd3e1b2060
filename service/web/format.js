/* Numbers, units and times as a reader sees them; times are UTC everywhere. */
import { language, locale } from "./language.js";

const UNITS = {
  en: { s: " s", min: " min", h: " h", d: " d", to: (from, to) => `${from} to ${to}`, yes: "yes", no: "no" },
  ko: { s: "초", min: "분", h: "시간", d: "일", to: (from, to) => `${from} ~ ${to}`, yes: "예", no: "아니요" },
}[language];
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
const rough = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export const number = (value) => (Number.isInteger(value) ? whole : precise).format(value);

export const short = (value) => (Math.abs(value) >= 10000 ? compact : rough).format(value);

export const withUnit = (text, unit) => (!unit || unit === "1" ? text : `${text} ${unit}`);

export const isTime = (value) => typeof value === "string" && TIME.test(value);

export function time(value) {
  const text = String(value).replace(/\.(\d{3})\d*/, ".$1").replace(/\.000(?=Z|$)/, "");
  return text.replace("T", " ").replace(/Z$|\+00:00$/, "");
}

export const minute = (value) => time(value).slice(0, 16);

export function span(start, end) {
  const [from, to] = [minute(start), minute(end)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${UNITS.to(from, to.slice(11))} UTC` : `${UNITS.to(from, to)} UTC`;
}

export function cell(value, column) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? UNITS.yes : UNITS.no;
  if (Array.isArray(value)) return value.map((item) => cell(item)).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return column?.type === "time" || isTime(value) ? time(value) : String(value);
}

export function took(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < 1) return "<1 ms";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)}${UNITS.s}`;
}

export function seconds(s) {
  if (s < 90) return `${rough.format(Math.max(0, s))}${UNITS.s}`;
  if (s < 5400) return `${Math.round(s / 60)}${UNITS.min}`;
  return s < 172800 ? `${Math.round(s / 3600)}${UNITS.h}` : `${Math.round(s / 86400)}${UNITS.d}`;
}

/* Bytes in the unit that suits them. */
export function size(bytes) {
  const step = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${rough.format(bytes / 1024 ** step)} ${["B", "KiB", "MiB", "GiB", "TiB"][step]}`;
}

export const rounded = (value) => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/* The time of day alone, for what is of today. */
export const clock = (value) => time(value).slice(11, 19);

export const between = (start, end) => seconds((new Date(end) - new Date(start)) / 1000);

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const words = (name) => String(name).replaceAll("_", " ");

export function utcInput(date) {
  return date.toISOString().slice(0, 16);
}
