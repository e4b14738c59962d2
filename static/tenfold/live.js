// Keeps what moves up to date: the standing of one run, and the rows of a list of runs.
// Without it the pages are complete all the same; they then show the moment they were loaded.
(function () {
  "use strict";

  const EVERY = 1000;
  const SLOWEST = 15000;

  async function page(address) {
    const answer = await fetch(address, { redirect: "error", headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) {
      throw new Error(answer.status);
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Calls `refresh` until it says that nothing moves any more; more slowly while nobody answers or looks.
  function keep(refresh) {
    let wait = EVERY;
    async function turn() {
      if (!document.hidden) {
        try {
          if (!(await refresh())) {
            return;
          }
          wait = EVERY;
        } catch (error) {
          wait = Math.min(wait * 2, SLOWEST);
        }
      }
      window.setTimeout(turn, wait);
    }
    window.setTimeout(turn, wait);
  }

  function watchRun() {
    const shown = document.querySelector("[data-live]");
    if (!shown || shown.hasAttribute("data-over")) {
      return;
    }
    keep(async function () {
      const now = document.querySelector("[data-live]");
      const fresh = (await page(now.dataset.live)).querySelector("[data-live]");
      if (fresh.hasAttribute("data-over")) {
        // The result and the buttons below have changed as well.
        window.location.reload();
        return false;
      }
      update(now, fresh);
      return true;
    });
  }

  // Slot by slot. The bar itself is kept, so that its width moves instead of jumping.
  function update(now, fresh) {
    now.className = fresh.className;
    now.querySelectorAll("[data-slot]").forEach(function (slot) {
      const other = fresh.querySelector('[data-slot="' + slot.dataset.slot + '"]');
      if (slot.dataset.slot === "bar") {
        slot.setAttribute("aria-valuenow", other.getAttribute("aria-valuenow"));
        slot.querySelector("rect").setAttribute("width", other.querySelector("rect").getAttribute("width"));
      } else if (slot.innerHTML !== other.innerHTML) {
        slot.innerHTML = other.innerHTML;
      }
    });
  }

  function watchList() {
    if (!document.querySelector("#result_list [data-going]")) {
      return;
    }
    keep(async function () {
      // Whoever is choosing rows is not disturbed.
      if (document.querySelector("#result_list input.action-select:checked")) {
        return true;
      }
      const now = document.querySelector("#result_list");
      const fresh = (await page(window.location.href)).querySelector("#result_list");
      if (fresh && fresh.innerHTML !== now.innerHTML) {
        now.innerHTML = fresh.innerHTML;
      }
      return Boolean(document.querySelector("#result_list [data-going]"));
    });
  }

  watchRun();
  watchList();
})();
