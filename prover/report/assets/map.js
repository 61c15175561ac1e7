// The whole graph at a glance: states from the root down, each once. The tree says the same to those who cannot see it.

const MOST_LINKS = 1500;

class Picture {
  constructor(figure, chosen) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.tip = figure.querySelector(".tip");
    this.ring = figure.querySelector(".ring");
    this.svg.addEventListener("pointermove", (event) => this.hint(event));
    this.svg.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.svg.addEventListener("click", (event) => {
      const state = this.nearest(event);
      if (state) chosen(state);
    });
    new ResizeObserver(() => this.graph && this.width !== this.svg.clientWidth && this.draw()).observe(this.svg);
  }

  load(graph) {
    this.graph = graph;
    const reached = graph.states.filter((state) => state.reached);
    this.figure.hidden = reached.length < 3;
    this.svg.setAttribute("aria-label", `Map of the search: ${count(reached.length, "state", "states")}. The tree below has the same content.`);
    this.layout();
    this.draw();
  }

  // Leaves side by side in the order of the tree, every other state above the middle of those below it.
  layout() {
    const { graph } = this;
    const order = [];
    const stack = [graph.root];
    this.below = new Map();
    while (stack.length) {
      const state = stack.pop();
      order.push(state);
      const below = state.edges.flatMap((edge) => edge.children.filter((_, at) => graph.owns(edge, at)).map((child) => graph.states[child]));
      this.below.set(state, below);
      for (let at = below.length - 1; at >= 0; at--) stack.push(below[at]);
    }
    this.x = new Map();
    this.leaves = 0;
    for (const state of order) if (this.below.get(state).length === 0) this.x.set(state, this.leaves++);
    for (const state of order.reverse()) {
      const below = this.below.get(state);
      if (below.length) this.x.set(state, (this.x.get(below[0]) + this.x.get(below[below.length - 1])) / 2);
    }
    this.order = order.reverse();
    this.depth = Math.max(...[0, ...new Set(order.map((state) => state.depth))]);
  }

  draw() {
    const { graph, svg } = this;
    const width = (this.width = svg.clientWidth);
    if (!width || this.figure.hidden) return;
    const gap = Math.max(6, Math.min(38, 230 / Math.max(1, this.depth)));
    const height = Math.round(gap * this.depth + 28);
    const step = Math.min(56, (width - 28) / Math.max(1, this.leaves - 1));
    const left = (width - step * (this.leaves - 1)) / 2;
    const size = Math.max(1.3, Math.min(5.5, step * 0.42, gap * 0.3));
    this.at = new Map(this.order.map((state) => [state, [left + step * this.x.get(state), 14 + gap * state.depth]]));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    const lines = { proof: "", solved: "", open: "", dead: "", again: "" };
    const dots = { proof: "", solved: "", open: "", dead: "" };
    let squares = "";
    let links = 0;
    // Where there are thousands, shapes that are quick to paint; nobody sees the difference.
    const plain = this.order.length > 1500;
    const curve = ([x, y], [u, v]) => plain ? `M${fixed(x)} ${fixed(y)}L${fixed(u)} ${fixed(v)}` : `M${fixed(x)} ${fixed(y)}C${fixed(x)} ${fixed((y + v) / 2)} ${fixed(u)} ${fixed((y + v) / 2)} ${fixed(u)} ${fixed(v)}`;
    for (const edge of graph.edges) {
      const from = this.at.get(graph.states[edge.parent]);
      if (!from) continue;
      const kind = edge.inProof ? "proof" : edge.status;
      const own = edge.children.filter((_, at) => graph.owns(edge, at)).map((child) => this.at.get(graph.states[child]));
      let start = from;
      if (edge.children.length > 1 && own.length) {
        start = [own.reduce((sum, [x]) => sum + x, 0) / own.length, from[1] + gap * 0.45];
        lines[kind] += curve(from, start);
        const half = Math.max(1.2, size * 0.6);
        if (!plain) squares += `M${fixed(start[0] - half)} ${fixed(start[1] - half)}h${fixed(2 * half)}v${fixed(2 * half)}h${fixed(-2 * half)}z`;
      }
      for (const point of own) lines[kind] += curve(start, point);
      edge.children.forEach((child, at) => {
        const to = this.at.get(graph.states[child]);
        if (!graph.owns(edge, at) && to && links++ < (plain ? MOST_LINKS / 5 : MOST_LINKS)) lines.again += curve(start, to);
      });
    }
    for (const [state, [x, y]] of this.at) {
      // Rounded first: a radius that is not half the chord makes an egg of the circle.
      const r = fixed(state.index === 0 ? size * 1.3 : size);
      dots[state.inProof ? "proof" : state.status] += plain ? `M${fixed(x - r)} ${fixed(y - r)}h${fixed(2 * r)}v${fixed(2 * r)}h${fixed(-2 * r)}z` : `M${fixed(x - r)} ${fixed(y)}a${fixed(r)} ${fixed(r)} 0 1 0 ${fixed(2 * r)} 0a${fixed(r)} ${fixed(r)} 0 1 0 ${fixed(-2 * r)} 0z`;
    }
    const drawing = [];
    for (const kind of ["again", "dead", "open", "solved", "proof"]) drawing.push(drawn("path", { class: `line ${kind}`, d: lines[kind] }));
    drawing.push(drawn("path", { class: "squares", d: squares }));
    for (const kind of ["dead", "open", "solved", "proof"]) drawing.push(drawn("path", { class: `dots ${kind}`, d: dots[kind] }));
    svg.replaceChildren(...drawing);
    this.ring.style.setProperty("--size", `${2 * size + 8}px`);
    if (this.chosen) this.point(this.chosen);
  }

  // Marks the state that is selected in the tree.
  point(state) {
    this.chosen = state;
    const at = state && this.at?.get(state);
    this.ring.hidden = !at;
    if (at) this.ring.style.transform = `translate(${at[0]}px, ${at[1]}px) translate(-50%, -50%)`;
  }

  nearest(event) {
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    let least = 20 * 20;
    for (const [state, [u, v]] of this.at ?? []) {
      const far = (u - x) ** 2 + (v - y) ** 2;
      if (far < least) [best, least] = [state, far];
    }
    return best;
  }

  hint(event) {
    const state = this.nearest(event);
    this.tip.hidden = !state;
    this.svg.classList.toggle("over", Boolean(state));
    if (!state) return;
    const edge = this.graph.edges[state.home];
    this.tip.replaceChildren(edge ? make("code", "tactic", edge.line) : "", make("span", "goal", state.target));
    const box = this.figure.getBoundingClientRect();
    const [x, y] = this.at.get(state);
    this.tip.style.left = `${Math.max(4, Math.min(x - 20, box.width - this.tip.offsetWidth - 4))}px`;
    this.tip.style.top = `${y + 14}px`;
  }
}

function fixed(number) {
  return Math.round(number * 10) / 10;
}
