// What is known of the selected row.

const MOST_LISTED = 200;

class Detail {
  constructor(element, go, closed) {
    Object.assign(this, { element, go, closed });
  }

  // `asked`: the reader asked for it; where it covers the tree it is shown only then.
  show(graph, row, asked) {
    const { element } = this;
    if (asked) element.classList.add("asked");
    if (!row) {
      element.replaceChildren();
      return;
    }
    const close = button("×", "close", () => {
      element.classList.remove("asked");
      this.closed();
    });
    close.setAttribute("aria-label", "Close details");
    element.replaceChildren(close, ...this.parts(graph, row));
    element.scrollTop = 0;
  }

  parts(graph, row) {
    if (row.kind === "try") return this.tried(row);
    const parts = [];
    if (row.kind === "edge" && row.edge.tactic) parts.push(this.tactic(graph, row.edge));
    const state = row.state ?? row.link ?? row.owner;
    if (state) parts.push(...this.state(graph, state, row));
    else if (row.edge.children.length === 0) parts.push(make("p", "note", "No goals are left."));
    else parts.push(make("p", "note", `${row.edge.children.length === 2 ? "Both" : `All ${row.edge.children.length}`} goals are needed; each is proved apart from the rest.`));
    return parts;
  }

  tactic(graph, edge) {
    const facts = [
      ["proposed by", TEXTS[edge.source] || "the search"],
      ["log-probability", `${belief(edge.log)} (${chance(edge.log)})`],
    ];
    if (edge.seconds !== null) {
      facts.push(["took", `${duration(edge.seconds)}, ${effort(edge.heartbeats)}`], ["limits", `level ${edge.level}`]);
    }
    facts.push(["at", `+${duration(edge.at)}`]);
    return make("section", "", make("h3", "", "Tactic", chip(edge.status, edge.inProof)), lean(edge.tactic), list(facts));
  }

  state(graph, state, row) {
    const title = make("h3", "", `Goal #${state.number}`, chip(state.status, state.inProof));
    const facts = [
      ["first met", `+${duration(state.at)}, ${state.depth} ${state.depth === 1 ? "step" : "steps"} from the root`],
      ["worked on", state.expansions ? count(state.expansions, "time", "times") : "never"],
    ];
    if (state.priority !== null) facts.push(["last priority", belief(state.priority)], ["path's log-probability", belief(state.sum)]);
    const parts = [make("section", "", title, lean(state.goal), list(facts))];
    if (row.link) parts[0].append(button(`Go to where #${state.number} is shown`, "wide-button", () => this.go(state)));
    const above = state.above.filter((edge) => graph.states[edge.parent].reached);
    if (above.length > 1) parts.push(this.ways(graph, state, above));
    if (state.tries.length) parts.push(this.tries(state, row.kind === "tries"));
    return parts;
  }

  ways(graph, state, above) {
    const items = above.slice(0, MOST_LISTED).map((edge) => {
      const from = graph.states[edge.parent];
      const home = edge.index === state.home ? " (shown here)" : "";
      return make("li", "", button(`#${from.number}`, "jump", () => this.go(from)), make("code", "tactic", edge.line), home);
    });
    return make("section", "", make("h3", "", `${above.length} ways lead here`), make("ul", "ways", ...items));
  }

  tries(state, open) {
    const items = state.tries.slice(0, MOST_LISTED).map((data) => {
      const tried = new Try(data);
      const said = make("li", "", make("code", "tactic", tried.line), make("span", "why", `${tried.words} · ${duration(tried.seconds)}`));
      return said;
    });
    if (state.tries.length > MOST_LISTED) items.push(make("li", "", `and ${state.tries.length - MOST_LISTED} more, in the tree`));
    const fold = make("details", "", make("summary", "", triesWords(state)), make("ul", "tries", ...items));
    fold.open = open;
    return fold;
  }

  tried(row) {
    const tried = row.tried;
    const facts = [
      ["outcome", tried.words],
      ["on", `goal #${row.owner.number}`],
      ["proposed by", TEXTS[tried.source] || "the search"],
      ["log-probability", `${belief(tried.log)} (${chance(tried.log)})`],
      ["took", `${duration(tried.seconds)}, ${effort(tried.heartbeats)}`],
      ["limits", `level ${tried.level}`],
    ];
    const parts = [make("section", "", make("h3", "", "Tactic without success"), lean(TEXTS[tried.tactic]), list(facts))];
    if (TEXTS[tried.text]) parts.push(make("section", "", make("h3", "", "What Lean says"), lean(TEXTS[tried.text])));
    return parts;
  }
}

function chip(status, proof) {
  return make("span", `chip ${proof ? "proof" : status}`, proof ? "in the proof" : STATUS_WORDS[status]);
}

function lean(text) {
  const element = make("pre", "lean");
  element.append(painted(text));
  element.tabIndex = 0;
  return element;
}

function list(facts) {
  return make("dl", "facts", ...facts.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value))));
}
