// Keeps parts of a page up to date: an element with data-refresh="address" gets what stands there every
// data-every seconds, at once too with data-now. Without it the page shows the moment it was loaded.
(function () {
  "use strict";

  const SLOWEST = 60000;

  async function refresh(part) {
    const answer = await fetch(part.dataset.refresh, { redirect: "error", headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) {
      throw new Error(answer.status);
    }
    const fresh = await answer.text();
    // Whoever has a link of it under the keyboard is not thrown out.
    if (fresh !== part.shown && !part.contains(document.activeElement)) {
      part.shown = fresh;
      part.innerHTML = fresh;
    }
  }

  function keep(part) {
    const every = Number(part.dataset.every) * 1000;
    let wait = every;
    async function turn() {
      if (!document.hidden) {
        try {
          await refresh(part);
          wait = every;
        } catch (error) {
          wait = Math.min(wait * 2, SLOWEST);
        }
      }
      window.setTimeout(turn, wait);
    }
    if (part.hasAttribute("data-now")) {
      turn();
    } else {
      window.setTimeout(turn, wait);
    }
  }

  document.querySelectorAll("[data-refresh]").forEach(keep);
})();
