// Where a page does not do what it should: rage, dead and slow clicks, forms begun and sent, errors shown.
// Never a value that somebody typed.
import { shown, track } from "./message";
import { watched } from "./options";
import { later, now, on } from "./safe";

const RAGE = { clicks: 3, ms: 1_000, px: 30 };
const DEAD_MS = 2_500;
const SLOW_MS = 3_000;
const ERRORS_MS = 200;

const TYPED = "input:not([type=submit],[type=button],[type=image]),textarea,select,[contenteditable]";
const PRESSED = "a,button,summary,input,[role=button],[role=link],[role=tab]";
/** Another tab, program or file answers these. */
const ELSEWHERE = "[download],[target=_blank],[href^=mailto],[href^=tel]";
const ALERT = "[role=alert],[data-periplo-error]";

/** When the page last answered in any way. */
let answered = 0;
const answer = (): void => {
  answered = now();
};

export const beginFrictions = (): void => {
  if (watched("clicks")) watchClicks();
  if (watched("forms")) watchForms();
  if (watched("errors")) watchErrors();
};

const watchPage = (changed: () => void): void =>
  new MutationObserver(changed).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

const watchClicks = (): void => {
  let recent: { at: number; x: number; y: number }[] = [];
  watchPage(answer);
  on(window, "scroll input change play blur pagehide popstate hashchange", answer);
  on<MouseEvent>(document, "click", (event) => {
    const target = event.target as Element;
    if (target.closest(TYPED)) return;
    const { clientX: x, clientY: y } = event;
    const at = now();
    recent = recent.filter((one) => at - one.at < RAGE.ms && Math.hypot(one.x - x, one.y - y) <= RAGE.px);
    if (recent.push({ at, x, y }) == RAGE.clicks) tell("rage", target);
    const pressed = target.closest<HTMLAnchorElement & HTMLButtonElement>(PRESSED);
    if (!pressed || recent[1] || event.ctrlKey || event.metaKey || pressed.matches(ELSEWHERE)) return;
    const silent = (): boolean => answered < at;
    later(() => {
      if (!silent()) return;
      // One verdict per click: slow where another page is on its way, else dead.
      if (event.defaultPrevented || !leads(pressed)) tell("dead", pressed);
      else later(() => silent() && tell("slow", pressed), SLOW_MS - DEAD_MS);
    }, DEAD_MS);
  });
};

const leads = ({ href, form, type }: HTMLAnchorElement & HTMLButtonElement): boolean =>
  href ? /^http/.test(href) && href.split("#")[0] != location.href.split("#")[0] : !!form && /submit|image/.test(type);

const tell = (click: string, element: Element): void =>
  track("Element Clicked", {
    click,
    element: element.localName + (element.id && "#" + element.id),
    text: shown(element.textContent, 50),
  });

const watchForms = (): void => {
  const started = new WeakSet<Element>();
  const form = (event: string, of: HTMLFormElement, field?: string): void =>
    track(event, {
      form: ["id", "name", "action"].map((name) => of.getAttribute(name)?.split("?")[0]).find(Boolean),
      field,
    });
  on(document, "input change", ({ target }) => {
    const { form: of, name } = target as HTMLInputElement;
    if (!of || started.has(of)) return;
    started.add(of);
    form("Form Started", of, name);
  });
  on(document, "submit", ({ target }) => form("Form Submitted", target as HTMLFormElement));
};

const watchErrors = (): void => {
  const told: Record<string, unknown> = {};
  let soon: number | undefined;
  /** Once per page. */
  const error = (kind: string, what: unknown, where?: string): void => {
    const message = shown(what, 120);
    if (message && !told[kind + message]) track("Error Shown", (told[kind + message] = { kind, message, where }));
  };
  const look = (): void => {
    soon ??= later(() => {
      soon = undefined;
      for (const alert of document.querySelectorAll(ALERT)) if (alert.getClientRects()[0]) error("alert", alert.textContent);
    }, ERRORS_MS);
  };
  on<ErrorEvent>(window, "error", ({ message, filename, lineno }) => {
    if (message) error("script", message, filename.split("?")[0] + ":" + lineno);
  });
  on<PromiseRejectionEvent>(window, "unhandledrejection", ({ reason }) => error("promise", reason?.message ?? reason));
  watchPage(look);
  look();
};
