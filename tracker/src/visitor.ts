// Who this is and what they have allowed: one first-party cookie, which all tabs read, and nothing before consent.
import type { Consent } from "../index";
import { options } from "./options";
import { pack, prerendering, random, safe, unpack } from "./safe";

interface Visitor {
  /** anonymous id */
  a?: string | undefined;
  /** user id */
  u?: string | undefined;
  /** consent, once chosen */
  c?: Consent | undefined;
}

/** What is known in this page only: before consent, and where cookies are blocked. */
let here: Visitor = {};

const YEAR_S = 31_536_000;

const read = safe((): Visitor | undefined => {
  const found = /(?:^|; )periplo=([^;]*)/.exec(document.cookie);
  return found ? unpack(found[1]!) : undefined;
});

const write = safe((visitor: Visitor) => {
  document.cookie =
    `periplo=${pack(visitor)};path=/;samesite=lax;max-age=${YEAR_S}` +
    (options.domain ? `;domain=${options.domain}` : "") +
    (location.protocol == "https:" ? ";secure" : "");
});

const visitor = (): Visitor => {
  const kept = options.cookieless == "always" ? undefined : read();
  return (here = kept?.a ? kept : { ...here, ...kept });
};

export const consent = (): Consent => visitor().c || options.consent!;

/** Whether what happens is told without storage and without any id. */
export const cookieless = (): boolean =>
  options.cookieless == "always" || (options.cookieless == "denied" && consent() == "denied");

/** Whether nothing is told at all. */
export const silent = (): boolean => consent() == "denied" && !cookieless();

/** Whether the visitor has allowed that they are known and that this device keeps it. */
export const allowed = (): boolean => !cookieless() && consent() == "granted" && !prerendering();

/** This is who it is from now on; kept where that is allowed. */
const become = (visitor: Visitor): void => {
  if (allowed()) write(visitor);
  here = visitor;
};

export const know = (more: Visitor): void => become({ ...visitor(), ...more });

export const anonymousId = (): string => {
  if (!visitor().a) know({ a: random() });
  return here.a!;
};

export const userId = (): string | undefined => visitor().u;

export const forget = (): void => become({ a: random(), c: visitor().c });

/** Remembers the choice; without consent nothing but that. */
export const choose = (choice: Consent): void => {
  here = { ...(choice != "denied" && visitor()), c: choice };
  if (options.cookieless != "always") write({ c: choice });
};
