const root = document.documentElement;
const buttons = document.querySelectorAll("button");

function show() {
  for (const button of buttons) {
    const { lang, theme } = button.dataset;
    const chosen = lang ? lang === root.lang : theme === (root.dataset.theme || "auto");
    button.setAttribute("aria-pressed", chosen);
  }
}

function choose({ lang, title, theme }) {
  if (lang) {
    root.lang = lang;
    document.title = title;
  } else if (theme === "auto") {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = theme;
  }
  show();
}

let onScreen;
addEventListener("beforeprint", () => {
  onScreen = root.dataset.theme;
  root.dataset.theme = "light";
});
addEventListener("afterprint", () => choose({ theme: onScreen || "auto" }));

for (const button of buttons) button.addEventListener("click", () => choose(button.dataset));
show();
