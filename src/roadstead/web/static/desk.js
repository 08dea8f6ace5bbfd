// What the desk does beyond links and forms: documents of the report grow to their full height, and what they cite opens beside them.
"use strict";

function fit(frame) {
  const inside = frame.contentDocument;
  if (!inside || !inside.body) return;
  frame.style.height = inside.documentElement.scrollHeight + "px";
}

function settle(frame) {
  const inside = frame.contentDocument;
  if (!inside || !inside.body) return;
  for (const link of inside.querySelectorAll("a[href]")) {
    if (!link.getAttribute("href").startsWith("#")) {
      link.target = "_blank";
      link.rel = "noreferrer";
    }
  }
  fit(frame);
  new ResizeObserver(() => fit(frame)).observe(inside.body);
}

function frames(root) {
  for (const frame of root.querySelectorAll("iframe.document")) {
    if (frame.dataset.settled) continue;
    frame.dataset.settled = "yes";
    frame.addEventListener("load", () => settle(frame));
    if (frame.contentDocument && frame.contentDocument.readyState === "complete") settle(frame);
  }
}

document.addEventListener("DOMContentLoaded", () => frames(document));
document.addEventListener("htmx:load", (event) => frames(event.target));

// An answer to a question that has been changed since is not shown: the next is under way, and to show this one would undo the change.
let changes = 0;
for (const kind of ["input", "change"]) document.addEventListener(kind, () => { changes += 1; }, true);
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.changes = changes; });
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "quote" && event.detail.xhr.changes !== changes) event.detail.shouldSwap = false;
});
