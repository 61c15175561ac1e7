// The table of problems: sorted, filtered, each a link to its own view.

const AT_ONCE = 250;
const OUTCOME = {
  all: () => true,
  solved: (problem) => problem.runs.some((run) => run?.solved),
  unsolved: (problem) => problem.runs.some((run) => run && !run.solved && !run.pending),
  pending: (problem) => problem.runs.some((run) => run && !run.solved && run.pending),
  differs: (problem) => new Set(problem.runs.filter(Boolean).map((run) => run.solved)).size > 1,
};

// What the table and the plots ask of problems again and again.
function prepare(problems) {
  problems.forEach((problem, index) => {
    problem.index = index;
    problem.took = problem.runs.map((run) => (run ? timeToProof(run) : null));
    const scripts = problem.runs.flatMap((run) => run?.attempts.map((attempt) => attempt.script ?? "") ?? []);
    problem.words = [problem.id, problem.statement, problem.informal, problem.topic, problem.split, problem.difficulty, problem.bad, ...(problem.notes ?? []), ...scripts].filter(Boolean).join("\n").toLowerCase();
  });
}

// Seconds of all attempts up to and with the first proof; null where there is none, or one before it has not ended.
function timeToProof(run) {
  let seconds = 0;
  let next = 1;
  for (const attempt of run.attempts) {
    if (attempt.attempt !== next++) return null;
    seconds += attempt.spent.seconds;
    if (attempt.proved) return seconds;
  }
  return null;
}

function cause(attempt) {
  const [words] = PAGE.verdicts[attempt.code];
  return attempt.stopped && PAGE.stops[attempt.stopped] ? PAGE.stops[attempt.stopped] : words;
}

