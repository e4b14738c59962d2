// The theme's library for parts of pages, without what the content security policy forbids: it would
// write a style into each page, and run scripts and styles out of what it fetches.
(function () {
  "use strict";

  window.htmx.config.includeIndicatorStyles = false;
  window.htmx.config.allowEval = false;
  window.htmx.config.allowScriptTags = false;
  window.htmx.config.attributesToSettle = ["class", "width", "height"];
})();

// Names for people who do not see the page, where the theme and the admin leave some out. Both make
// parts of their forms when the page has loaded, so that this looks when they are done.
window.addEventListener("load", function () {
  "use strict";

  window.setTimeout(nameAll, 0);
  window.setTimeout(nameAll, 400);

  function labelOf(element) {
    const row = element.closest(".form-row, .field-line, [class*='field-']");
    const label = row && row.querySelector("label, legend");
    return label ? label.textContent.trim().replace(/[:*\s]+$/, "") : "";
  }

  function name(element, text) {
    if (text && !element.getAttribute("aria-label")) {
      element.setAttribute("aria-label", text);
    }
  }

  function nameAll() {
    document.querySelectorAll(".help-tooltip[aria-label]").forEach((icon) => icon.setAttribute("role", "img"));
    document.querySelectorAll("input.vDateField, input.vTimeField").forEach(function (input) {
      const part = input.classList.contains("vDateField") ? "date" : "time";
      if (!input.labels.length) {
        name(input, (labelOf(input) || input.name) + ", " + part);
      }
    });
    document.querySelectorAll("select.select2-hidden-accessible").forEach(function (select) {
      const text = select.labels.length ? select.labels[0].textContent.trim() : labelOf(select) || select.name;
      const box = select.nextElementSibling;
      if (box) {
        box.querySelectorAll(".select2-selection, .select2-selection__rendered").forEach((part) => name(part, text));
      }
    });
  }
});
