// What waits to be sent: in local storage where the visitor allows it, so that it survives the page, else in memory.
// An event leaves only when the collector has answered for it. Whatever arrives twice has the same messageId.
import { allowed, consent, cookieless, know, silent } from "./visitor";
import { later, now, on, prerendering, random, safe } from "./safe";
import { options } from "./options";

export interface Message {
  type: string;
  messageId: string;
  /** By the device's clock, right or wrong: `sentAt` less this is the event's age, and that is all the server uses. */
  originalTimestamp: string | Date;
  anonymousId?: string | undefined;
  userId?: string | undefined;
  [name: string]: unknown;
}

const PREFIX = "periplo.";
const WAIT_MS = 1_000;
const SEND_AT = 20;
/** At most this many characters wait; the oldest go first. */
const WAITING = 256_000;
/** A browser lets a page that is left send 64 KB; a character takes up to three bytes. */
const BODY = 20_000;
/** The collector takes no larger event, in bytes. */
const EVENT = 32_000;
const SLOWEST_MS = 300_000;
/** What has not been sent in a month is no longer news; older only where the device's clock was set meanwhile. */
const MONTH_MS = 2_592_000_000;

/** What can be told of nobody. */
const PLAIN = /track|page/;
const PATIENCE_MS = 20_000;

type Box = Record<string, string>;

const memory: Box = {};
/** When what this page has seen happened, by its own clock. */
const seen: Record<string, number> = {};
const flying = new Set<string>();
let counter = 0;
let timer: number | undefined;
let failures = 0;
let notBefore = 0;

const disk = (): Box => {
  try {
    if (allowed()) return (localStorage as unknown as Box | null) || memory;
  } catch {
    // blocked: this page's memory has to do
  }
  return memory;
};

const waiting = (box: Box): string[] =>
  Object.keys(box)
    .filter((key) => key.startsWith(PREFIX))
    .sort();

/** Sorts by time, then in the order of one page; no two pages make the same. */
export const messageId = (): string =>
  Date.now().toString(36) + (46_656 + counter++).toString(36) + random();

export const put = (message: Message): void => {
  const key = PREFIX + message.messageId;
  const text = JSON.stringify(message);
  if (new Blob([text]).size > EVENT) return;
  seen[key] = now();
  store(key, text);
  wake(count() < SEND_AT ? WAIT_MS : 0);
};

const store = (key: string, text: string): void => {
  for (const box of [disk(), memory]) {
    try {
      box[key] = text;
      let total = 0;
      for (const one of waiting(box).reverse()) if ((total += box[one]!.length) > WAITING) delete box[one];
      return;
    } catch {
      // full or blocked
    }
  }
};

const count = (): number => new Set([...waiting(disk()), ...waiting(memory)]).size;

export const wake = (ms: number): void => {
  const due = Math.max(ms, notBefore - now());
  if (ms < WAIT_MS) clearTimeout(timer), (timer = undefined);
  timer ??= later(() => {
    timer = undefined;
    if (now() < notBefore) wake(0);
    else flush();
  }, due);
};

/** Sends what waits, also what other pages have left; one tab at a time. A page that is left cannot wait its turn. */
export const flush = (leaving?: boolean): void => {
  if (!allowed() && (!cookieless() || prerendering())) return;
  if (leaving || !navigator.locks) void send(leaving);
  else {
    const turn = (lock: Lock | null): Promise<void> | void => (lock ? send() : wake(WAIT_MS));
    navigator.locks.request(PREFIX, { ifAvailable: true }, turn).catch(() => send());
  }
};

/** A message; an empty one where somebody else has written there. */
const read = (text: string): Message => safe(JSON.parse)(text) || {};

const send = async (leaving?: boolean): Promise<void> => {
  if (flying.size && !leaving) return;
  const keys: string[] = [];
  const batch: Message[] = [];
  let length = 0;
  for (const box of new Set([disk(), memory])) {
    for (const key of waiting(box)) {
      const message = read(box[key]!);
      if (!message.type || ageOf(key, message) > MONTH_MS || (cookieless() && !PLAIN.test(message.type))) delete box[key];
      else if (!flying.has(key) && (!leaving || key in seen)) {
        length += box[key]!.length;
        if (keys.length && length > BODY) break;
        keys.push(key);
        if (cookieless()) delete message.anonymousId, delete message.userId;
        batch.push(message);
      }
    }
  }
  if (!keys.length) return;
  keys.forEach((key) => flying.add(key));
  const done = await post(JSON.stringify({ writeKey: options.key, sentAt: new Date(), context: surroundings(), batch }));
  keys.forEach((key) => {
    flying.delete(key);
    if (done) [disk(), memory].forEach((box) => delete box[key]);
  });
  if (done) {
    failures = notBefore = 0;
    if (count()) wake(0);
  }
};

/**
 * Milliseconds since it happened, by the device's clock. Where that was set meanwhile the page's own counts, which stands
 * still while the device sleeps and tells nothing of other pages; the message then says its own `sentAt`.
 */
const ageOf = (key: string, message: Message): number => {
  const happened = +new Date(message.originalTimestamp);
  const told = Date.now() - happened;
  const own = key in seen ? now() - seen[key]! : 0;
  if (told > own - WAIT_MS && (!own || told - own < MONTH_MS)) return told;
  message.sentAt = new Date(happened + own);
  return own;
};

const surroundings = () => ({
  library: { name: "periplo.js", version: VERSION },
  userAgent: navigator.userAgent,
  locale: navigator.language,
  consent: { analytics: cookieless() ? "denied" : "granted" },
});

/** Whether the collector has answered for the body: taken, or of no use ever. */
const post = async (body: string): Promise<boolean> => {
  let wait = 0;
  try {
    const answer = await fetch(new URL("v1/batch", options.host), {
      method: "POST",
      body,
      keepalive: true,
      credentials: "omit",
      signal: AbortSignal.timeout?.(PATIENCE_MS) ?? null,
    });
    if (answer.ok || answer.status == 400 || answer.status == 413) return true;
    wait = +answer.headers.get("retry-after")! * 1_000;
  } catch {
    // offline, or nobody there
  }
  wait = Math.max(wait || 0, Math.min(WAIT_MS * 2 ** failures++, SLOWEST_MS) * (1 + Math.random() / 2));
  notBefore = now() + wait;
  wake(wait);
  return false;
};

/** Once the visitor has opened the page, or has chosen: what waits in memory moves to the disk, or all is dropped. */
export const settle = (): void => {
  const kept = { ...memory };
  clear(memory);
  if (!silent()) for (const key in kept) store(key, kept[key]!);
  wake(WAIT_MS);
  know({});
  if (consent() == "denied") clear(localStorage as unknown as Box);
};

const clear = (box: Box): void => waiting(box).forEach((key) => delete box[key]);

export const beginSending = (): void => {
  on(window, "online", () => {
    failures = notBefore = 0;
    wake(0);
  });
  settle();
};
