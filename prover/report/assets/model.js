// The page's data, read into objects (see prover/report/data.py).

const DATA = JSON.parse(document.getElementById("data").textContent);
const TEXTS = DATA.texts;
const STATUS = ["open", "solved", "dead"];
const STATUS_WORDS = { open: "open", solved: "solved", dead: "given up" };
const STATUS_MARKS = { open: "○", solved: "✓", dead: "✗" };

class State {
  constructor(index, [number, lines, status, home, depth, proof, at, expansions, sum, priority, tries, more]) {
    Object.assign(this, { index, number, lines, home, depth, at, expansions, sum, priority, tries, more });
    this.status = STATUS[status];
    this.inProof = proof === 1;
    this.edges = [];
    this.above = [];
  }

  get goal() {
    return this.lines.map((line) => TEXTS[line]).join("\n");
  }

  // What is to be shown, without hypotheses, in one line.
  get target() {
    const kept = [];
    let inside = false;
    for (const line of this.lines) {
      const text = TEXTS[line];
      inside = text !== "" && (inside || text.startsWith("⊢"));
      if (inside) kept.push(text.trim());
      if (kept.length > 8) break;
    }
    return (kept.length ? kept.join(" ") : this.goal.replace(/\s+/g, " ")).slice(0, 400);
  }

  get case() {
    const first = TEXTS[this.lines[0]];
    return first.startsWith("case ") ? first.slice(5) : "";
  }

  // The hypotheses that `parent` does not have, in one line.
  news(parent) {
    const known = new Set(parent.lines.flatMap((line) => one(TEXTS[line])));
    const fresh = [];
    for (const line of this.lines) {
      const text = TEXTS[line];
      if (text.startsWith("⊢")) break;
      if (text && !text.startsWith("case ")) fresh.push(...one(text).filter((each) => !known.has(each)));
    }
    return fresh.join(", ").slice(0, 200);
  }

  get reached() {
    return this.index === 0 || this.home >= 0;
  }

  get leaf() {
    return this.edges.length === 0 && this.tries.length === 0 && this.more === 0;
  }
}

// The hypotheses of a line such as `a b : Nat`, one by one.
function one(line) {
  const found = /^(\S+(?: \S+)*) : (.*)$/.exec(line);
  return found ? found[1].split(" ").map((name) => `${name} : ${found[2]}`) : [line.trim()];
}

class Edge {
  constructor(index, [parent, tactic, source, log, children, status, proof, at, seconds, heartbeats, level]) {
    Object.assign(this, { index, parent, source, log, children, at, seconds, heartbeats, level });
    this.text = tactic;
    this.status = STATUS[status];
    this.inProof = proof === 1;
  }

  get tactic() {
    return TEXTS[this.text];
  }

  get line() {
    return (this.tactic || "goals that do not depend on each other").replace(/\s*\n\s*/g, " ⏎ ").slice(0, 400);
  }
}

class Try {
  constructor([tactic, outcome, reason, text, source, log, level, seconds, heartbeats]) {
    Object.assign(this, { tactic, outcome, reason, text, source, log, level, seconds, heartbeats });
  }

  get line() {
    return TEXTS[this.tactic].replace(/\s*\n\s*/g, " ⏎ ").slice(0, 400);
  }

  get words() {
    return TEXTS[this.outcome] + (this.reason && TEXTS[this.reason] ? `: ${TEXTS[this.reason]}` : "");
  }
}

const RANKS = { solved: 0, open: 1, dead: 2 };

class Graph {
  constructor(search) {
    this.search = search;
    this.states = search.states.map((row, index) => new State(index, row));
    this.edges = search.edges.map((row, index) => new Edge(index, row));
    for (const edge of this.edges) {
      this.states[edge.parent].edges.push(edge);
      for (const child of new Set(edge.children)) this.states[child].above.push(edge);
    }
    for (const state of this.states) {
      state.edges.sort((a, b) => b.inProof - a.inProof || RANKS[a.status] - RANKS[b.status] || a.index - b.index);
    }
  }

  get root() {
    return this.states[0];
  }

  // Whether the tree shows `edge.children[at]` below this edge, and not only a link to where it is shown.
  owns(edge, at) {
    const child = edge.children[at];
    return this.states[child].home === edge.index && edge.children.indexOf(child) === at;
  }

  // The row that shows a state.
  keyOf(state) {
    if (state.index === 0) return "root";
    const edge = this.edges[state.home];
    return edge.children.length === 1 ? `e${edge.index}` : `g${edge.index}.${edge.children.indexOf(state.index)}`;
  }

  // The keys of the rows around a state's row, from it up to the root.
  *keysAbove(state) {
    yield this.keyOf(state);
    while (state.index !== 0) {
      const edge = this.edges[state.home];
      if (edge.children.length !== 1) yield `e${edge.index}`;
      state = this.states[edge.parent];
      yield this.keyOf(state);
    }
  }
}
