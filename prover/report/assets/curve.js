// How many problems are solved within how much: a step for each run, x logarithmic.

class CurveChart extends Chart {
  load(budget) {
    this.budget = budget;
    this.draw();
  }

  draw() {
    this.width = this.box.clientWidth;
    if (!this.width || !this.budget) return;
    const runs = PAGE.runs;
    const curves = runs.map((run) => run.curves[this.budget].points);
    const positive = curves.flat().map(([x]) => x).filter((x) => x > 0);
    if (!positive.length) return this.nothing();
    const ticks = steps(Math.min(...positive), Math.max(...positive));
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    const [left, right, top, bottom, height] = [48, 20, 12, 44, 300];
    const wide = this.width - left - right;
    const tall = height - top - bottom;
    const across = (x) => left + (low === high ? wide / 2 : wide * Math.max(0, Math.log(x / low) / Math.log(high / low)));
    const most = Math.max(0.05, ...runs.map((run, at) => curves[at].reduce((best, [, n]) => Math.max(best, n), 0) / Math.max(1, run.score.problems)));
    const full = Math.min(1, Math.ceil(most * 10) / 10);
    const up = (share) => top + tall * (1 - share / full);
    const parts = [];
    for (let share = 0; share <= full + 1e-9; share += full > 0.5 ? 0.2 : 0.1) {
      parts.push(ruler(left, up(share), left + wide, up(share), "grid"), text(left - 7, up(share) + 4, `${Math.round(100 * share)} %`, "axis", "end"));
    }
    const every = Math.ceil(ticks.length / Math.max(2, Math.floor(wide / 52)));
    ticks.forEach((x, at) => at % every || parts.push(ruler(across(x), top + tall, across(x), top + tall + 4, "tick"), text(across(x), top + tall + 17, figure(x), "axis", "middle")));
    parts.push(text(left + wide / 2, height - 6, `${PAGE.budgets[this.budget]} spent on a problem (log scale)`, "axis", "middle"));
    runs.forEach((run, at) => {
      let path = `M${left} ${fixed(up(0))}`;
      for (const [x, n] of curves[at]) path += `H${fixed(across(Math.max(x, low)))}V${fixed(up(n / run.score.problems))}`;
      parts.push(drawn("path", { class: `curve ${tone(at)}`, d: `${path}H${left + wide}`, "stroke-dasharray": DASHES[Math.floor(at / 6) % 4] }));
    });
    const stops = thinned([...new Set(curves.flat().map(([x]) => x))].sort((a, b) => a - b), 400);
    const share = (at, x) => within(curves[at], x) / runs[at].score.problems;
    this.marks = stops.map((x) => ({
      x: across(Math.max(x, low)),
      y: Math.min(...runs.map((_, at) => up(share(at, x)))),
      shares: runs.map((_, at) => up(share(at, x))),
      span: [top, top + tall],
      words: [`within ${figure(x)} ${PAGE.budgets[this.budget]}`, ...runs.map((run, at) => `${runs.length > 1 ? `${run.run}: ` : ""}${within(curves[at], x)} of ${run.score.problems}, ${percent(share(at, x))}`)],
    }));
    this.tabulate([PAGE.budgets[this.budget], ...runs.map((run) => `${run.run}: solved`)], ticks.map((x) => [figure(x), ...runs.map((run, at) => `${within(curves[at], x)} (${percent(share(at, x))})`)]));
    const ends = runs.map((run, at) => `${run.run} ${percent(share(at, Infinity))}`);
    this.finish(parts, height, `Share of problems solved against ${PAGE.budgets[this.budget]}; in the end ${ends.join(", ")}. Arrow keys walk along it.`);
  }

  nothing() {
    this.marks = [];
    this.tabulate([PAGE.budgets[this.budget], ...PAGE.runs.map((run) => `${run.run}: solved`)], []);
    this.finish([text(this.width / 2, 60, "nothing is solved", "axis", "middle")], 120, "Nothing is solved.");
  }

  distance(mark, x) {
    return Math.abs(mark.x - x);
  }

