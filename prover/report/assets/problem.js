// One problem: what was asked, each attempt at it, its proof, its search.

class ProblemView {
  constructor(element, explorer, chosen) {
    this.element = element;
    this.explorer = explorer;
    this.chosen = chosen;
    const find = (selector) => element.querySelector(selector);
    Object.assign(this, { title: find("h2"), facts: find(".asked"), attempts: find(".attempts"), body: find(".attempt") });
  }

  show(problem) {
    this.problem = problem;
    this.title.replaceChildren(make("bdi", "", problem.id));
    this.facts.replaceChildren(...this.asked(problem));
    this.rows = problem.runs.flatMap((run, place) => (run ? run.attempts.map((attempt) => ({ place, attempt })) : []));
    this.attempts.querySelector("tbody").replaceChildren(...this.rows.map((row, at) => this.row(row, at)));
    this.attempts.hidden = !this.rows.length;
    this.choose(Math.max(0, this.rows.findIndex(({ attempt }) => attempt.proved)));
  }

  asked(problem) {
    const chips = make("p", "badges");
    problem.runs.forEach((run, at) => {
      const words = !run ? "not asked" : run.solved ? "solved" : run.pending ? "pending" : "not solved";
      const badge = make("span", `badge ${run?.solved ? "good" : run ? "open" : ""}`, `${PAGE.runs.length > 1 ? `${PAGE.runs[at].run}: ` : ""}${words}`);
      chips.append(badge);
    });
    for (const name of ["topic", "split", "difficulty"]) if (problem[name]) chips.append(make("span", "dim", `${name} ${problem[name]}`));
    const parts = [chips];
    if (problem.bad) parts.push(make("p", "warn", `Known to be bad: ${problem.bad}`));
    if (problem.correction) parts.push(make("p", "dim", `As corrected by ${problem.correction}`));
    if (problem.informal) parts.push(make("p", "informal", problem.informal));
    const stated = [problem.preamble, problem.statement].filter(Boolean).join("\n\n");
    parts.push(script("Statement", stated));
    const whole = [problem.header, stated, problem.epilogue].filter(Boolean).join("\n\n");
    if (whole !== stated) parts.push(make("details", "", make("summary", "", "The whole file"), lean(whole)));
    const notes = [problem.origin, ...(problem.notes ?? [])].join(" · ");
    parts.push(make("p", "dim", notes));
    return parts;
  }

  row({ place, attempt }, at) {
    const { spent } = attempt;
    const name = make("th", "", button(`${PAGE.runs.length > 1 ? `${PAGE.runs[place].run} ` : ""}#${attempt.attempt}`, `choose ${tone(place)}`, () => this.choose(at)));
    name.scope = "row";
    const outcome = attempt.proved ? make("td", "", make("b", "good", "✓ "), `proved, rung ${attempt.rung}`) : make("td", "", make("b", "open", "– "), cause(attempt));
    const numbers = [duration(spent.seconds), duration(spent.lean_seconds), short(spent.heartbeats), short(spent.expansions), short(spent.tokens)];
    return make("tr", "", name, outcome, ...numbers.map((words) => make("td", "number", words)));
  }

  choose(at) {
    const row = this.rows[at];
    [...this.attempts.querySelectorAll("tbody button")].forEach((one, index) => one.setAttribute("aria-pressed", String(index === at)));
    this.body.replaceChildren(...(row ? this.told(row.attempt) : [make("p", "note", "No attempt has ended yet.")]));
    const searches = row?.attempt.searches ?? [];
    this.chosen(searches.length > 0);
    // An explorer draws what it can measure, so it is shown first.
    if (searches.length) this.explorer.load({ searches });
  }

  told(attempt) {
    const parts = [];
    if (attempt.script) parts.push(script(attempt.proved ? "Proof" : "What was found", attempt.script));
    const facts = [];
    if (attempt.proved) facts.push(["verified", `in a clean process, rung ${attempt.rung}`], ["axioms", (attempt.axioms ?? []).join(", ") || "none"]);
    if (attempt.tactics) facts.push(["tactics", attempt.tactics.join(", ")]);
    if (attempt.lemmas) facts.push(["lemmas", attempt.lemmas.join(", ")]);
    if (attempt.proof_file) facts.push(["file", attempt.proof_file]);
    if (attempt.spoilt) facts.push(["begun before", `${count(attempt.spoilt, "time", "times")}, lost to broken machinery`]);
    if (attempt.spent.money) facts.push(["money", `$${attempt.spent.money.toFixed(4)}`]);
    if (attempt.detail) facts.push(["detail", attempt.detail]);
    if (facts.length) parts.push(list(facts));
    if (!attempt.searches) parts.push(make("p", "note", "The search of this attempt is not on this page: it was not kept, or the page had no room for it."));
    return parts;
  }
}

function script(title, text) {
  const caption = make("figcaption", "", title);
  if (navigator.clipboard) {
    const copy = button("Copy", "copy", () => navigator.clipboard.writeText(text).then(() => (copy.textContent = "Copied")));
    caption.append(copy);
  }
  return make("figure", "script", caption, lean(text));
}
