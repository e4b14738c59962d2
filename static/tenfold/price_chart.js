// Closing prices as a line, with what happened to the company as marks on it. Without it the tables of the
// page say the same.
(function () {
  "use strict";

  const panel = document.getElementById("tf-prices");
  const stored = document.getElementById("tf-price-data");
  if (!panel || !stored || typeof Chart === "undefined") {
    return;
  }
  const data = JSON.parse(stored.textContent);
  const closes = data.closes.map(Number);
  // Colour and shape, so that kinds are told apart without seeing colours.
  const MARKS = [
    { light: "#c2410c", dark: "#fb923c", point: "triangle" },
    { light: "#4338ca", dark: "#a5b4fc", point: "rectRot" },
    { light: "#be185d", dark: "#f472b6", point: "star" },
    { light: "#a16207", dark: "#facc15", point: "rect" },
  ];
  let chart = null;

  function style(name) {
    return getComputedStyle(panel).getPropertyValue(name).trim();
  }

  function marks(dark) {
    const kinds = [...new Set(data.events.map((event) => event.kind))].sort();
    return kinds.map((kind, number) => {
      const look = MARKS[number % MARKS.length];
      const colour = dark ? look.dark : look.light;
      const here = data.events.filter((event) => event.kind === kind);
      return {
        type: "scatter",
        label: kind,
        data: here.map((event) => ({ x: data.days[event.place], y: closes[event.place], event: event })),
        pointStyle: look.point,
        pointRadius: 7,
        pointHoverRadius: 9,
        borderColor: colour,
        backgroundColor: colour,
        order: 0,
      };
    });
  }

  function said(context) {
    const event = context.raw && context.raw.event;
    return event
      ? event.day + ", " + event.kind + ": " + event.words
      : context.dataset.label + ": " + context.parsed.y.toLocaleString() + " " + data.currency;
  }

  function draw() {
    if (chart) {
      chart.destroy();
    }
    const dark = document.documentElement.classList.contains("dark");
    const line = style("--tf-accent");
    const ticks = { color: style("--tf-muted"), maxRotation: 0, autoSkip: true, maxTicksLimit: panel.clientWidth < 600 ? 3 : 8 };
    chart = new Chart(panel.querySelector("canvas"), {
      type: "line",
      data: {
        labels: data.days,
        datasets: [
          {
            label: "Close",
            data: closes,
            borderColor: line,
            backgroundColor: line,
            borderWidth: 1.5,
            pointRadius: 0,
            pointStyle: "line",
            order: 1,
          },
        ].concat(marks(dark)),
      },
      options: {
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        plugins: {
          legend: { position: "bottom", labels: { color: style("--tf-ink"), usePointStyle: true } },
          tooltip: { callbacks: { label: said } },
        },
        scales: {
          x: { grid: { display: false }, ticks: ticks },
          y: {
            grid: { color: style("--tf-line") },
            ticks: { color: style("--tf-muted") },
            title: { display: Boolean(data.currency), text: data.currency, color: style("--tf-muted") },
          },
        },
      },
    });
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
})();
