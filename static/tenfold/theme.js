// The theme's library for parts of pages, without what the content security policy forbids: it would
// write a style into each page, and run scripts and styles out of what it fetches.
(function () {
  "use strict";

  window.htmx.config.includeIndicatorStyles = false;
  window.htmx.config.allowEval = false;
  window.htmx.config.allowScriptTags = false;
  window.htmx.config.attributesToSettle = ["class", "width", "height"];
})();
