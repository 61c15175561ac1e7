// Bars from left to right, a group of them for each name, one for each run.

const MOST_BARS = 14;

class BarChart extends Chart {
  // `rows`: {name, values: one for each run, apart, pick}. `what`: of what the numbers are, in words.
  load(rows, what) {
    this.rows = rows;
    this.what = what;
    this.draw();
  }

  draw() {
    this.width = this.box.clientWidth;
    if (!this.width || !this.rows) return;
    const runs = PAGE.runs;
    const rows = this.rows.slice(0, MOST_BARS);
    const most = Math.max(1, ...rows.flatMap((row) => row.values));
    const room = Math.max(90, Math.min(250, this.width * 0.42));
    const bar = runs.length > 1 ? Math.max(5, Math.min(12, 36 / runs.length)) : 16;
    const step = bar * runs.length + 9;
    const wide = this.width - room - 54;
    const parts = [];
    this.marks = rows.map((row, at) => {
      const top = 6 + step * at;
      const letters = Math.floor((room - 12) / 7);
      parts.push(text(room - 8, top + (bar * runs.length) / 2 + 4, row.name.length > letters ? `${row.name.slice(0, letters - 1)}…` : row.name, row.apart ? "name apart" : "name", "end"));
      row.values.forEach((value, run) => {
        const y = top + bar * run;
        parts.push(drawn("rect", { class: `bar ${tone(run)}${row.apart ? " apart" : ""}`, x: room, y: fixed(y), width: fixed(Math.max(value ? 1.5 : 0, (wide * value) / most)), height: fixed(bar - 1), rx: 1.5 }));
        if (bar >= 9) parts.push(text(room + (wide * value) / most + 6, y + bar / 2 + 3.5, value.toLocaleString("en"), "axis small"));
      });
      return {
        x: room + wide / 2,
        y: top,
        at: [2, top - 3, this.width - 4, step - 3],
        words: [row.name, ...row.values.map((value, run) => `${runs.length > 1 ? `${runs[run].run}: ` : ""}${this.what(value)}`)],
        pick: row.pick,
      };
    });
    const more = this.rows.length - rows.length;
    const height = 12 + step * Math.max(1, rows.length) + (more > 0 ? 20 : 0);
    if (more > 0) parts.push(text(room, height - 8, `and ${more} more, in the table`, "axis"));
    if (!rows.length) parts.push(text(this.width / 2, 20, "none", "axis", "middle"));
    this.tabulate(["", ...runs.map((run) => run.run)], this.rows.map((row) => [row.name, ...row.values]));
    const first = rows.slice(0, 3).map((row) => `${row.name} ${row.values.join(" and ")}`);
    this.finish(parts, height, `Bars: ${first.join("; ") || "none"}. Arrow keys walk along them, Enter shows the problems.`);
  }

  distance(mark, x, y) {
    return Math.abs(mark.y + mark.at[3] / 2 - y);
  }
}

// Values of all runs by name, the largest first. `of`: a run's list of [key, name, value, more].
function gathered(of, pick) {
  const found = new Map();
  PAGE.runs.forEach((run, place) => {
    for (const [key, name, value, apart] of of(run)) {
      if (!found.has(key)) found.set(key, { name, apart, values: PAGE.runs.map(() => 0), pick: pick(key, name) });
      found.get(key).values[place] += value;
    }
  });
  const total = (row) => row.values.reduce((sum, value) => sum + value, 0);
  return [...found.values()].sort((a, b) => Boolean(a.apart) - Boolean(b.apart) || total(b) - total(a));
}
