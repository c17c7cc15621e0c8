// A cart carried to another device: the link says whose it is and until when; there the two visitors are joined.
import { add } from "./message";
import { pack, safe, unpack } from "./safe";
import { allowed, anonymousId } from "./visitor";

const PARAMETER = "periplo_resume";

type Token = [cart: string, until: number, from?: string];

let cart: string | undefined;
const takers: ((cartId: string) => void)[] = [];

export const resumeLink = (cartId: string, minutes = 60, url = location.href): string => {
  const token: Token = [cartId, Date.now() + minutes * 60_000];
  if (allowed()) token.push(anonymousId());
  const link = new URL(url, location.href);
  link.searchParams.set(PARAMETER, btoa(pack(token)));
  return link.href;
};

export const onResume = (take: (cartId: string) => void): void => {
  if (cart === undefined) takers.push(take);
  else take(cart);
};

/** Takes what a link has brought, and takes it out of the address, which goes into histories and messages. */
export const beginResume = (): void => {
  const here = new URL(location.href);
  const token = here.searchParams.get(PARAMETER);
  if (!token) return;
  here.searchParams.delete(PARAMETER);
  history.replaceState(history.state, "", here);
  const [carried, until, from]: Token = unpack(atob(token));
  if (!(Date.now() < until)) return;
  cart = carried;
  if (from && from != anonymousId()) add("alias", { previousId: from });
  takers.forEach((take) => safe(take)(carried));
};
