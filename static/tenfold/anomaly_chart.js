// The series an anomaly stands out of, with its place marked. The page says the same without it.
(function () {
  "use strict";

  const stored = document.getElementById("tf-anomaly-data");
  const panel = document.getElementById("tf-anomaly");
  if (typeof Chart === "undefined" || !stored || !panel) {
    return;
  }
  const data = JSON.parse(stored.textContent);
  let chart = null;

  function style(name) {
    return getComputedStyle(document.querySelector(".tf")).getPropertyValue(name).trim();
  }

  function draw() {
    if (chart) {
      chart.destroy();
    }
    const dark = document.documentElement.classList.contains("dark");
    const found = dark ? "#fb923c" : "#c2410c";
    const few = data.points.length <= 20;
    const days = data.points.map((point) => point.at);
    const sets = [
      {
        label: data.label,
        data: data.points.map((point) => point.value),
        borderColor: style("--tf-ink"),
        backgroundColor: style("--tf-ink"),
        borderWidth: 1.5,
        pointRadius: few ? 3 : 0,
      },
      {
        label: "Found",
        data: data.points.map((point) => (point.marked ? point.value : null)),
        borderColor: found,
        backgroundColor: found,
        borderWidth: 3,
        pointRadius: few || data.points.filter((point) => point.marked).length < 3 ? 6 : 0,
      },
    ];
    [["Lowest usual", data.low], ["Highest usual", data.high]].forEach(([label, value]) => {
      if (value !== null) {
        sets.push({
          label: label,
          data: days.map(() => value),
          borderColor: style("--tf-muted"),
          borderDash: [4, 4],
          borderWidth: 1.5,
          pointRadius: 0,
          pointStyle: "line",
        });
      }
    });
    chart = new Chart(panel.querySelector("canvas"), {
      type: "line",
      data: { labels: days, datasets: sets },
      options: {
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { position: "bottom", labels: { color: style("--tf-ink"), usePointStyle: true } },
        },
        scales: {
          x: {
            grid: { display: false },
            ticks: { color: style("--tf-muted"), maxRotation: 0, autoSkip: true, maxTicksLimit: 6 },
          },
          y: { grid: { color: style("--tf-line") }, ticks: { color: style("--tf-muted") } },
        },
      },
    });
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
})();
