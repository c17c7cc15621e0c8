// The tracker's face: what a page can call, what it called before this was loaded, and the start.
import type { Consent, Options, Periplo, Properties } from "../index";
import { beginFrictions } from "./frictions";
import { add, track } from "./message";
import { options } from "./options";
import { beginSending, flush, settle } from "./outbox";
import { beginPages, page } from "./pages";
import { beginResume, onResume, resumeLink } from "./resume";
import { on, prerendering, safe } from "./safe";
import { anonymousId, choose, forget, know } from "./visitor";

declare global {
  const VERSION: string;
}

const script = document.currentScript as HTMLScriptElement | null;
let started = false;

const init = (given: Partial<Options>): void => {
  if (started || !given.key) return;
  started = true;
  Object.assign(options, { host: script?.src ?? location.href }, given);
  if (prerendering()) on(document, "prerenderingchange", begin);
  else begin();
};

const begin = (): void => [beginResume, beginSending, beginPages, beginFrictions].forEach((part) => safe(part)());

const own = {
  version: VERSION,
  init,
  track: (event: string, properties?: Properties) => track(event, properties),
  page,
  identify(user: string | Properties, traits?: Properties) {
    if (typeof user == "object") traits = user;
    else know({ u: String(user) });
    add("identify", { traits });
  },
  alias: (user: string, previousId: string = anonymousId()) => {
    know({ u: user });
    add("alias", { previousId });
  },
  consent(choice: Consent) {
    choose(choice);
    settle();
  },
  reset: forget,
  flush: () => flush(),
  resumeLink,
  onResume,
  ready: (then: (periplo: Periplo) => void) => then(face),
};

/** `productAddedToWishlist` → `Product Added to Wishlist`: all 28 events of Ecommerce v2 are told by this. */
const VERB = /^[a-z]+[A-Z]\w*ed(To|From|$)/;
const eventOf = (verb: string): string =>
  verb
    .replace(/[A-Z]/g, " $&")
    .replace(/^.| To | From /g, (found) => (found[1] ? found.toLowerCase() : found.toUpperCase()));

const face = new Proxy(own, {
  get: safe((target: typeof own, name: string) => {
    const found: unknown = target[name as keyof typeof own];
    if (typeof found == "function") return safe(found as () => unknown);
    return found || (VERB.test(name) ? (told?: Properties) => face.track(eventOf(name), told) : undefined);
  }),
}) as unknown as Periplo;

/** The stub, where the page has one: `[name, arguments]` of each call. Only the tracker has a version in words. */
const called = (window.periplo ?? []) as unknown as Periplo & [keyof Periplo, unknown[]][];
if (typeof called.version != "string") {
  window.periplo = face;
  safe(() => init(script!.dataset as Partial<Options>))();
  [...called].forEach(([name, given]) => (face[name] as (...given: unknown[]) => void)(...given));
}
