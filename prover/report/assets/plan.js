// The list of lemmas, what is chosen in it, keys.

const PLAN = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const space = list.querySelector(".space");
const aside = document.getElementById("detail");
const input = document.getElementById("filter");
const found = document.getElementById("found");
const MARKS = { proved: "✓", open: "○", refuted: "¬", stale: "–" };
const outline = outlined();
let visible = outline;
let active = 0;

// Each lemma once, below the first that needs it; then those that nothing needs.
function outlined() {
  const rows = [];
  const seen = new Set();
  const put = (root) => {
    const stack = [[root, 0]];
    while (stack.length) {
      const [number, depth] = stack.pop();
      if (seen.has(number)) continue;
      seen.add(number);
      rows.push({ number, depth });
      const ways = PLAN.lemmas[number].decompositions.map((at) => PLAN.decompositions[at]);
      const below = ways.sort((a, b) => Boolean(a.given_up) - Boolean(b.given_up)).flatMap((way) => way.lemmas);
      for (let at = below.length - 1; at >= 0; at--) stack.push([below[at], depth + 1]);
    }
  };
  PLAN.targets.forEach(put);
  PLAN.lemmas.forEach((lemma) => put(lemma.number));
  return rows;
}

function rowHeight() {
  return parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row"));
}

function render() {
  const height = rowHeight();
  space.style.height = `${visible.length * height}px`;
  const first = Math.max(0, Math.floor(list.scrollTop / height) - 5);
  const last = Math.min(visible.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 5);
  for (const row of list.querySelectorAll(".row")) row.remove();
  for (let at = first; at < last; at++) list.append(row(at, height));
  if (visible.length) list.setAttribute("aria-activedescendant", `lemma-${visible[active].number}`);
  else list.removeAttribute("aria-activedescendant");
}

function row(at, height) {
  const { number, depth } = visible[at];
  const lemma = PLAN.lemmas[number];
  const mark = make("span", `mark ${lemma.standing}`, MARKS[lemma.standing]);
  mark.setAttribute("aria-label", STANDING[lemma.standing]);
  const needle = input.value.trim().toLowerCase();
  const says = lemma.statement.replace(/\s+/g, " ");
  const meta = make("span", "meta", make("span", "", lemma.costs.attempts ? count(lemma.costs.attempts, "try", "tries") : ""));
  const element = make("div", `row ${lemma.standing}`, mark, make("bdi", "name", marked(lemma.name, needle)), make("bdi", "says", marked(says, needle)), meta);
  element.id = `lemma-${number}`;
  element.style.setProperty("--level", String(depth));
  element.style.transform = `translateY(${at * height}px)`;
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(at === active));
  element.setAttribute("aria-setsize", String(visible.length));
  element.setAttribute("aria-posinset", String(at + 1));
  if (at === active) element.classList.add("active");
  element.addEventListener("click", () => choose(at));
  return element;
}

function choose(at) {
  active = Math.max(0, Math.min(visible.length - 1, at));
  if (visible.length) {
    const height = rowHeight();
    const top = active * height;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
    const { number } = visible[active];
    aside.replaceChildren(...detail(PLAN, number, follow));
    aside.scrollTop = 0;
    map.point(number);
  }
  render();
}

// To a lemma by number, whatever the filter hides.
function follow(number) {
  if (!visible.some((row) => row.number === number)) {
    input.value = "";
    visible = outline;
    found.textContent = "";
  }
  choose(visible.findIndex((row) => row.number === number));
}

function filter() {
  const needle = input.value.trim().toLowerCase();
  const fits = (lemma) => [lemma.name, lemma.statement, lemma.informal, STANDING[lemma.standing], ...lemma.attempts.map((tried) => tried.faults)].some((text) => text.toLowerCase().includes(needle));
  visible = needle ? outline.filter((row) => fits(PLAN.lemmas[row.number])) : outline;
  found.textContent = needle ? count(visible.length, "lemma", "lemmas") : "";
  list.scrollTop = 0;
  choose(0);
}

function nextOpen() {
  for (let by = 1; by <= visible.length; by++) {
    const at = (active + by) % visible.length;
    if (PLAN.lemmas[visible[at].number].standing === "open") return choose(at);
  }
}

const MOVES = {
  ArrowDown: () => choose(active + 1),
  ArrowUp: () => choose(active - 1),
  PageDown: () => choose(active + Math.floor(list.clientHeight / rowHeight())),
  PageUp: () => choose(active - Math.floor(list.clientHeight / rowHeight())),
  Home: () => choose(0),
  End: () => choose(visible.length - 1),
  Enter: () => aside.focus(),
};
const KEYS = {
  "/": () => {
    input.focus();
    input.select();
  },
  "?": () => help.showModal(),
  t: nextTheme,
  o: nextOpen,
  Escape: () => list.focus(),
};

list.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !MOVES[event.key]) return;
  event.preventDefault();
  MOVES[event.key]();
});
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter") list.focus();
  if (event.key !== "Escape") return;
  input.value = "";
  filter();
  list.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || event.target === input || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
input.addEventListener("input", filter);
list.addEventListener("scroll", render, { passive: true });
const map = new PlanMap(document.querySelector("figure.map"), PLAN, (number) => {
  follow(number);
  list.focus({ preventScroll: true });
});
map.draw();
new ResizeObserver(render).observe(list);
choose(0);
