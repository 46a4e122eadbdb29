// The desk works without this file; it saves clicks and shows runs as they go on.

// A box in the head of a table chooses every row of it.
for (const all of document.querySelectorAll("input[data-all]")) {
  const boxes = [...all.form.elements].filter((box) => box.name === all.dataset.all);
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
}

// A part of a page that changes by itself.
for (const part of document.querySelectorAll("[data-follow]")) {
  const events = new EventSource(part.dataset.follow);
  events.addEventListener("message", (event) => {
    if (event.data === part.dataset.shown) return;
    part.dataset.shown = event.data;
    const focused = document.activeElement?.getAttribute("aria-label");
    part.innerHTML = event.data; // rendered by the desk, with everything escaped
    if (focused) part.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  });
}

// A form is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) =>
    setTimeout(() => {
      if (event.defaultPrevented) return; // another script sends it
      form.querySelectorAll("button").forEach((button) => (button.disabled = true));
    }),
  );
}
