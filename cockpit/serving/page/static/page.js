"use strict";
// What the terminal's own script leaves to the page: the focus, once there is something to type at, and a way back.
const body = document.body;
const watcher = new MutationObserver(() => {
  if (body.classList.contains("-closed")) {
    watcher.disconnect();
    document.getElementById("again").focus();
  } else if (body.classList.contains("-first-byte") && document.activeElement === body) {
    document.querySelector(".xterm-helper-textarea").focus();
  }
});
watcher.observe(body, { attributes: true, attributeFilter: ["class"] });
document.getElementById("again").addEventListener("click", () => window.location.reload());