  highlight(mark) {
    const dots = mark.shares.map((y, at) => drawn("circle", { cx: mark.x, cy: y, r: 4.5, class: tone(at) }));
    return [ruler(mark.x, mark.span[0], mark.x, mark.span[1], "hair"), ...dots];
  }
}

// How many of a curve's problems are solved for at most x.
function within(points, x) {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] <= x) low = middle + 1;
    else high = middle;
  }
  return low ? points[low - 1][1] : 0;
}

function thinned(values, most) {
  const every = Math.ceil(values.length / most);
  return values.filter((_, at) => at % every === 0 || at === values.length - 1);
}

// Problems by the time their first proof took, in bins 1, 2, 5, 10, ...; what is at an edge is in the bin it ends.
class TimesChart extends Chart {
  draw() {
    this.width = this.box.clientWidth;
    if (!this.width) return;
    const runs = PAGE.runs;
    const times = runs.map((run) => {
      const found = [];
      run.curves.seconds.points.reduce((before, [x, n]) => {
        for (let at = before; at < n; at++) found.push(Math.max(x, 0.001));
        return n;
      }, 0);
      return found;
    });
    const all = times.flat();
    if (!all.length) return this.nothing();
    let edges = steps(Math.min(...all), Math.max(...all));
    if (edges.length < 2) edges = [previous(edges[0]), edges[0]];
    if (Math.min(...all) <= edges[0]) edges = [previous(edges[0]), ...edges];
    const bins = edges.slice(1).map((to, at) => times.map((of) => of.filter((x) => x > edges[at] && x <= to).length));
    const most = Math.max(...bins.flat());
    const [left, right, top, bottom, height] = [48, 20, 12, 44, 300];
    const wide = this.width - left - right;
    const tall = height - top - bottom;
    const step = wide / bins.length;
    const parts = [];
    const rung = Math.max(1, steps(Math.max(1, most / 4), Math.max(1, most / 4)).pop());
    for (let n = 0; n <= most; n += rung) {
      const y = top + tall * (1 - n / most);
      parts.push(ruler(left, y, left + wide, y, "grid"), text(left - 7, y + 4, n, "axis", "end"));
    }
    const every = Math.ceil(edges.length / Math.max(2, Math.floor(wide / 44)));
    edges.forEach((x, at) => at % every || parts.push(text(left + step * at, top + tall + 17, figure(x), "axis", "middle")));
    parts.push(text(left + wide / 2, height - 6, "seconds to the first proof (log scale)", "axis", "middle"));
    const bar = Math.min(34, (step * 0.86) / runs.length);
    this.marks = bins.map((counts, at) => {
      const start = left + step * at + (step - bar * runs.length) / 2;
      counts.forEach((n, run) => {
        if (n) parts.push(drawn("rect", { class: `bar ${tone(run)}`, x: fixed(start + bar * run), y: fixed(top + tall * (1 - n / most)), width: fixed(bar - 1), height: fixed((tall * n) / most) }));
      });
      const range = `${figure(edges[at])} to ${figure(edges[at + 1])} s`;
      return {
        x: left + step * (at + 0.5),
        y: top + tall * (1 - Math.max(...counts) / most),
        at: [left + step * at, top, step, tall],
        words: [range, ...counts.map((n, run) => `${runs.length > 1 ? `${runs[run].run}: ` : ""}${count(n, "problem", "problems")}`)],
        pick: { label: `proved in ${range}`, test: (problem) => problem.took.some((x) => x !== null && Math.max(x, 0.001) > edges[at] && Math.max(x, 0.001) <= edges[at + 1]) },
      };
    });
    this.tabulate(["seconds to the first proof", ...runs.map((run) => run.run)], bins.map((counts, at) => [`${figure(edges[at])} to ${figure(edges[at + 1])}`, ...counts]));
    this.finish(parts, height, "Problems by the seconds their first proof took. Arrow keys walk along it, Enter shows the problems.");
  }

  nothing() {
    this.marks = [];
    this.tabulate(["seconds to the first proof", ...PAGE.runs.map((run) => run.run)], []);
    this.finish([text(this.width / 2, 60, "nothing is proved", "axis", "middle")], 120, "Nothing is proved.");
  }

  distance(mark, x) {
    return Math.abs(mark.x - x);
  }
}
