// A formula that is wider than the page scrolls by itself: the keyboard must reach it.
function reachable() {
  for (const formula of document.querySelectorAll(".katex-display"))
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
}
addEventListener("load", reachable);
addEventListener("resize", reachable);

// Paper is white.
const page = document.documentElement;
let theme;
addEventListener("beforeprint", () => { theme = page.dataset.theme; page.dataset.theme = "light"; });
addEventListener("afterprint", () => { page.dataset.theme = theme; });
