// The measurements as drawings. The page says the same in words without it.
(function () {
  "use strict";

  const stored = document.getElementById("tf-performance-data");
  if (typeof Chart === "undefined" || !stored) {
    return;
  }
  const drawings = JSON.parse(stored.textContent);
  const COLOURS = ["#0f766e", "#c2410c", "#4338ca", "#a16207", "#be185d", "#0369a1", "#4d7c0f", "#7e22ce"];
  const LIGHTER = ["#2dd4bf", "#fb923c", "#a5b4fc", "#facc15", "#f472b6", "#38bdf8", "#a3e635", "#d8b4fe"];
  const POINTS = ["circle", "rect", "triangle", "rectRot", "star", "cross", "crossRot", "dash"];
  let charts = [];

  function style(name) {
    return getComputedStyle(document.querySelector(".tf")).getPropertyValue(name).trim();
  }

  function words(moment) {
    const at = new Date(moment);
    return at.toLocaleString(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  }

  function setOf(drawing, series, place, colour) {
    const bars = drawing.kind === "bars";
    return {
      label: series.name,
      data: series.values,
      borderColor: colour,
      backgroundColor: colour,
      borderWidth: bars ? 0 : 1.75,
      pointStyle: bars ? "rect" : POINTS[place],
      pointRadius: series.values.length > 40 ? 0 : 2.5,
      spanGaps: false,
      stack: bars ? "all" : undefined,
    };
  }

  function make(drawing) {
    const dark = document.documentElement.classList.contains("dark");
    const bars = drawing.kind === "bars";
    return new Chart(document.getElementById("tf-chart-" + drawing.key), {
      type: bars ? "bar" : "line",
      data: {
        labels: drawing.moments.map(words),
        datasets: drawing.series.map((series, place) =>
          setOf(drawing, series, place, (dark ? LIGHTER : COLOURS)[place])),
      },
      options: {
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { position: "bottom", labels: { color: style("--tf-ink"), usePointStyle: true, boxHeight: 7 } },
        },
        scales: {
          x: {
            stacked: bars,
            grid: { display: false },
            ticks: { color: style("--tf-muted"), maxRotation: 0, autoSkip: true, maxTicksLimit: 4 },
          },
          y: {
            stacked: bars,
            beginAtZero: true,
            grid: { color: style("--tf-line") },
            ticks: { color: style("--tf-muted"), maxTicksLimit: 6 },
            title: { display: true, text: drawing.unit, color: style("--tf-muted") },
          },
        },
      },
    });
  }

  function draw() {
    charts.forEach((chart) => chart.destroy());
    charts = drawings.map(make);
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
})();