class Problems {
  constructor(element, open) {
    this.element = element;
    this.open = open;
    const find = (selector) => element.querySelector(selector);
    Object.assign(this, { head: find("thead tr"), body: find("tbody"), input: find("#find"), outcome: find("#outcome"), found: find("#matches") });
    Object.assign(this, { chips: find(".chips"), more: find("#more") });
    this.sort = { by: "index", down: false };
    this.picks = new Map();
    const has = (name) => new Set(PAGE.problems.map((problem) => problem[name])).size > 1;
    this.columns = [
      { key: "index", name: "problem", value: (problem) => problem.index },
      ...["topic", "split", "difficulty"].filter(has).map((name) => ({ key: name, name, value: (problem) => natural(problem[name] ?? "") })),
      ...PAGE.runs.map((run, at) => ({ key: `run${at}`, name: run.run, run: at, value: (problem) => rank(problem, at) })),
    ];
    this.head.replaceChildren(...this.columns.map((column) => this.header(column)));
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.typed(event));
    this.outcome.addEventListener("change", () => this.refresh());
    this.more.addEventListener("click", () => this.extend());
    this.body.addEventListener("keydown", (event) => this.moved(event));
    this.body.addEventListener("click", (event) => this.clicked(event));
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.extend(), { rootMargin: "600px" }).observe(this.more);
    this.refresh();
  }

  header(column) {
    const element = make("th", column.run === undefined ? "" : `outcome ${tone(column.run)}`);
    element.scope = "col";
    element.append(button(column.name, "sort", () => this.sorted(column)));
    column.element = element;
    return element;
  }

  sorted(column) {
    const again = this.sort.by === column.key;
    this.sort = { by: column.key, down: again && !this.sort.down };
    this.refresh();
  }

  // Keeps to the problems that a mark of a plot stands for; the same mark again lets go of them.
  pick(pick) {
    if (this.picks.has(pick.label)) this.picks.delete(pick.label);
    else this.picks.set(pick.label, pick.test);
    this.refresh();
    this.element.scrollIntoView({ block: "start" });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), 80);
  }

  typed(event) {
    if (event.key === "Escape") {
      this.input.value = "";
      this.refresh();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      clearTimeout(this.timer);
      this.refresh();
      this.body.querySelector("a")?.focus();
    }
  }

  refresh() {
    const needle = this.input.value.trim().toLowerCase();
    const tests = [OUTCOME[this.outcome.value], ...this.picks.values()];
    const column = this.columns.find((one) => one.key === this.sort.by);
    const sign = this.sort.down ? -1 : 1;
    this.shown = PAGE.problems
      .filter((problem) => (!needle || problem.words.includes(needle)) && tests.every((test) => test(problem)))
      .map((problem) => [column.value(problem), problem])
      .sort(([a, p], [b, q]) => sign * compare(a, b) || p.index - q.index)
      .map(([, problem]) => problem);
    for (const one of this.columns) {
      if (one === column) one.element.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
      else one.element.removeAttribute("aria-sort");
    }
    this.found.textContent = this.shown.length === PAGE.problems.length ? count(this.shown.length, "problem", "problems") : `${this.shown.length.toLocaleString("en")} of ${count(PAGE.problems.length, "problem", "problems")}`;
    this.chips.replaceChildren(...[...this.picks].map(([label, test]) => {
      const chip = button(`${label} ×`, "pick", () => this.pick({ label, test }));
      chip.setAttribute("aria-label", `Let go of: ${label}`);
      return chip;
    }));
    this.needle = needle;
    this.body.replaceChildren();
    this.extend();
  }

  extend() {
    const from = this.body.childElementCount;
    this.body.append(...this.shown.slice(from, from + AT_ONCE).map((problem) => this.row(problem)));
    this.more.hidden = this.body.childElementCount >= this.shown.length;
  }

  row(problem) {
    const link = make("a", "", marked(problem.id, this.needle));
    link.href = `#p${problem.index}`;
    const name = make("th", "id", make("bdi", "", link), problem.bad ? make("span", "flag", "known bad") : "", problem.correction ? make("span", "flag", "corrected") : "");
    name.scope = "row";
    const cells = this.columns.slice(1).map((column) => (column.run === undefined ? make("td", "", problem[column.key] ?? "") : this.cell(problem.runs[column.run], problem.took[column.run])));
    const element = make("tr", "", name, ...cells);
    element.dataset.index = problem.index;
    return element;
  }

  cell(run, took) {
    if (!run) return make("td", "none", "not asked");
    const proved = run.attempts.filter((attempt) => attempt.proved).length;
    const all = run.attempts.length + run.pending;
    const share = all > 1 ? make("span", "share", `${proved} of ${all}`) : "";
    if (run.solved) return make("td", "yes", make("b", "good", "✓ "), took === null ? "solved" : duration(took), share);
    if (run.pending) return make("td", "wait", "… pending", share);
    const causes = [...new Set(run.attempts.map(cause))];
    return make("td", "no", make("b", "open", "– "), causes[0], causes.length > 1 ? `, +${causes.length - 1}` : "", share);
  }

  clicked(event) {
    const row = event.target.closest("tr");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(Number(row.dataset.index));
  }

  moved(event) {
    const row = event.target.closest("tr");
    const to = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling, Home: this.body.firstElementChild, End: this.body.lastElementChild }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    to?.querySelector("a").focus();
  }

  // The problem that stands `by` places from another in the table, as it is shown now.
  beside(index, by) {
    const at = this.shown.findIndex((problem) => problem.index === index);
    return this.shown[at < 0 ? 0 : at + by];
  }

  focus(index) {
    while (!this.body.querySelector(`tr[data-index="${index}"]`) && !this.more.hidden) this.extend();
    const link = this.body.querySelector(`tr[data-index="${index}"] a`);
    link?.focus({ preventScroll: true });
    link?.scrollIntoView({ block: "center" });
  }
}

// Solved ones first, the fastest first; then those that failed, those pending, those that were not asked.
function rank(problem, at) {
  const run = problem.runs[at];
  if (!run) return 4e15;
  if (run.solved) return problem.took[at] ?? 1e15;
  return run.pending ? 3e15 : 2e15;
}

// Numbers as numbers, before all other texts.
function natural(value) {
  return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
