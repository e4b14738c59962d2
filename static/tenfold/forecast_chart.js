// The fan of a forecast with the figures before it, and how well intervals held. Without it the tables of the
// page say the same.
(function () {
  "use strict";

  if (typeof Chart === "undefined") {
    return;
  }
  const fanPanel = document.getElementById("tf-forecast");
  const calibrationPanel = document.getElementById("tf-calibration");
  const fanData = read("tf-forecast-data");
  const calibrationData = read("tf-calibration-data");
  let charts = [];

  function read(id) {
    const stored = document.getElementById(id);
    return stored ? JSON.parse(stored.textContent) : null;
  }

  function style(name) {
    return getComputedStyle(document.querySelector(".tf")).getPropertyValue(name).trim();
  }

  function fan(dark) {
    const accent = dark ? "#2dd4bf" : "#0f766e";
    const missed = dark ? "#fb923c" : "#c2410c";
    const wide = dark ? "rgba(45, 212, 191, 0.16)" : "rgba(15, 118, 110, 0.13)";
    const narrow = dark ? "rgba(45, 212, 191, 0.30)" : "rgba(15, 118, 110, 0.26)";
    const drawn = [fanData.known, fanData.fan, fanData.earlier].flatMap((rows) => rows.map((row) => row.day));
    const days = [...new Set(drawn.concat(fanData.ahead))].sort();
    const bound = (name, label, fill, colour) => ({
      label: label,
      data: fanData.fan.map((row) => ({ x: row.day, y: Number(row[name]) })),
      borderWidth: 0,
      pointRadius: 0,
      fill: fill,
      backgroundColor: colour,
      spanGaps: true,
      bound: true,
    });
    const marks = (inside, label, colour, shape) => ({
      type: "scatter",
      label: label,
      data: fanData.earlier
        .filter((row) => row.inside === inside)
        .map((row) => ({ x: row.day, y: Number(row.point), horizon: row.horizon })),
      borderColor: colour,
      backgroundColor: colour,
      pointStyle: shape,
      pointRadius: 4,
      borderWidth: 2,
    });
    const sets = [
      {
        label: "Known",
        data: fanData.known.map((row) => ({ x: row.day, y: row.value === null ? null : Number(row.value) })),
        borderColor: style("--tf-ink"),
        backgroundColor: style("--tf-ink"),
        borderWidth: 1.5,
        pointRadius: fanData.known.length > 40 ? 0 : 3,
        pointStyle: "line",
        spanGaps: false,
      },
    ];
    if (fanData.fan.length) {
      sets.push(
        bound("lo95", "95 % from", false, wide),
        bound("hi95", "95 %", "-1", wide),
        bound("lo80", "80 % from", false, narrow),
        bound("hi80", "80 %", "-1", narrow),
        {
          label: "Forecast",
          data: fanData.fan.map((row) => ({ x: row.day, y: Number(row.point) })),
          borderColor: accent,
          backgroundColor: accent,
          borderDash: [5, 4],
          borderWidth: 2,
          pointRadius: 3,
          pointStyle: "circle",
          spanGaps: true,
        },
      );
    }
    if (fanData.earlier.length) {
      sets.push(
        marks(true, "Earlier, inside", accent, "circle"),
        marks(false, "Earlier, outside", missed, "crossRot"),
      );
    }
    return new Chart(fanPanel.querySelector("canvas"), {
      type: "line",
      data: { labels: days, datasets: sets },
      options: options({
        x: {
          type: "category",
          labels: days,
          grid: { display: false },
          ticks: { color: style("--tf-muted"), maxRotation: 0, autoSkip: true, maxTicksLimit: 6 },
        },
        y: { grid: { color: style("--tf-line") }, ticks: { color: style("--tf-muted") } },
      }, (item) => !item.text.endsWith(" from")),
    });
  }

  function calibration(dark) {
    const accent = dark ? "#2dd4bf" : "#0f766e";
    const scale = (title) => ({
      type: "linear",
      min: 0,
      max: 100,
      grid: { color: style("--tf-line") },
      ticks: { color: style("--tf-muted") },
      title: { display: true, text: title, color: style("--tf-muted") },
    });
    return new Chart(calibrationPanel.querySelector("canvas"), {
      type: "scatter",
      data: {
        datasets: [
          {
            label: "As promised",
            data: [{ x: 0, y: 0 }, { x: 100, y: 100 }],
            showLine: true,
            pointRadius: 0,
            borderColor: style("--tf-muted"),
            borderDash: [4, 4],
            borderWidth: 1.5,
            pointStyle: "line",
          },
          {
            label: "Seen",
            data: calibrationData.map((row) => ({ x: row.level, y: row.seen })),
            showLine: true,
            borderColor: accent,
            backgroundColor: accent,
            pointRadius: 5,
            borderWidth: 2,
          },
        ],
      },
      options: options({ x: scale("Ought to lie below, %"), y: scale("Lay below, %") }, () => true),
    });
  }

  function options(scales, named) {
    return {
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      plugins: {
        legend: {
          position: "bottom",
          labels: { color: style("--tf-ink"), usePointStyle: true, filter: named },
        },
      },
      scales: scales,
    };
  }

  function draw() {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    const dark = document.documentElement.classList.contains("dark");
    if (fanPanel && fanData) {
      charts.push(fan(dark));
    }
    if (calibrationPanel && calibrationData) {
      charts.push(calibration(dark));
    }
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
})();
