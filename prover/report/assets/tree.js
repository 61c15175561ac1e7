// The tree. Only the rows in sight are in the document; all have one height.

const OVERSCAN = 12;

class Tree {
  constructor(element, bar, selected) {
    Object.assign(this, { element, bar, selected });
    this.elements = new Map();
    element.addEventListener("keydown", (event) => this.keyed(event));
    element.addEventListener("click", (event) => this.clicked(event));
    const again = () => requestAnimationFrame(() => this.render());
    window.addEventListener("scroll", again, { passive: true });
    window.addEventListener("resize", () => this.graph && this.refresh());
  }

  load(graph) {
    this.graph = graph;
    this.open = this.opened();
    this.only = false;
    this.needle = "";
    this.found = null;
    this.active = "root";
    this.refresh();
    this.selected(this.row(), false);
  }

  // What is open at first: the proof, or else as much as one can take in at a glance.
  opened() {
    const open = new Set(["root"]);
    const small = this.graph.edges.length <= 24;
    const proved = this.graph.root.inProof;
    for (const state of this.graph.states) {
      if (!state.reached || !(small || (proved ? state.inProof : state.depth < 2))) continue;
      open.add(this.graph.keyOf(state));
      for (const edge of state.edges) if (edge.children.length > 1 && (small || edge.inProof || !proved)) open.add(`e${edge.index}`);
    }
    return open;
  }

  // --- rows

  isOpen(row) {
    return row.children > 0 && (this.found ? this.found.shown.has(row.key) : this.only || this.open.has(row.key));
  }

  refresh() {
    this.rows = [];
    this.places = new Map();
    const stack = [rootRow(this.graph)];
    while (stack.length) {
      const row = stack.pop();
      if (this.found && !this.found.shown.has(row.key)) continue;
      this.places.set(row.key, this.rows.length);
      this.rows.push(row);
      if (!this.isOpen(row)) continue;
      const below = rowsBelow(this.graph, row, this.only);
      for (let at = below.length - 1; at >= 0; at--) stack.push(below[at]);
    }
    while (!this.places.has(this.active) && this.active !== "root") this.active = this.around(this.active);
    this.height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 32;
    this.element.style.height = `${Math.max(1, this.rows.length) * this.height}px`;
    for (const element of this.elements.values()) element.remove();
    this.elements.clear();
    this.render();
  }

  // The key of the row around one that is not shown.
  around(key) {
    const number = Number(key.slice(1).split(".")[0]);
    if (key[0] === "t") return `f${number}`;
    if (key[0] === "g") return `e${number}`;
    return this.graph.keyOf(this.graph.states[key[0] === "f" ? number : this.graph.edges[number].parent]);
  }

  row() {
    return this.rows[this.places.get(this.active) ?? 0] ?? null;
  }

  // --- drawing

