/* Which language the page speaks: ?lang=, else what was chosen before, else what the service is set to, else the browser's. */
const KNOWN = ["en", "ko"];
const KEPT = "watchfloor.language";

const known = (name) => KNOWN.find((one) => String(name ?? "").toLowerCase().startsWith(one));

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage may be forbidden; the page then asks the browser each time
  }
}

function keep(name) {
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    return; // likewise
  }
}

const asked = known(new URLSearchParams(location.search).get("lang"));
if (asked) keep(asked);

const set = known(document.documentElement.dataset.language);
const browsers = (navigator.languages ?? [navigator.language]).map(known).find(Boolean);

export const language = asked ?? known(kept()) ?? set ?? browsers ?? "en";
export const locale = { en: "en-US", ko: "ko-KR" }[language];

document.documentElement.lang = language;

export const others = KNOWN.filter((name) => name !== language);
