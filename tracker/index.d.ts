/** What a value of an event, a trait or an option of `track` may be: anything JSON can say. */
export type Json = string | number | boolean | null | undefined | Json[] | { [name: string]: Json };
export type Properties = { [name: string]: Json };

/**
 * `pending`: everything is kept in this page's memory and nothing is sent or stored.
 * `denied`: everything is dropped, or sent without any id where `cookieless` says so. `granted`: everything is sent.
 */
export type Consent = "pending" | "denied" | "granted";

/** Every option can also stand on the script tag: `data-key`, `data-host`, `data-consent`, … */
export interface Options {
  /** The write key of the source, as `periplo sources` shows it. */
  key: string;
  /** Where events go, such as `https://data.shop.example`; without it, where the script came from. */
  host?: string;
  /** The consent of a visitor who has not chosen yet. Default: `pending`. */
  consent?: Consent;
  /** When to send without storage and without any id. Default: `never`. */
  cookieless?: "never" | "denied" | "always";
  /** The domain of the cookie, such as `shop.example`, where several hosts share visitors. Default: this host. */
  domain?: string;
  /** `on` where what follows `#` is a page of its own. Default: `off`. */
  hash?: "on" | "off";
  /** What is not to be watched, in words with spaces between: `pages`, `clicks`, `forms`, `errors`. */
  off?: string;
}

export interface Product {
  product_id?: string;
  sku?: string;
  name?: string;
  category?: string;
  brand?: string;
  variant?: string;
  price?: number;
  currency?: string;
  quantity?: number;
  coupon?: string;
  position?: number;
  url?: string;
  image_url?: string;
  [name: string]: Json;
}
export interface Cart {
  cart_id?: string;
  products?: Product[];
  [name: string]: Json;
}
export interface Order {
  order_id: string;
  total?: number;
  revenue?: number;
  shipping?: number;
  tax?: number;
  discount?: number;
  coupon?: string;
  currency?: string;
  products?: Product[];
  [name: string]: Json;
}
export interface InCart extends Product {
  cart_id?: string;
}

type Verb<Told = Properties> = (properties?: Told) => void;

/** The 28 events of Segment's Ecommerce v2: `productViewed({...})` is `track("Product Viewed", {...})`. */
export interface Verbs {
  productsSearched: Verb<{ query: string; [name: string]: Json }>;
  productListViewed: Verb<{ list_id?: string; category?: string; products?: Product[]; [name: string]: Json }>;
  productListFiltered: Verb;
  promotionViewed: Verb;
  promotionClicked: Verb;
  productClicked: Verb<Product>;
  productViewed: Verb<Product>;
  productAdded: Verb<InCart>;
  productRemoved: Verb<InCart>;
  cartViewed: Verb<Cart>;
  checkoutStarted: Verb<Partial<Order>>;
  checkoutStepViewed: Verb;
  checkoutStepCompleted: Verb;
  paymentInfoEntered: Verb;
  orderUpdated: Verb<Order>;
  orderCompleted: Verb<Order>;
  orderRefunded: Verb<Order>;
  orderCancelled: Verb<Order>;
  couponEntered: Verb;
  couponApplied: Verb;
  couponDenied: Verb;
  couponRemoved: Verb;
  productAddedToWishlist: Verb<Product>;
  productRemovedFromWishlist: Verb<Product>;
  wishlistProductAddedToCart: Verb<InCart>;
  productShared: Verb;
  cartShared: Verb;
  productReviewed: Verb;
}

/** No call ever throws. Before the script has loaded, calls wait in the stub; what answers something answers nothing. */
export interface Periplo extends Verbs {
  /** Which tracker this is; a text once it has loaded. */
  readonly version: string;
  /** Starts with these options, where they do not stand on the script tag. Calls after the first do nothing. */
  init(options: Options): void;
  /** Something happened. */
  track(event: string, properties?: Properties): void;
  /** A page is seen; sent by itself unless `off` names `pages`. */
  page(name?: string, properties?: Properties): void;
  /** Who this is, or more about them. */
  identify(userId: string, traits?: Properties): void;
  identify(traits: Properties): void;
  /** `userId` is who was known as `previousId` (without it: as this visitor) until now. */
  alias(userId: string, previousId?: string): void;
  /** What the visitor has chosen; remembered. */
  consent(choice: Consent): void;
  /** Forgets who this is: after signing out. */
  reset(): void;
  /** Sends what waits, at once. */
  flush(): void;
  /** An address that carries a cart to another device, for a link or a QR code. It works for `minutes` (60) and opens `url` (this page). */
  resumeLink(cartId: string, minutes?: number, url?: string): string;
  /** Calls back with the cart that a resume link has brought to this page; never, where none has. */
  onResume(take: (cartId: string) => void): void;
  /** Calls back once the tracker has loaded. */
  ready(then: (periplo: Periplo) => void): void;
}

declare global {
  interface Window {
    periplo: Periplo;
  }
}
