// The page of evaluations: plots above a table of problems, or one problem; the address says which.

prepare(PAGE.problems);
document.body.classList.add("live");
const overview = document.getElementById("overview");
const view = document.getElementById("problem");
const explorer = new Explorer(document.getElementById("explorer"));
const problems = new Problems(document.getElementById("problems"), open);
const problemView = new ProblemView(view, explorer, (any) => (explorer.element.hidden = !any));
const title = document.title;
let scrolled = 0;
let current = null;

// --- plots

const pick = (mark) => problems.pick(mark);
const curve = new CurveChart(document.getElementById("curve"));
const times = new TimesChart(document.getElementById("times"), pick);
const causes = new BarChart(document.getElementById("causes"), pick);
const uses = new BarChart(document.getElementById("uses"), pick);

const choices = document.querySelector("#curve .choices");
const budgets = Object.keys(PAGE.budgets).filter((budget) => budget === "seconds" || PAGE.runs.some((run) => run.curves[budget].points.some(([x]) => x > 0)));
choose(choices, budgets.map((budget) => [budget, PAGE.budgets[budget]]), (budget) => curve.load(budget));
times.draw();
causes.load(
  gathered(
    (run) => [
      ...run.failures.map((one) => [`${one.code}\n${one.stopped}`, cause(one), one.attempts]),
      ...Object.entries(run.infrastructure).map(([error, number]) => [`!${error}`, `made again: ${error.replaceAll("_", " ")}`, number, true]),
    ],
    (key, name) => key[0] !== "!" && { label: name, test: (problem) => attemptsOf(problem).some((one) => !one.proved && `${one.code}\n${one.stopped ?? ""}` === key) },
  ),
  (value) => count(value, "attempt", "attempts"),
);
choose(document.querySelector("#uses .choices"), [["tactics", "tactics"], ["lemmas", "lemmas"]], (kind) =>
  uses.load(
    gathered((run) => run[kind].map((use) => [use.name, use.name, use.problems]), (_, name) => ({ label: `proved with ${name}`, test: (problem) => firstProofs(problem).some((proof) => (proof[kind] ?? []).includes(name)) })),
    (value) => count(value, "problem", "problems"),
  ),
);

function attemptsOf(problem) {
  return problem.runs.flatMap((run) => run?.attempts ?? []);
}

function firstProofs(problem) {
  return problem.runs.map((run) => run?.attempts.find((attempt) => attempt.proved)).filter(Boolean);
}

// Buttons of which one is pressed.
function choose(element, names, act) {
  const press = (name) => {
    buttons.forEach((one, at) => one.setAttribute("aria-pressed", String(names[at][0] === name)));
    act(name);
  };
  const buttons = names.map(([name, words]) => button(words, "choice", () => press(name)));
  element.replaceChildren(...buttons);
  press(names[0][0]);
}

// --- comparisons: their lists lead to the table

for (const element of document.querySelectorAll("button.cell")) {
  const { pairing, cell } = element.dataset;
  const names = new Set(PAGE.pairings[pairing][cell]);
  element.disabled = !names.size;
  element.addEventListener("click", () => problems.pick({ label: element.title, test: (problem) => names.has(problem.id) }));
}

// --- which view

function open(index) {
  if (!current) scrolled = window.scrollY;
  history.pushState(null, "", `#p${index}`);
  fromAddress();
}

function fromAddress() {
  const found = /^#p(\d+)$/.exec(location.hash);
  const problem = found && PAGE.problems[Number(found[1])];
  const left = current;
  current = problem ?? null;
  overview.hidden = Boolean(problem);
  view.hidden = !problem;
  document.title = problem ? `${problem.id}: ${title}` : title;
  if (problem) {
    problemView.show(problem);
    window.scrollTo({ top: 0, behavior: "instant" });
    view.querySelector("h2").focus({ preventScroll: true });
  } else if (left) {
    window.scrollTo({ top: scrolled, behavior: "instant" });
    problems.focus(left.index);
  }
}

function back() {
  if (!current) return;
  history.pushState(null, "", location.pathname + location.search);
  fromAddress();
}

function step(by) {
  const next = problems.beside(current.index, by);
  if (next) open(next.index);
}

document.getElementById("back").addEventListener("click", back);
document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("next").addEventListener("click", () => step(1));
window.addEventListener("hashchange", fromAddress);
window.addEventListener("popstate", fromAddress);

// --- keys

const inTree = (act) => () => {
  if (explorer.element.hidden || !explorer.tree.graph) return false;
  act();
};
const KEYS = {
  "/": () => {
    const input = current ? (explorer.element.hidden ? null : explorer.input) : problems.input;
    if (!input) return false;
    input.focus();
    input.select();
  },
  "?": () => help.showModal(),
  t: nextTheme,
};
const PROBLEM_KEYS = {
  Escape: back,
  "[": () => step(-1),
  "]": () => step(1),
  p: inTree(() => {
    explorer.tree.nextStep();
    explorer.tree.element.focus({ preventScroll: true });
  }),
  o: inTree(() => explorer.onlyButton.disabled || explorer.tree.setOnly(!explorer.tree.only)),
  e: inTree(() => explorer.tree.expandAll()),
  c: inTree(() => explorer.tree.collapseAll()),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
  const act = KEYS[event.key] ?? (current && PROBLEM_KEYS[event.key]);
  if (act && act() !== false) event.preventDefault();
});

fromAddress();
