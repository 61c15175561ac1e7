// The plan at a glance: lemmas in rows, a square for each decomposition. The list says the same to those who cannot see it.

const KINDS = ["stale", "refuted", "open", "proved"];
const LABELLED = 160;

class PlanMap {
  constructor(figure, plan, chosen) {
    this.svg = figure.querySelector("svg");
    this.box = figure.querySelector(".drawing");
    this.ring = figure.querySelector(".ring");
    this.plan = plan;
    this.svg.addEventListener("click", (event) => {
      const number = this.nearest(event);
      if (number !== null) chosen(number);
    });
    new ResizeObserver(() => this.width !== this.box.clientWidth && this.draw()).observe(this.box);
  }

  draw() {
    const { lemmas, decompositions, rows } = this.plan;
    this.width = this.box.clientWidth;
    if (!this.width) return;
    const most = Math.max(...rows.map((row) => row.length));
    const labelled = lemmas.length <= LABELLED;
    const step = Math.max(labelled ? 110 : 9, Math.min(200, (this.width - 40) / most));
    const gap = labelled ? 62 : 46;
    const size = labelled ? 6.5 : Math.max(2.5, Math.min(5, step * 0.35));
    const width = Math.max(this.width - 2, Math.round(step * most + 20));
    const height = Math.round(gap * (rows.length - 1) + (labelled ? 50 : 32));
    this.at = [];
    rows.forEach((row, depth) => row.forEach((number, index) => {
      this.at[number] = [width / 2 + step * (index - (row.length - 1) / 2), 16 + gap * depth];
    }));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    const lines = { dead: "", open: "", proved: "" };
    let squares = "";
    for (const way of decompositions) {
      const kind = way.given_up ? "dead" : way.complete ? "proved" : "open";
      const [x, y] = this.at[way.parent];
      const below = way.lemmas.map((number) => this.at[number]);
      if (!below.length) continue;
      const joint = [x + (below.reduce((sum, [u]) => sum + u, 0) / below.length - x) * 0.3, y + gap * 0.45];
      lines[kind] += line([x, y], joint);
      for (const point of below) lines[kind] += line(joint, point);
      const half = size * 0.45;
      squares += `M${fixed(joint[0] - half)} ${fixed(joint[1] - half)}h${fixed(2 * half)}v${fixed(2 * half)}h${fixed(-2 * half)}z`;
    }
    const dots = Object.fromEntries(KINDS.map((kind) => [kind, ""]));
    lemmas.forEach((lemma, number) => {
      const [x, y] = this.at[number];
      const r = fixed(this.plan.targets.includes(number) ? size * 1.35 : size);
      dots[lemma.standing] += `M${fixed(x - r)} ${fixed(y)}a${r} ${r} 0 1 0 ${fixed(2 * r)} 0a${r} ${r} 0 1 0 ${fixed(-2 * r)} 0z`;
    });
    const drawing = ["dead", "open", "proved"].map((kind) => drawn("path", { class: `line ${kind}`, d: lines[kind] }));
    drawing.push(drawn("path", { class: "squares", d: squares }));
    for (const kind of KINDS) drawing.push(drawn("path", { class: `dots ${kind}`, d: dots[kind] }));
    if (labelled) lemmas.forEach((lemma, number) => {
      const label = drawn("text", { x: this.at[number][0], y: this.at[number][1] + size + 13 });
      const room = Math.floor(step / 7);
      label.textContent = lemma.name.length <= room ? lemma.name : `${lemma.name.slice(0, room - 1)}…`;
      drawing.push(label);
    });
    this.svg.replaceChildren(...drawing);
    this.ring.style.setProperty("--size", `${2 * size + 8}px`);
    if (this.chosen !== undefined) this.point(this.chosen);
  }

  point(number) {
    this.chosen = number;
    const at = this.at?.[number];
    this.ring.hidden = !at;
    if (!at) return;
    const left = this.svg.offsetLeft ?? 0;
    const inset = Math.max(0, (this.box.clientWidth - this.svg.clientWidth) / 2);
    this.ring.style.transform = `translate(${at[0] + (left || inset)}px, ${at[1]}px) translate(-50%, -50%)`;
    const { box } = this;
    if (at[0] < box.scrollLeft + 20 || at[0] > box.scrollLeft + box.clientWidth - 20) box.scrollLeft = at[0] - box.clientWidth / 2;
    if (at[1] < box.scrollTop + 10 || at[1] > box.scrollTop + box.clientHeight - 10) box.scrollTop = at[1] - box.clientHeight / 2;
  }

  nearest(event) {
    const bounds = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = null;
    let least = 30 * 30;
    this.at.forEach(([u, v], number) => {
      const far = (u - x) ** 2 + (v - y) ** 2;
      if (far < least) [best, least] = [number, far];
    });
    return best;
  }
}

function line([x, y], [u, v]) {
  return `M${fixed(x)} ${fixed(y)}L${fixed(u)} ${fixed(v)}`;
}

function fixed(number) {
  return Math.round(number * 10) / 10;
}
