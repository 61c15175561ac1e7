// Rows of the tree. A tactic with one goal left is one row with it; a tactic with several is an AND row above them.
// `state`: the state the row shows. `link`: a state that another row shows.

class Row {
  constructor(key, kind, level, parent, position, size) {
    Object.assign(this, { key, kind, level, parent, position, size });
    this.state = this.edge = this.link = this.tried = null;
    this.children = 0;
  }
}

function rootRow(graph) {
  const row = new Row("root", "root", 1, null, 1, 1);
  row.state = graph.root;
  row.children = row.state.leaf ? 0 : 1;
  return row;
}

// The rows below one. `only`: those of the proof alone.
function rowsBelow(graph, row, only) {
  if (row.kind === "tries") return triesOf(row);
  if (row.edge && row.kind === "edge" && row.edge.children.length > 1) return goalsOf(graph, row);
  if (!row.state) return [];
  const state = row.state;
  const edges = only ? state.edges.filter((edge) => edge.inProof) : state.edges;
  const failures = !only && state.tries.length + state.more > 0;
  const size = edges.length + (failures ? 1 : 0);
  const rows = edges.map((edge, at) => edgeRow(graph, edge, row, at + 1, size));
  if (failures) {
    const group = new Row(`f${state.index}`, "tries", row.level + 1, row, size, size);
    group.owner = state;
    group.children = state.tries.length;
    rows.push(group);
  }
  return rows;
}

function edgeRow(graph, edge, parent, position, size) {
  const row = new Row(`e${edge.index}`, "edge", parent.level + 1, parent, position, size);
  row.edge = edge;
  if (edge.children.length > 1) row.children = edge.children.length;
  if (edge.children.length === 1) place(graph, row, edge, 0);
  return row;
}

function place(graph, row, edge, at) {
  const child = graph.states[edge.children[at]];
  if (graph.owns(edge, at)) {
    row.state = child;
    row.children = child.leaf ? 0 : 1;
  } else {
    row.link = child;
  }
}

function goalsOf(graph, parent) {
  const edge = parent.edge;
  return edge.children.map((_, at) => {
    const row = new Row(`g${edge.index}.${at}`, "goal", parent.level + 1, parent, at + 1, edge.children.length);
    row.edge = edge;
    place(graph, row, edge, at);
    return row;
  });
}

function triesOf(parent) {
  const state = parent.owner;
  return state.tries.map((data, at) => {
    const row = new Row(`t${state.index}.${at}`, "try", parent.level + 1, parent, at + 1, state.tries.length);
    row.owner = state;
    row.tried = new Try(data);
    return row;
  });
}

// Keys of the rows that hold the needle, and of all rows that must be open to see them.
function search(graph, needle) {
  const holds = TEXTS.map((text) => text.toLowerCase().includes(needle));
  const number = /^#\d+$/.test(needle) ? Number(needle.slice(1)) : -1;
  const shows = (state) => state.number === number || state.lines.some((line) => holds[line]);
  const matches = new Set();
  const shown = new Set();
  const open = (state) => {
    for (const key of graph.keysAbove(state)) {
      if (shown.has(key)) return;
      shown.add(key);
    }
  };
  const match = (key, state, ...between) => {
    matches.add(key);
    shown.add(key);
    for (const other of between) shown.add(other);
    open(state);
  };
  for (const state of graph.states) {
    if (!state.reached) continue;
    if (state.index === 0 && shows(state)) match("root", state);
    for (const edge of state.edges) {
      const key = `e${edge.index}`;
      const children = edge.children.map((child) => graph.states[child]);
      if (holds[edge.text] || (children.length === 1 && shows(children[0]))) match(key, state);
      if (children.length > 1) children.forEach((child, at) => shows(child) && match(`g${key.slice(1)}.${at}`, state, key));
    }
    state.tries.forEach(([tactic, outcome, reason, text], at) => {
      if (holds[tactic] || holds[outcome] || holds[reason] || holds[text]) match(`t${state.index}.${at}`, state, `f${state.index}`);
    });
  }
  return { matches, shown };
}
