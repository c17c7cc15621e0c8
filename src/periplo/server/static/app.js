// The little script of the map: it keeps the page fresh. Everything works without it, only not by itself.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const pulse = document.getElementById("pulse");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const clock = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" });
  const say = (state, text) => {
    if (!pulse) return;
    pulse.dataset.state = state;
    if (pulse.textContent !== text) pulse.textContent = text;
  };

  // light and dark without loading the page again
  document.querySelectorAll("button[name=theme]").forEach((button) =>
    button.addEventListener("click", (event) => {
      event.preventDefault();
      root.dataset.theme = button.value;
      button.parentElement.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", b === button));
      fetch("/reader", { method: "POST", redirect: "manual", body: new URLSearchParams({ theme: button.value }) });
    }));

  // paper is light
  let chosen = "auto";
  addEventListener("beforeprint", () => { chosen = root.dataset.theme ?? "auto"; root.dataset.theme = "light"; });
  addEventListener("afterprint", () => { root.dataset.theme = chosen; });

  const part = document.getElementById("part");
  if (!part) return;
  let version = part.dataset.version;
  let wanted = null;
  let running = false;
  let updated = 0;

  const tell = () => {
    if (!updated || pulse.dataset.state !== "live") return;
    const seconds = Math.round((Date.now() - updated) / 1000);
    const ago = seconds < 60 ? clock.format(-Math.floor(seconds / 10) * 10 || 0, "second")
      : seconds < 3600 ? clock.format(-Math.floor(seconds / 60), "minute") : clock.format(-Math.floor(seconds / 3600), "hour");
    say("live", seconds < 10 ? pulse.dataset.now : pulse.dataset.ago.replace("{time}", ago));
  };

  // the numbers of a page, to see which ones changed
  const numbers = () => {
    const found = new Map();
    for (const e of part.querySelectorAll("a[data-ref]")) {
      let key = e.dataset.ref;
      while (found.has(key)) key += "+"; // several numbers may open the same customers
      found.set(key, e);
    }
    return found;
  };
  const placeOf = (e) => e && part.contains(e) && (e.id ? `#${e.id}` : e.dataset.ref ? `a[data-ref="${CSS.escape(e.dataset.ref)}"]` : null);

  const swap = (html, all) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("part");
    const before = new Map([...numbers()].map(([key, e]) => [key, e.textContent]));
    const place = placeOf(document.activeElement);
    const left = part.querySelector(".frame")?.scrollLeft ?? 0;
    for (const old of part.querySelectorAll("[data-swap]")) {
      if (old.dataset.swap === "filters" && !all) continue;
      const next = fresh.querySelector(`[data-swap="${old.dataset.swap}"]`);
      if (next) old.replaceWith(next);
    }
    version = part.dataset.version = fresh.dataset.version;
    const frame = part.querySelector(".frame");
    if (frame) frame.scrollLeft = left;
    if (place) part.querySelector(place)?.focus({ preventScroll: true });
    if (!all) for (const [key, e] of numbers()) if (before.get(key) !== e.textContent) e.classList.add("changed");
  };

  const load = async ({ query, all }) => {
    const answer = await fetch(`/part${query}`);
    if (!answer.ok) {
      if (all) location.assign(`/${query}`); // the whole page says what is wrong
      return;
    }
    const html = await answer.text();
    if (all || calm.matches || !document.startViewTransition) swap(html, all);
    else await document.startViewTransition(() => swap(html, all)).updateCallbackDone;
    updated = Date.now();
    say("live", pulse.dataset.now);
  };

  // one request at a time; what is asked meanwhile waits, and only the last of it counts
  const refresh = async (all = false) => {
    wanted = { query: location.search, all: all || Boolean(wanted?.all) };
    if (running) return;
    running = true;
    while (wanted) {
      const next = wanted;
      wanted = null;
      part.setAttribute("aria-busy", "true");
      try { await load(next); } catch { say("lost", pulse.dataset.lost); }
      part.removeAttribute("aria-busy");
    }
    running = false;
  };

  const go = (query) => {
    history.pushState(null, "", `/${query}`);
    refresh(true);
  };
  const queryOf = (form) => {
    const kept = [...new FormData(form)].filter(([, value]) => value);
    return kept.length ? `?${new URLSearchParams(kept)}` : "";
  };
  part.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form || form.id !== "filters") return;
    if (event.target.type === "date") form.elements.period.value = "";
    go(queryOf(form));
  });
  part.addEventListener("submit", (event) => {
    if (event.target.id !== "filters") return;
    event.preventDefault();
    go(queryOf(event.target));
  });
  part.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(new URL(link.href).search);
  });
  addEventListener("popstate", () => refresh(true));

  let late = false;
  const source = new EventSource("/api/v1/events");
  source.addEventListener("version", (event) => {
    if (event.data === version) return updated ? tell() : say("live", pulse.dataset.live);
    if (document.hidden) late = true;
    else refresh();
  });
  source.addEventListener("open", () => say("live", pulse.dataset.live));
  source.addEventListener("error", () => say("lost", pulse.dataset.lost));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && late) { late = false; refresh(); }
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  setInterval(tell, 10000);
})();
