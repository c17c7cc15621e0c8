// Page views, on sites that load each page and on sites that change them by script; how long each was looked at.
import type { Properties } from "../index";
import { add, another, place, settlePage, track, view, type Place } from "./message";
import { flush } from "./outbox";
import { options, watched } from "./options";
import { later, now, on, safe } from "./safe";

/** Frameworks name a page a moment after they have shown it. */
const NAMED_MS = 300;

/** Leaving is noticed more than once. */
const GLANCE_MS = 100;

let current: Place | undefined;
let looked = 0;
let since = 0;
let looking = false;
let deepest = 0;

export const page = (name?: string, properties?: Properties): void => {
  view.untold = undefined;
  end();
  another();
  current = place();
  deepest = 0;
  scrolled();
  add("page", { name, properties }, current);
};

/** How long the page was visible and had the focus since this was told last, and how far it was scrolled. */
const end = (): void => {
  settlePage();
  look();
  if (!current || looked < GLANCE_MS) return;
  track("Page Left", { visible_s: Math.round(looked) / 1_000, scroll_percent: deepest }, current);
  looked = 0;
};

const look = (): void => {
  if (looking) looked += now() - since;
  since = now();
  looking = !document.hidden && document.hasFocus();
};

const scrolled = (): void => {
  const whole = document.documentElement.scrollHeight;
  const seen = whole ? Math.round((100 * (scrollY + innerHeight)) / whole) : 0;
  deepest = Math.min(100, Math.max(deepest, seen));
};

const address = (): string => location.pathname + location.search + (options.hash == "on" ? location.hash : "");

/** Notices that a script has put another page in the place of this one. */
const follow = (): void => {
  let last = address();
  let href = location.href;
  const changed = safe(() => {
    if (address() == last) return;
    end();
    current = undefined;
    view.before = href;
    last = address();
    href = location.href;
    view.untold = page;
    later(settlePage, NAMED_MS);
  });
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (...given: Parameters<typeof original>) {
      original.apply(this, given);
      changed();
    };
  }
  on(window, "popstate hashchange", changed);
};

export const beginPages = (): void => {
  on(window, "scroll", scrolled);
  on(window, "focus blur", look);
  on(window, "visibilitychange", () => (document.hidden ? leave() : look()));
  on(window, "pagehide", leave);
  if (!watched("pages")) return;
  page();
  follow();
  on<PageTransitionEvent>(window, "pageshow", (event) => event.persisted && page());
};

const leave = (): void => {
  end();
  flush(true);
};
