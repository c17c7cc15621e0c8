// What the shop has chosen: on the script tag, or with `init`.
import type { Options } from "../index";

export const options: Options & { off: string } = { key: "", consent: "pending", off: "" };

/** Whether a kind of thing is watched. */
export const watched = (kind: string): boolean => !options.off.includes(kind);