  render() {
    if (!this.graph) return;
    const top = this.element.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / this.height) - OVERSCAN);
    const last = Math.min(this.rows.length - 1, Math.ceil((window.innerHeight - top) / this.height) + OVERSCAN);
    const kept = new Set();
    const at = this.places.get(this.active);
    for (let index = first; index <= last; index++) kept.add(index);
    if (at !== undefined) kept.add(at);
    for (const [index, element] of this.elements) {
      if (!kept.has(index)) {
        element.remove();
        this.elements.delete(index);
      }
    }
    for (const index of [...kept].sort((a, b) => a - b)) {
      if (this.elements.has(index)) continue;
      const element = this.drawn(this.rows[index], index);
      const next = [...this.elements.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
      this.element.insertBefore(element, next === undefined ? null : this.elements.get(next));
      this.elements.set(index, element);
    }
    this.mark();
  }

  drawn(row, index) {
    const status = row.edge && row.kind === "edge" ? row.edge.status : (row.state ?? row.link)?.status ?? "";
    const proof = row.kind === "goal" ? row.edge.inProof : row.kind === "root" ? row.state.inProof : row.edge?.inProof;
    const element = make("div", `row is-${row.kind} ${status}${proof ? " proof" : ""}`);
    element.id = `row-${row.key}`;
    element.setAttribute("role", "treeitem");
    element.setAttribute("aria-level", row.level);
    element.setAttribute("aria-setsize", row.size);
    element.setAttribute("aria-posinset", row.position);
    if (row.children > 0) element.setAttribute("aria-expanded", this.isOpen(row));
    element.style.setProperty("--level", row.level - 1);
    element.style.transform = `translateY(${index * this.height}px)`;
    element.append(make("span", "twist"), ...rowContent(this.graph, row, this.needle));
    if (this.found?.matches.has(row.key)) element.classList.add("match");
    return element;
  }

  mark() {
    for (const [index, element] of this.elements) {
      const active = this.rows[index].key === this.active;
      element.classList.toggle("active", active);
      element.setAttribute("aria-selected", active);
    }
    this.element.setAttribute("aria-activedescendant", `row-${this.active}`);
  }

  // --- moving

  select(key, show = false) {
    this.active = key;
    const index = this.places.get(key);
    if (index === undefined) return;
    const top = this.element.getBoundingClientRect().top + index * this.height;
    const upper = this.bar.getBoundingClientRect().height + 4;
    const sheet = document.getElementById("detail");
    const covered = getComputedStyle(sheet).position === "fixed" && !sheet.hidden ? sheet.getBoundingClientRect().height : 0;
    const lower = window.innerHeight - covered - this.height - 8;
    if (top < upper) window.scrollBy({ top: top - upper, behavior: "instant" });
    else if (top > lower) window.scrollBy({ top: top - lower, behavior: "instant" });
    this.render();
    this.selected(this.rows[index], show);
  }

  // Opens what is around a state and goes to it.
  reveal(state, show = false) {
    if (!state.reached) return;
    const key = this.graph.keyOf(state);
    if (this.found) this.filter("");
    if (this.only && !state.inProof) this.setOnly(false);
    for (const other of this.graph.keysAbove(state)) if (other !== key) this.open.add(other);
    this.refresh();
    this.select(key, show);
  }

  toggle(row, open = !this.isOpen(row)) {
    if (row.children === 0 || this.found || this.only) return;
    if (open) this.open.add(row.key);
    else this.open.delete(row.key);
    this.refresh();
    this.selected(this.row(), false);
  }

  activate(row) {
    if (row.link) this.reveal(row.link, true);
    else {
      this.toggle(row);
      this.selected(row, true);
    }
  }

  clicked(event) {
    const element = event.target.closest(".row");
    if (!element) return;
    const key = element.id.slice(4);
    const row = this.rows[this.places.get(key)];
    this.element.focus({ preventScroll: true });
    this.active = key;
    if (event.target.closest(".twist")) this.toggle(row);
    else if (event.target.closest(".jump")) this.activate(row);
    else if (row.kind === "tries" || event.detail === 2) this.toggle(row);
    this.select(this.active, true);
  }

  keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = this.places.get(this.active) ?? 0;
    const row = this.rows[index];
    const page = Math.max(1, Math.floor(window.innerHeight / this.height) - 4);
    const go = (to) => this.select(this.rows[Math.max(0, Math.min(this.rows.length - 1, to))].key);
    const acts = {
      ArrowDown: () => go(index + 1),
      ArrowUp: () => go(index - 1),
      PageDown: () => go(index + page),
      PageUp: () => go(index - page),
      Home: () => go(0),
      End: () => go(this.rows.length - 1),
      ArrowRight: () => (row.children && !this.isOpen(row) ? this.toggle(row) : this.isOpen(row) && go(index + 1)),
      ArrowLeft: () => {
        const before = this.isOpen(row) && !this.found && !this.only;
        if (before) this.toggle(row);
        else if (row.parent) this.select(row.parent.key);
      },
      Enter: () => this.activate(row),
      " ": () => this.activate(row),
      "*": () => {
        for (const other of this.rows) if (other.parent === row.parent && other.kind !== "tries") this.open.add(other.key);
        this.refresh();
      },
    };
    if (!row || !acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  nextStep() {
    const index = this.places.get(this.active) ?? 0;
    const steps = this.rows.filter((row) => row.kind === "edge" && row.edge.inProof);
    const next = steps.find((row) => this.places.get(row.key) > index) ?? steps[0];
    if (next) this.select(next.key);
  }

  // --- what is shown

  filter(needle) {
    this.needle = needle.trim().toLowerCase();
    this.found = this.needle ? search(this.graph, this.needle) : null;
    this.refresh();
    this.onFiltered?.();
  }

  setOnly(only) {
    this.only = only;
    this.refresh();
    this.onFiltered?.();
  }

  expandAll() {
    for (const state of this.graph.states) if (state.reached) this.open.add(this.graph.keyOf(state));
    for (const edge of this.graph.edges) if (edge.children.length > 1) this.open.add(`e${edge.index}`);
    this.refresh();
  }

  collapseAll() {
    this.open = new Set();
    this.refresh();
    this.selected(this.row(), false);
  }
}

