// Reading without a mouse: keys, drafts, and the next answer loaded before it is asked for. Without
// this file the form saves and goes on by itself.

const DRAFT_DELAY = 500; // milliseconds after the last key
const LEASE_DELAY = 240_000; // an answer is a reader's for ten minutes
const KEYS_OFF = "kireji-desk-keys-off";
const problem = document.getElementById("reading-problem");
const given = []; // comments of this evening, which a page loaded before does not offer yet
let sheet, form, csrf, next, timer, saving;

// ---- what is in the form

function typed() {
  const data = new FormData(form);
  return {
    items: data.getAll("item").map(Number),
    points: data.get("points"),
    comment: data.get("comment"),
    none: data.has("none"),
  };
}

function fill(from) {
  for (const box of form.querySelectorAll("[name=item]"))
    box.checked = from.items.includes(Number(box.value));
  form.elements.none.checked = from.none;
  form.elements.points.value = from.points;
  form.elements.comment.value = from.comment;
}

const number = (text) => Number(text.trim().replace(",", "."));
const points = (value) => String(Math.round(value * 100) / 100);

function showScore() {
  const most = Number(sheet.dataset.most);
  const boxes = [...form.querySelectorAll("[name=item]:checked")];
  const sum = boxes.reduce((sum, box) => sum + Number(box.dataset.points), number(typed().points));
  const chosen = boxes.length || typed().points.trim() || typed().none;
  const score = points(Math.min(Math.max(sum, 0), most));
  form.querySelector("[data-score]").value = `${chosen ? score : "–"} of ${points(most)}`;
}

function tell(sentence) {
  form.querySelector("[data-state]").textContent = sentence;
}

function complain(sentence, link) {
  problem.replaceChildren(sentence);
  if (link) {
    const anchor = Object.assign(document.createElement("a"), { href: location.href });
    anchor.textContent = link;
    problem.append(" ", anchor);
  }
  problem.hidden = !sentence;
}

// ---- what is not saved yet: in this browser at once, at the desk soon after

const key = () => `kireji-draft ${sheet.dataset.person} ${sheet.dataset.api} ${sheet.dataset.code}`;

function changed() {
  showScore();
  localStorage.setItem(key(), JSON.stringify(typed()));
  tell("Not saved yet.");
  clearTimeout(timer);
  timer = setTimeout(keepDraft, DRAFT_DELAY);
}

async function leave() {
  if (localStorage.getItem(key())) await keepDraft();
}

async function keepDraft() {
  clearTimeout(timer);
  const [mine, text] = [key(), JSON.stringify(typed())];
  const answer = await send("PUT", `answers/${sheet.dataset.code}/draft`, JSON.parse(text));
  if (!answer || mine !== key()) return;
  if (localStorage.getItem(mine) === text) localStorage.removeItem(mine);
  tell("Not saved yet. What you typed is kept.");
}

// ---- the desk's API

