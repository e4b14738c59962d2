// The table of many years: moving over its figures by keyboard, and the proof of a figure beside it.
// Without it every figure is still a link to its proof. Which proof is open stands in the address (`cell`), so
// that a link to it can be passed on.
(function () {
  "use strict";

  const work = document.querySelector("[data-sheet]");
  const side = document.getElementById("tf-side");
  if (!work || !side) {
    return;
  }
  const body = side.querySelector("[data-side]");
  const table = work.querySelector("table[role=grid]");
  const periods = Array.from(table.querySelectorAll("thead th[data-period]"), (head) => head.dataset.period);
  const rows = Array.from(table.querySelectorAll("tbody tr[data-key]"), (row) => ({
    key: row.dataset.key,
    cells: Array.from(row.querySelectorAll("td.tf-cell")),
  }));
  const FEW = 10; // rows that a page key goes
  const REST = 150; // milliseconds without a further key before the proof follows
  let at = { row: 0, column: 0 };
  let waiting = 0;
  let asked = null; // the request under way, which a newer one replaces

  // One cell is in the order of the Tab key, the arrows reach all others.
  rows.forEach((row) => row.cells.forEach((cell) => {
    cell.tabIndex = -1;
    cell.querySelector("a").tabIndex = -1;
  }));

  function cellAt(place) {
    return rows[place.row].cells[place.column];
  }

  function addressAt(place) {
    return rows[place.row].key + "@" + periods[place.column];
  }

  function placeOf(cell) {
    const row = rows.findIndex((one) => one.cells.includes(cell));
    return row < 0 ? null : { row: row, column: rows[row].cells.indexOf(cell) };
  }

  function placeOfAddress(address) {
    const cut = address.lastIndexOf("@");
    const row = rows.findIndex((one) => one.key === address.slice(0, cut));
    const column = periods.indexOf(address.slice(cut + 1));
    return row < 0 || column < 0 ? null : { row: row, column: column };
  }

  function choose(place, focus) {
    cellAt(at).tabIndex = -1;
    cellAt(at).removeAttribute("aria-selected");
    at = place;
    const cell = cellAt(at);
    cell.tabIndex = 0;
    cell.setAttribute("aria-selected", "true");
    if (focus) {
      cell.focus({ preventScroll: true });
      intoSight(cell);
    }
  }

  // The browser's own scrolling would leave the cell beneath the heading or the first column.
  function intoSight(cell) {
    const sheet = work.querySelector(".tf-sheet");
    const head = table.tHead.getBoundingClientRect();
    const first = cell.parentElement.firstElementChild.getBoundingClientRect();
    const frame = sheet.getBoundingClientRect();
    const box = cell.getBoundingClientRect();
    if (box.top < head.bottom) {
      sheet.scrollTop -= head.bottom - box.top;
    } else if (box.bottom > frame.top + sheet.clientHeight) {
      sheet.scrollTop += box.bottom - frame.top - sheet.clientHeight;
    }
    if (box.left < first.right) {
      sheet.scrollLeft -= first.right - box.left;
    } else if (box.right > frame.left + sheet.clientWidth) {
      sheet.scrollLeft += box.right - frame.left - sheet.clientWidth;
    }
    if (box.top < 0 || box.bottom > window.innerHeight) {
      sheet.scrollIntoView({ block: "nearest" });
    }
  }

  // --- The address ------------------------------------------------------------------------------

  function remember(address, newEntry) {
    const url = new URL(window.location.href);
    if (address) {
      url.searchParams.set("cell", address);
    } else {
      url.searchParams.delete("cell");
    }
    window.history[newEntry ? "pushState" : "replaceState"]({}, "", url);
    document.dispatchEvent(new Event("tenfold:address"));
  }

  // Links that change the unit or the view keep what is open and what is in the chart.
  function carry() {
    const now = new URL(window.location.href).searchParams;
    document.querySelectorAll("a[data-choice]").forEach((link) => {
      const url = new URL(link.href);
      ["cell", "chart"].forEach((name) => {
        url.searchParams.delete(name);
        now.getAll(name).forEach((value) => url.searchParams.append(name, value));
      });
      link.href = url.search || "?";
    });
  }
  document.addEventListener("tenfold:address", carry);

  // --- The proof --------------------------------------------------------------------------------

  function isOpen() {
    return !side.hidden;
  }

  async function show(place, fromHistory) {
    const address = addressAt(place);
    const wasOpen = isOpen();
    if (asked) {
      asked.abort();
    }
    asked = new AbortController();
    const url = new URL(work.dataset.cellAddress, window.location.href);
    new URL(window.location.href).searchParams.forEach((value, name) => url.searchParams.set(name, value));
    url.searchParams.set("cell", address);
    url.searchParams.set("part", "1");
    side.hidden = false;
    work.classList.add("tf-with-side");
    side.setAttribute("aria-busy", "true");
    if (!fromHistory) {
      remember(address, !wasOpen);
    }
    try {
      const answer = await fetch(url, { redirect: "error", signal: asked.signal });
      if (!answer.ok) {
        throw new Error(answer.status);
      }
      body.innerHTML = await answer.text();
      side.scrollTop = 0;
      side.removeAttribute("aria-busy");
      if (!wasOpen) {
        intoSight(cellAt(place));
      }
    } catch (error) {
      if (error.name === "AbortError") {
        return;
      }
      side.removeAttribute("aria-busy");
      const said = document.createElement("p");
      said.className = "tf-alert";
      said.textContent =
        "The proof could not be fetched: " +
        (error.message === "404"
          ? "the table has changed since this page was opened. Load the page again."
          : "the server does not answer, or you are no longer signed in. Load the page again.");
      body.replaceChildren(said);
    }
  }

  function close(fromHistory) {
    if (!isOpen()) {
      return;
    }
    if (asked) {
      asked.abort();
    }
    side.hidden = true;
    work.classList.remove("tf-with-side");
    if (!fromHistory) {
      remember("", false);
    }
    cellAt(at).focus({ preventScroll: true });
  }

  window.addEventListener("popstate", () => {
    const address = new URL(window.location.href).searchParams.get("cell");
    const place = address && placeOfAddress(address);
    if (place) {
      choose(place, true);
      show(place, true);
    } else {
      close(true);
    }
    carry();
  });

  // --- Mouse and keys -----------------------------------------------------------------------------

  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td.tf-cell");
    const place = cell && placeOf(cell);
    if (!place || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    choose(place, true);
    show(place);
  });

  const STEPS = {
    ArrowLeft: (place) => ({ row: place.row, column: place.column - 1 }),
    ArrowRight: (place) => ({ row: place.row, column: place.column + 1 }),
    ArrowUp: (place) => ({ row: place.row - 1, column: place.column }),
    ArrowDown: (place) => ({ row: place.row + 1, column: place.column }),
    PageUp: (place) => ({ row: Math.max(0, place.row - FEW), column: place.column }),
    PageDown: (place) => ({ row: Math.min(rows.length - 1, place.row + FEW), column: place.column }),
    Home: (place, whole) => ({ row: whole ? 0 : place.row, column: 0 }),
    End: (place, whole) => ({ row: whole ? rows.length - 1 : place.row, column: periods.length - 1 }),
  };

  table.addEventListener("keydown", (event) => {
    if (!event.target.closest("td.tf-cell") || event.altKey || event.metaKey) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show(at);
      return;
    }
    if (event.key.toLowerCase() === "c" && !event.ctrlKey) {
      const button = cellAt(at).parentElement.querySelector("[data-chart]");
      if (button) {
        button.click();
      }
      return;
    }
    const step = STEPS[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    const next = step(at, event.ctrlKey);
    if (!rows[next.row] || !rows[next.row].cells[next.column]) {
      return;
    }
    choose(next, true);
    if (isOpen()) {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => show(at), REST);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      window.clearTimeout(waiting);
      close();
    }
  });

  side.querySelector("[data-close]").addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });

  if (rows.length && periods.length) {
    const address = new URL(window.location.href).searchParams.get("cell");
    const place = address && placeOfAddress(address);
    choose(place || at, false);
    if (place) {
      intoSight(cellAt(place));
    }
    carry();
  }
})();
