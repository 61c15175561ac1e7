// One target's searches: figures, map, tree, details.

const OUTCOMES = [
  ["Solved", "closed", "closed a goal"],
  ["Progress", "progress", "made progress"],
  ["Failed", "failed", "failed"],
  ["TimedOut", "timedout", "ran out of limits"],
  ["Rejected", "rejected", "not tried"],
  ["Lost", "lost", "ended the process"],
];

class Explorer {
  constructor(element) {
    this.element = element;
    const find = (selector) => element.querySelector(selector);
    Object.assign(this, { tabs: find(".tabs"), panel: find("#panel"), stats: find(".stats"), input: find("#filter") });
    Object.assign(this, { count: find("#found"), onlyButton: find("#only") });
    this.detail = new Detail(
      find("#detail"),
      (state) => this.tree.reveal(state, true),
      () => this.tree.element.focus({ preventScroll: true }),
    );
    this.tree = new Tree(find("#tree"), find(".bar"), (row, asked) => this.selected(row, asked));
    this.tree.onFiltered = () => this.filtered();
    this.picture = new Picture(find(".map"), (state) => {
      this.tree.reveal(state, true);
      this.tree.element.focus({ preventScroll: true });
    });
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.typed(event));
    this.onlyButton.addEventListener("click", () => this.tree.setOnly(!this.tree.only));
    find("#expand").addEventListener("click", () => this.tree.expandAll());
    find("#collapse").addEventListener("click", () => this.tree.collapseAll());
    this.tabs.addEventListener("keydown", (event) => this.tabbed(event));
    this.graphs = new Map();
  }

  load(target) {
    this.searches = target.searches;
    this.element.hidden = this.searches.length === 0;
    if (this.element.hidden) return;
    this.tabs.hidden = this.searches.length < 2;
    this.tabs.replaceChildren(...this.searches.map((search, at) => this.tab(search, at)));
    this.choose(this.best());
  }

  // The search that found what was found, else the longest one for the statement itself.
  best() {
    const solved = this.searches.findIndex((search) => search.solved);
    if (solved >= 0) return solved;
    const sizes = this.searches.map((search) => (search.refuting ? -1 : search.states.length));
    return sizes.indexOf(Math.max(...sizes));
  }

  tab(search, at) {
    const name = search.refuting ? "the negation" : TEXTS[search.stop];
    const element = button("", "tab", () => this.choose(at));
    element.append(make("span", `dot ${search.solved ? "good" : "open"}`), `${at + 1}. ${search.refuting ? "negation" : "search"}`, make("small", "", search.refuting ? TEXTS[search.stop] : name));
    element.setAttribute("role", "tab");
    element.setAttribute("aria-controls", "panel");
    element.id = `tab-${at}`;
    return element;
  }

  tabbed(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.choose((this.at + step + this.searches.length) % this.searches.length);
    this.tabs.children[this.at].focus();
  }

  choose(at) {
    this.at = at;
    const several = this.searches.length > 1;
    [...this.tabs.children].forEach((tab, index) => {
      tab.setAttribute("aria-selected", index === at);
      tab.tabIndex = index === at ? 0 : -1;
    });
    if (several) {
      this.panel.setAttribute("role", "tabpanel");
      this.panel.setAttribute("aria-labelledby", `tab-${at}`);
    } else {
      this.panel.removeAttribute("role");
      this.panel.removeAttribute("aria-labelledby");
    }
    const search = this.searches[at];
    this.input.value = "";
    if (!this.graphs.has(search)) this.graphs.set(search, new Graph(search));
    this.graph = this.graphs.get(search);
    this.describe(search);
    const empty = this.graph.states.length === 0;
    for (const part of [".map", ".bar", ".split"]) this.panel.querySelector(part).hidden = empty;
    if (empty) return;
    this.detail.element.classList.remove("asked");
    this.onlyButton.disabled = !this.graph.edges.some((edge) => edge.inProof);
    this.picture.chosen = null;
    this.picture.load(this.graph);
    this.tree.load(this.graph);
    this.filtered();
  }

  selected(row, asked) {
    this.detail.show(this.graph, row, asked);
    this.picture.point(row && (row.state ?? row.link ?? row.owner ?? this.graph.states[row.edge.parent]));
  }

  describe(search) {
    const states = this.graph.states.length;
    const tried = Object.values(search.tallies).reduce((sum, number) => sum + number, 0);
    const figure = (value, name) => make("div", "figure", make("b", "", value), make("span", "", name));
    const ended = make("div", `figure ending ${search.solved ? "good" : "open"}`, make("b", "", TEXTS[search.stop]));
    ended.append(make("span", "", TEXTS[search.detail] || (search.limit ? `of ${duration(search.limit)} allowed` : "")));
    const bar = drawn("svg", { class: "outcomes", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
    const legend = make("div", "legend");
    const tally = make("div", "tally", bar, legend);
    let from = 0;
    for (const [outcome, name, words] of OUTCOMES) {
      const number = search.tallies[outcome] ?? 0;
      if (!number) continue;
      const width = (100 * number) / tried;
      bar.append(drawn("rect", { class: name, x: from, y: 0, width, height: 6 }));
      from += width;
      legend.append(make("span", `key ${name}`, `${number.toLocaleString("en")} ${words}`));
    }
    const figures = make("div", "figures", ended, figure(duration(search.seconds), "searched"));
    figures.append(figure(states.toLocaleString("en"), states === 1 ? "goal" : "goals"), figure(tried.toLocaleString("en"), tried === 1 ? "tactic tried" : "tactics tried"));
    figures.append(figure(short(search.heartbeats), "heartbeats"));
    this.stats.replaceChildren(figures, tried ? tally : "");
  }

  // --- filter

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tree.filter(this.input.value), 80);
  }

  typed(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      clearTimeout(this.timer);
      this.input.value = "";
      this.tree.filter("");
      this.tree.element.focus({ preventScroll: true });
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      clearTimeout(this.timer);
      this.tree.filter(this.input.value);
      const first = this.tree.rows.find((row) => this.tree.found?.matches.has(row.key));
      if (first) this.tree.select(first.key);
      this.tree.element.focus({ preventScroll: true });
    }
  }

  filtered() {
    const { found, only } = this.tree;
    if (!found && this.input.value) this.input.value = "";
    this.count.textContent = found ? count(found.matches.size, "match", "matches") : "";
    this.onlyButton.setAttribute("aria-pressed", only);
    this.detail.show(this.graph, this.tree.row(), false);
  }
}