async function call(method, path, body) {
  return fetch(`${sheet.dataset.api}/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
}

// What the desk answers; null when it refuses, and the page says why.
async function send(method, path, body) {
  try {
    let answer = await call(method, path, body);
    if (answer.status === 401 || answer.status === 403) {
      if (await renew()) answer = await call(method, path, body);
      if (answer.status === 401 || answer.status === 403) {
        complain("You are signed out. What you typed is kept in this browser.", "Sign in again");
        return null;
      }
    }
    const said = await answer.json();
    complain(answer.ok ? "" : said.detail);
    return answer.ok ? said : null;
  } catch {
    complain("The desk does not answer. What you typed is kept in this browser; save it again.");
    return null;
  }
}

// A session that ended begins again while the hub still knows the person.
async function renew() {
  const found = await load(location.href);
  if (found?.sheet.dataset.person !== sheet.dataset.person) return false;
  csrf = found.page.querySelector("#reading [name=csrf]")?.value ?? csrf;
  for (const field of document.querySelectorAll("[name=csrf]")) field.value = csrf;
  return true;
}

async function load(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("reading");
  return found && { sheet: found, page, url: answer.url };
}

// ---- from answer to answer

function show(found, push = true) {
  if (!found) return false;
  if (found.sheet.hasAttribute("data-done")) {
    location.assign(found.url);
    return true;
  }
  document.getElementById("reading").replaceWith(document.importNode(found.sheet, true));
  document.title = found.page.title;
  if (push) history.pushState(null, "", found.url);
  clearTimeout(timer);
  complain("");
  open();
  keepLease(); // a page that was loaded long ago may be with another reader now
  scrollTo(0, 0);
  sheet.querySelector("[data-focus]").focus({ preventScroll: true });
  return true;
}

async function go(address) {
  if (!show(await load(address).catch(() => null))) location.assign(address);
}

async function goOn(after) {
  const found = await next;
  const still = found && !found.sheet.hasAttribute("data-done");
  if (!still || !show(found)) await go(after);
}

const after = () => `${sheet.dataset.page}?after=${sheet.dataset.code}`;

async function save() {
  const { items, points, comment, none } = typed();
  const extra = number(points);
  if (Number.isNaN(extra)) return complain(`“${points}” is no number of points, such as 2 or -0.5.`);
  if (!items.length && !points.trim() && !none)
    return complain("Choose an item, give points, or choose 0 points. To leave it unread, skip it.");
  const [mine, address] = [key(), after()];
  clearTimeout(timer);
  const [digest, seen] = [form.elements.digest.value, form.elements.seen.value];
  const path = `answers/${sheet.dataset.code}/reading`;
  const saved = await send("PUT", path, { items, points: extra, comment, digest, seen });
  if (!saved) return;
  localStorage.removeItem(mine);
  if (comment.trim() && !given.includes(comment)) given.push(comment);
  const read = `${sheet.dataset.page}/answers/${sheet.dataset.code}`;
  await goOn(address);
  const previous = form.querySelector("[data-previous]"); // the page may be older than what is saved
  previous.href = read;
  previous.hidden = false;
}

const keepLease = () => send("PUT", `answers/${sheet.dataset.code}/lease`, {});

async function skip() {
  const address = after();
  await leave();
  await send("POST", `answers/${sheet.dataset.code}/skip`, {});
  await goOn(address);
}

async function undo() {
  await leave();
  const done = await send("POST", "undo", {});
  if (done) await go(`${sheet.dataset.page}/answers/${done.answer}`);
}

// One thing at a time: a key that is pressed twice saves once.
async function once(action) {
  if (saving) return;
  saving = true;
  form.setAttribute("aria-busy", "true");
  try {
    await action();
  } finally {
    form.removeAttribute("aria-busy");
    saving = false;
  }
}

// ---- keys

const actions = {
  n: () => once(save),
  s: () => once(skip),
  u: () => once(undo),
  p: () => once(async () => {
    const link = form.querySelector("[data-previous]");
    await leave();
    if (!link.hidden) await go(link.href);
    else complain("You have read no answer before this one.");
  }),
  c: () => form.elements.comment.focus(),
  "?": () => {
    const keys = form.querySelector(".keys");
    keys.open = !keys.open;
    if (keys.open) keys.querySelector("summary").focus();
  },
};

function press(event) {
  const writes = event.target.matches("textarea, input:not([type=checkbox])");
  if (event.key === "Escape" && writes) return sheet.querySelector("[data-focus]").focus();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return once(save);
  if (writes || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(KEYS_OFF)) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const place = digit && event.shiftKey ? Number(digit) + 9 : digit;
  const box = digit && form.querySelector(`[data-key="${place}"]`);
  if (box) box.click();
  else if (Object.hasOwn(actions, event.key)) actions[event.key]();
  else return;
  event.preventDefault();
}

// ---- an answer that has just come onto the page

function open() {
  sheet = document.getElementById("reading");
  form = sheet.querySelector("form");
  csrf = form.elements.csrf.value;
  const kept = localStorage.getItem(key());
  if (kept) {
    fill(JSON.parse(kept));
    changed();
    tell("What you typed before is filled in, and not saved yet.");
  }
  if (kept || sheet.hasAttribute("data-draft")) showScore();
  next = load(after()).catch(() => null);
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-keys]")) {
      if (event.target.checked) localStorage.removeItem(KEYS_OFF);
      else localStorage.setItem(KEYS_OFF, "1");
      return;
    }
    if (event.target.name === "none" && event.target.checked)
      fill({ ...typed(), items: [], points: "" });
    else if (event.target.name === "item" && event.target.checked) form.elements.none.checked = false;
    changed();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const by = event.submitter;
    once(by?.hasAttribute("data-undo") ? undo : by?.value === "skip" ? skip : save);
  });
  form.querySelector("[data-keys]").checked = !localStorage.getItem(KEYS_OFF);
  const reuse = form.querySelector("[data-reuse]");
  const offered = [...reuse.querySelectorAll("[data-comment]")].map((one) => one.dataset.comment);
  for (const comment of given.filter((one) => !offered.includes(one))) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.className = "plain";
    button.textContent = button.dataset.comment = comment;
    const line = document.createElement("li");
    line.append(button);
    reuse.querySelector("ul").prepend(line);
  }
  reuse.hidden = !reuse.querySelector("li");
  reuse.addEventListener("click", (event) => {
    const comment = event.target.closest("[data-comment]")?.dataset.comment;
    if (!comment) return;
    const field = form.elements.comment;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${comment}` : comment;
    field.focus();
    changed();
  });
}

document.addEventListener("keydown", press);
addEventListener("popstate", () => location.reload());
setInterval(() => {
  if (!document.hidden && !saving) keepLease();
}, LEASE_DELAY);
open();
