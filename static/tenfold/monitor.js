// Keeps the page of what goes on up to date. It asks every two seconds while something moves, less
// often while nothing does or nobody answers, and not at all while nobody looks.
(function () {
  "use strict";

  const FAST = 2000;
  const SLOW = 10000;
  const SLOWEST = 60000;
  const state = document.getElementById("monitor-state");

  function keep(place, quick) {
    const address = place.dataset.address;
    let tag = "";
    let wait = quick ? FAST : 0;
    let timer = 0;

    async function turn() {
      timer = 0;
      try {
        const answer = await fetch(address, {
          redirect: "error",
          cache: "no-store",
          headers: tag ? { "If-None-Match": tag } : {},
        });
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") || "";
          show(place, await answer.text());
          wait = quick ? FAST : SLOW;
        } else if (answer.status === 304) {
          wait = Math.min(Math.max(wait, FAST) * 1.5, SLOW);
        } else {
          throw new Error(String(answer.status));
        }
        state.textContent = "";
      } catch (error) {
        wait = Math.min(Math.max(wait, FAST) * 2, SLOWEST);
        state.textContent = "The server does not answer; what you see may be old.";
      }
      plan();
    }

    function plan() {
      if (!document.hidden && !timer) {
        timer = window.setTimeout(turn, wait);
      }
    }

    document.addEventListener("visibilitychange", function () {
      window.clearTimeout(timer);
      timer = 0;
      if (!document.hidden) {
        wait = 0;
        plan();
      }
    });
    plan();
  }

  // What somebody has folded stays folded, and the keyboard stays where it was.
  function show(place, text) {
    const folded = new Map();
    place.querySelectorAll("[data-parts]").forEach((part) => folded.set(part.dataset.parts, part.open));
    const focused = place.contains(document.activeElement) ? pathOf(document.activeElement) : "";
    const fresh = new DOMParser().parseFromString(text, "text/html").body;
    fresh.querySelectorAll("[data-parts]").forEach(function (part) {
      if (folded.has(part.dataset.parts)) {
        part.open = folded.get(part.dataset.parts);
      }
    });
    place.replaceChildren(...fresh.childNodes);
    tick();
    const again = focused && place.querySelector(focused);
    if (again) {
      again.focus({ preventScroll: true });
    }
  }

  function pathOf(element) {
    if (element.hasAttribute("formaction")) {
      return '[formaction="' + element.getAttribute("formaction") + '"]';
    }
    if (element.tagName === "SUMMARY") {
      return '[data-parts="' + element.parentElement.dataset.parts + '"] > summary';
    }
    return element.hasAttribute("href") ? 'a[href="' + element.getAttribute("href") + '"]' : "";
  }

  // The clocks go on between two answers.
  function tick() {
    document.querySelectorAll("[data-since]").forEach(function (clock) {
      const seconds = Math.max(0, Math.round((Date.now() - Date.parse(clock.dataset.since)) / 1000));
      const text = inWords(seconds);
      const said = clock.dataset.word ? clock.dataset.word + " " + text : text;
      if (clock.textContent !== said) {
        clock.textContent = said;
      }
    });
  }

  function inWords(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (!minutes) {
      return seconds + " s";
    }
    return minutes < 60
      ? minutes + " min " + (seconds % 60) + " s"
      : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
  }

  keep(document.getElementById("monitor-runs"), true);
  keep(document.getElementById("monitor-queues"), false);
  tick();
  window.setInterval(tick, 1000);
})();
