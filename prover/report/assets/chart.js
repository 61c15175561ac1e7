
// The page's data (see prover/report/evaluation.py).
const PAGE = DATA;
const DASHES = ["", "7 4", "2 3", "10 3 2 3"];

function tone(place) {
  return `s${place % 6}`;
}

class Chart {
  // `figure` holds .drawing > svg, .tip and .table. `picked` is called with a mark that is chosen, if it can be.
  constructor(figure, picked = () => {}) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.box = figure.querySelector(".drawing");
    this.tip = figure.querySelector(".tip");
    this.said = figure.querySelector(".said");
    this.table = figure.querySelector(".table");
    this.picked = picked;
    this.marks = [];
    this.at = -1;
    this.svg.setAttribute("tabindex", "0");
    this.svg.addEventListener("keydown", (event) => this.pressed(event));
    this.svg.addEventListener("pointermove", (event) => this.point(this.nearest(event), false));
    this.svg.addEventListener("pointerleave", () => this.point(-1, false));
    this.svg.addEventListener("blur", () => this.point(-1, false));
    this.svg.addEventListener("click", (event) => this.pick(this.nearest(event)));
    new ResizeObserver(() => this.width !== this.box.clientWidth && this.draw()).observe(this.box);
  }

  // `draw` of each plot fills `marks`: {x, y, at: [left, top, width, height], words: [..], pick}.
  finish(parts, height, label) {
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    this.svg.setAttribute("height", height);
    this.svg.setAttribute("aria-label", label);
    this.cursor = drawn("g", { class: "cursor" });
    this.svg.replaceChildren(...parts, this.cursor);
    this.point(-1, false);
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.marks.length) return;
    const last = this.marks.length - 1;
    const to = { ArrowRight: this.at + 1, ArrowDown: this.at + 1, ArrowLeft: this.at - 1, ArrowUp: this.at - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) this.point(Math.max(0, Math.min(last, to)), true);
    else if (event.key === "Enter" && this.at >= 0) this.pick(this.at);
    else if (event.key === "Escape" && this.at >= 0) this.point(-1, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nearest(event) {
    const bounds = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = -1;
    let least = Infinity;
    this.marks.forEach((mark, at) => {
      const far = this.distance(mark, x, y);
      if (far < least) [best, least] = [at, far];
    });
    return best;
  }

  distance(mark, x, y) {
    return Math.hypot(mark.x - x, mark.y - y);
  }

  point(at, told) {
    this.at = at;
    const mark = this.marks[at];
    this.tip.hidden = !mark;
    this.cursor?.replaceChildren(...(mark ? this.highlight(mark) : []));
    if (!mark) return;
    this.tip.replaceChildren(...mark.words.map((line, number) => make("span", number ? "" : "tactic", line)));
    const left = Math.max(4, Math.min(this.width - this.tip.offsetWidth - 4, mark.x + 12));
    const top = mark.y > this.tip.offsetHeight + 16 ? mark.y - this.tip.offsetHeight - 10 : mark.y + 14;
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
    if (told) this.said.textContent = mark.words.join(", ");
  }

  highlight(mark) {
    const [x, y, width, height] = mark.at;
    return [drawn("rect", { x, y, width, height, rx: 3 })];
  }

  pick(at) {
    if (this.marks[at]?.pick) this.picked(this.marks[at].pick);
  }

  // The same in a table: `head` texts, `rows` of texts.
  tabulate(head, rows) {
    const cell = (tag, text, at) => {
      const element = make(tag, at && tag === "td" ? "number" : "", text);
      if (tag === "th") element.scope = "col";
      return element;
    };
    const line = (tag, texts) => make("tr", "", ...texts.map((text, at) => cell(tag, String(text), at)));
    this.table.replaceChildren(make("thead", "", line("th", head)), make("tbody", "", ...rows.map((row) => line("td", row))));
  }
}

function text(x, y, words, name = "", anchor = "start") {
  const element = drawn("text", { x, y, class: name, "text-anchor": anchor });
  element.textContent = words;
  return element;
}

function ruler(x, y, u, v, name) {
  return drawn("line", { x1: x, y1: y, x2: u, y2: v, class: name });
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function figure(number) {
  if (number === 0) return "0";
  for (const [unit, name] of [[1e6, "M"], [1000, "k"]]) if (Math.abs(number) >= unit) return `${Number((number / unit).toPrecision(3))} ${name}`;
  return String(Number(number.toPrecision(3)));
}

// 1, 2, 5, 10, 20, ... from the last one not above `low` to the first one not below `high`.
function steps(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); ; power++) {
    for (const unit of [1, 2, 5]) {
      const value = Number((unit * 10 ** power).toPrecision(1));
      if (value > low && !found.length) found.push(value === low ? value : previous(value));
      if (value >= low) found.push(value);
      if (value >= high) return [...new Set(found)];
    }
  }
}

function previous(value) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const lead = Math.round(value / power);
  return Number((lead === 1 ? power / 2 : lead === 2 ? power : 2 * power).toPrecision(1));
}
