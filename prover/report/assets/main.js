// Which target is shown, keys.

const sections = [...document.querySelectorAll("section.target")];
const links = [...document.querySelectorAll("nav.targets a")];
const explorer = new Explorer(document.getElementById("explorer"));
let current = -1;
// From here on the address chooses a target; it is no place to scroll to.
for (const section of sections) section.removeAttribute("id");
document.body.classList.add("live");

function show(at) {
  if (at === current || !sections[at]) return;
  current = at;
  sections.forEach((section, index) => (section.hidden = index !== at));
  links.forEach((link, index) => (index === at ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  const nav = links[at].parentElement;
  nav.scrollTo({ left: links[at].offsetLeft - nav.clientWidth / 2 + links[at].clientWidth / 2, behavior: "instant" });
  sections[at].after(explorer.element);
  explorer.load(DATA.targets[at]);
}

function fromAddress() {
  const found = /^#t(\d+)$/.exec(location.hash);
  if (found) show(Number(found[1]));
  else if (current < 0 || !location.hash) show(first());
}

// What a reader most likely came for: what is not proved, else the first proof with something to see.
function first() {
  const seen = (test) => DATA.targets.findIndex((target, at) => target.searches.length > 0 && test(target, links[at]));
  const found = [seen((_, link) => !link.classList.contains("good")), seen((target) => target.searches.some((search) => search.edges.length > 2))];
  return found.find((at) => at >= 0) ?? 0;
}

// The address follows, but does not move the page.
function go(at) {
  if (at === current) return;
  show(at);
  history.pushState(null, "", `#t${at}`);
}

function step(by) {
  go(Math.max(0, Math.min(sections.length - 1, current + by)));
}

// --- keys

const KEYS = {
  "/": () => {
    explorer.input.focus();
    explorer.input.select();
  },
  "?": () => help.showModal(),
  t: nextTheme,
  p: () => {
    explorer.tree.nextStep();
    explorer.tree.element.focus({ preventScroll: true });
  },
  o: () => explorer.onlyButton.disabled || explorer.tree.setOnly(!explorer.tree.only),
  e: () => explorer.tree.expandAll(),
  c: () => explorer.tree.collapseAll(),
  "[": () => step(-1),
  "]": () => step(1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target instanceof HTMLInputElement || !KEYS[event.key]) return;
  const needsTree = !"?t[]".includes(event.key);
  if (needsTree && (explorer.element.hidden || !explorer.tree.graph)) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const code of document.querySelectorAll("section.target pre.lean code")) {
  const text = code.textContent;
  code.replaceChildren(painted(text));
  const copy = button("Copy", "copy", () => navigator.clipboard?.writeText(text).then(() => (copy.textContent = "Copied")));
  if (navigator.clipboard) code.closest("figure").querySelector("figcaption").append(copy);
}
links.forEach((link, at) =>
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(at);
  }),
);
window.addEventListener("hashchange", fromAddress);
window.addEventListener("popstate", fromAddress);
if (sections.length) fromAddress();
