// A tracker must never break or slow down the page it is on: every entry into it goes through here.

/** The same function, answering `undefined` where it would throw. */
export const safe =
  <A extends unknown[], R>(run: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return run(...args);
    } catch {
      return;
    }
  };

/** Listens to several events, before the page does. */
export const on = <E extends Event>(target: EventTarget, names: string, heard: (event: E) => void): void =>
  names.split(" ").forEach((name) => target.addEventListener(name, safe(heard) as EventListener, true));

export const later = (run: () => void, ms: number): number => setTimeout(safe(run), ms);

/** Whether the browser has this page ready although nobody has opened it yet. */
export const prerendering = (): boolean | undefined => (document as { prerendering?: boolean }).prerendering;

/** Milliseconds on a clock that nobody can set. */
export const now = (): number => performance.now();

/** Any JSON as text for a cookie or an address, and back. */
export const pack = (value: unknown): string => encodeURIComponent(JSON.stringify(value));
export const unpack = (text: string) => JSON.parse(decodeURIComponent(text));

/** 96 random bits as digits. */
export const random = (): string => crypto.getRandomValues(new Uint32Array(3)).join("");
