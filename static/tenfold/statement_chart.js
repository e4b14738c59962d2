// A chart of the rows that are chosen by their small drawings. Which ones they are stands in the address
// (`chart`, once for each row).
(function () {
  "use strict";

  const panel = document.getElementById("tf-chart");
  const data = document.getElementById("tf-chart-figures");
  if (!panel || !data || typeof Chart === "undefined") {
    return;
  }
  const figures = JSON.parse(data.textContent);
  const buttons = new Map();
  document.querySelectorAll("[data-chart]").forEach((button) => {
    buttons.set(button.closest("tr").dataset.key, button);
  });
  // Told apart also by those who do not see red and green alike; each is drawn differently as well.
  const COLOURS = ["#0f766e", "#c2410c", "#4338ca", "#a16207", "#be185d", "#0369a1", "#4d7c0f", "#7e22ce"];
  const LIGHTER = ["#2dd4bf", "#fb923c", "#a5b4fc", "#facc15", "#f472b6", "#38bdf8", "#a3e635", "#d8b4fe"];
  const POINTS = ["circle", "rect", "triangle", "rectRot", "star", "cross", "crossRot", "dash"];
  let chosen = [];
  let kind = "line";
  let chart = null;

  function numbers(row) {
    const values = row.values.map((value) => (value === null ? null : Number(value)));
    if (kind !== "index") {
      return values;
    }
    const first = values.find((value) => value !== null && value !== 0);
    return values.map((value) => (value === null ? null : (100 * value) / first));
  }

  function style(name) {
    return getComputedStyle(panel).getPropertyValue(name).trim();
  }

  function draw() {
    panel.hidden = chosen.length === 0;
    buttons.forEach((button, key) => button.setAttribute("aria-pressed", String(chosen.includes(key))));
    if (chart) {
      chart.destroy();
      chart = null;
    }
    if (panel.hidden) {
      return;
    }
    const dark = document.documentElement.classList.contains("dark");
    const rows = chosen.map((key) => figures.rows[key]);
    const mixed = kind !== "index" && rows.some((row) => row.money) && rows.some((row) => !row.money);
    const grid = { color: style("--tf-line") };
    const ticks = { color: style("--tf-muted") };
    panel.querySelector("[data-chart-unit]").textContent =
      kind === "index" ? "first figure = 100" : figures.unit + (mixed ? ", per share on the right" : "");
    panel.querySelector("canvas").setAttribute(
      "aria-label", "Chart of " + rows.map((row) => row.label).join(", ") + ". The table below has its figures.");
    chart = new Chart(panel.querySelector("canvas"), {
      type: kind === "bar" ? "bar" : "line",
      data: {
        labels: figures.periods,
        datasets: rows.map((row, number) => {
          const colour = (dark ? LIGHTER : COLOURS)[number % COLOURS.length];
          return {
            label: row.label,
            data: numbers(row),
            yAxisID: mixed && !row.money ? "right" : "y",
            borderColor: colour,
            backgroundColor: colour,
            pointStyle: POINTS[number % POINTS.length],
            borderWidth: kind === "bar" ? 0 : 2,
            pointRadius: 4,
            spanGaps: false,
          };
        }),
      },
      options: {
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { position: "bottom", labels: { color: style("--tf-ink"), usePointStyle: true } },
        },
        scales: Object.assign(
          { x: { grid: { display: false }, ticks: ticks }, y: { grid: grid, ticks: ticks } },
          mixed ? { right: { position: "right", grid: { display: false }, ticks: ticks } } : {}),
      },
    });
  }

  function remember() {
    const url = new URL(window.location.href);
    url.searchParams.delete("chart");
    chosen.forEach((key) => url.searchParams.append("chart", key));
    window.history.replaceState({}, "", url);
    document.dispatchEvent(new Event("tenfold:address"));
  }

  function recall() {
    const asked = new URL(window.location.href).searchParams.getAll("chart");
    chosen = asked.filter((key, place) => figures.rows[key] && asked.indexOf(key) === place);
    draw();
  }

  buttons.forEach((button, key) => {
    button.disabled = false;
    button.addEventListener("click", () => {
      chosen = chosen.includes(key) ? chosen.filter((one) => one !== key) : chosen.concat(key);
      remember();
      draw();
    });
  });
  panel.querySelectorAll("[data-chart-kind]").forEach((button) => {
    button.addEventListener("click", () => {
      kind = button.dataset.chartKind;
      panel.querySelectorAll("[data-chart-kind]").forEach((other) => {
        other.setAttribute("aria-pressed", String(other === button));
      });
      draw();
    });
  });
  panel.querySelector("[data-chart-clear]").addEventListener("click", () => {
    chosen = [];
    remember();
    draw();
  });
  window.addEventListener("popstate", recall);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  recall();
})();