// What stands in a row.
function rowContent(graph, row, needle) {
  const mark = (status) => {
    const glyph = make("span", "", STATUS_MARKS[status]);
    glyph.setAttribute("aria-hidden", "true");
    return make("span", `mark ${status}`, glyph, make("span", "unseen", STATUS_WORDS[status]));
  };
  const goal = (state) => {
    const element = make("span", "goal");
    const parent = row.edge && graph.states[row.edge.parent];
    const news = parent ? make("span", "news", marked(state.news(parent), needle)) : "";
    const target = marked(state.target, needle);
    // What changed comes first: it is what stays where there is little room.
    if (parent?.target === state.target) element.append(news, " ", target);
    else element.append(target, "  ", news);
    return element;
  };
  const tactic = (text) => {
    const element = make("code", "tactic");
    element.append(marked(text, needle));
    return element;
  };
  const jump = (state) => make("span", "jump", `↪ #${state.number}`);
  if (row.kind === "root") return [mark(row.state.status), goal(row.state), meta(row)];
  if (row.kind === "goal") {
    const shown = row.state ?? row.link;
    const which = make("span", "which", `${row.position}/${row.size}${shown.case ? ` ${shown.case}` : ""}`);
    return [mark(shown.status), which, goal(shown), row.link ? jump(row.link) : "", meta(row)];
  }
  if (row.kind === "edge") {
    const edge = row.edge;
    const head = [mark(edge.status), tactic(edge.line)];
    if (edge.children.length === 0) return [...head, make("span", "ends", "closes the goal"), meta(row)];
    if (edge.children.length > 1) return [...head, make("span", "and", `leaves ${edge.children.length} goals`), meta(row)];
    const shown = row.state ?? row.link;
    return [...head, goal(shown), row.link ? jump(row.link) : "", meta(row)];
  }
  if (row.kind === "tries") return [make("span", "mark none"), make("span", "fold", triesWords(row.owner))];
  const tried = row.tried;
  const why = make("span", "why");
  const text = TEXTS[tried.text].replace(/\s+/g, " ");
  why.append(make("b", "", tried.words), text ? " " : "", marked(text.slice(0, 300), needle));
  return [make("span", "mark none"), tactic(tried.line), why, meta(row)];
}

function triesWords(state) {
  const counts = new Map();
  for (const [, outcome] of state.tries) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).map(([outcome, number]) => `${number} ${TEXTS[outcome]}`);
  const more = state.more ? `; ${state.more.toLocaleString("en")} more are not on this page` : "";
  return `${count(state.tries.length + state.more, "tactic", "tactics")} without success: ${kinds.join(", ")}${more}`;
}

function meta(row) {
  const element = make("span", "meta");
  const say = (name, text, title) => {
    const part = make("span", name, text);
    if (text) part.title = title;
    element.append(part);
  };
  const source = row.kind === "edge" ? row.edge : row.tried;
  const ran = source && source.seconds !== null;
  const ways = row.state ? row.state.above.length : 0;
  say("log", source ? belief(source.log) : "", source ? `log-probability of the tactic (${chance(source.log)})` : "");
  say("time", ran ? duration(source.seconds) : "", ran ? effort(source.heartbeats) : "");
  say("again", ways > 1 ? `×${ways}` : "", `${ways} ways to this state`);
  say("number", row.state ? `#${row.state.number}` : "", "number of the state");
  return element;
}
