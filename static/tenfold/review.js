// One key for each decision. Without it every button and link is there all the same.
(function () {
  "use strict";

  function isTyping(target) {
    return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    if (event.key === "x") {
      const box = document.querySelector(".rv-now input[type=checkbox]");
      if (box) {
        box.checked = !box.checked;
        event.preventDefault();
      }
      return;
    }
    const found = document.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (found && !event.repeat) {
      event.preventDefault();
      found.click();
    }
  });

  const now = document.querySelector(".rv-now");
  if (now) {
    const list = now.closest(".rv-list");
    list.scrollTop = Math.max(0, now.offsetTop - list.offsetTop - 80);
  }
})();
