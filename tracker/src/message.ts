// Messages in Segment's shape, with the context that Segment's own clients give, so that the same rules tell the channel.
import type { Properties } from "../index";
import { messageId, put, type Message } from "./outbox";
import { anonymousId, cookieless, silent, userId } from "./visitor";

/** Where something happened. */
export interface Place {
  path: string;
  referrer: string;
  search: string;
  title: string;
  url: string;
}

/** What one page view may send, so that a page that goes wild costs nobody anything. */
const MOST = 250;
let sent = 0;

export const another = (): void => {
  sent = 0;
};

/**
 * The page that is seen: what came `before` it (an address elsewhere, or the page before on a site that changes pages by
 * script), and its view while that is `untold`, because it waits for its title or for whatever else is told first.
 */
export const view: { before: string; untold?: (() => void) | undefined } = { before: document.referrer };

export const settlePage = (): void => {
  const tell = view.untold;
  view.untold = undefined;
  tell?.();
};

export const place = ({ pathname: path, search, href: url } = location): Place => ({
  path,
  referrer: view.before,
  search,
  title: document.title,
  url,
});

const campaign = (search: string): Record<string, string> | undefined => {
  let found: Record<string, string> | undefined;
  new URLSearchParams(search).forEach((value, name) => {
    if (name.startsWith("utm_")) (found ??= {})[name == "utm_campaign" ? "name" : name.slice(4)] = value;
  });
  return found;
};

/** Queues one call. `told`: its own fields, such as `event` and `properties`. */
export const add = (type: string, told: Record<string, unknown>, page: Place = place()): void => {
  if (type != "page") settlePage();
  if (silent() || sent++ >= MOST) return;
  const message: Message = {
    type,
    messageId: messageId(),
    originalTimestamp: new Date(),
    ...(!cookieless() && { anonymousId: anonymousId(), userId: userId() }),
    ...told,
    context: { page, campaign: campaign(page.search) },
  };
  put(message);
};

export const track = (event: string, properties?: Properties, page?: Place): void =>
  add("track", { event, properties }, page);

/** A text that was shown, short, with what may be somebody's address or number left out. */
export const shown = (text: unknown, most: number): string =>
  String(text)
    .replace(/\S+@\S+|\d[\d\s.-]{4,}\d/g, "*")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, most);
