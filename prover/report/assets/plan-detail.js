// All that is known of one lemma.

const STANDING = { proved: "proved", open: "open", refuted: "refuted", stale: "replaced" };

function lean(text) {
  return make("pre", "lean", make("code", "", painted(text)));
}

function part(title, ...content) {
  return make("section", "", make("h3", "", title), ...content);
}

function detail(plan, number, follow) {
  const lemma = plan.lemmas[number];
  const link = (other) => button(plan.lemmas[other].name, "link", () => follow(other));
  const links = (numbers) => make("p", "", ...numbers.flatMap((other, at) => (at ? [", ", link(other)] : [link(other)])));
  const chip = make("span", `chip ${lemma.standing}`, STANDING[lemma.standing] + (lemma.auxiliary ? ", not needed yet" : ""));
  const found = [part("", lean(lemma.statement))];
  found[0].firstChild.replaceChildren(make("bdi", "mono", lemma.name), chip);
  if (lemma.informal) found[0].append(make("p", "said", lemma.informal));
  for (const hint of lemma.hints) found[0].append(make("p", "said dim", `hint: ${hint}`));
  if (lemma.proof) {
    const from = [lemma.proof.source, lemma.proof.verdict].filter(Boolean).join(", ");
    found.push(part("Proof", make("span", "dim", from), lean(lemma.proof.script)));
  }
  if (lemma.refutation) found.push(part("Its negation is proved", make("span", "dim", lemma.refutation.source), lean(lemma.refutation.script)));
  for (const at of lemma.decompositions) {
    const way = plan.decompositions[at];
    const state = way.given_up ? `given up: ${way.given_up}` : at === lemma.by ? "proves it" : "under way";
    const about = part("Plan", make("span", "dim", state), way.lemmas.length ? links(way.lemmas) : "");
    if (way.plan) about.append(make("p", "said", way.plan));
    if (way.definitions) about.append(lean(way.definitions));
    about.append(lean(way.script));
    found.push(about);
  }
  const above = plan.decompositions.filter((way) => way.lemmas.includes(number)).map((way) => way.parent);
  if (above.length) found.push(part("Needed by", links([...new Set(above)])));
  for (const told of lemma.diagnoses) found.push(part("Diagnosis", make("p", "said", `${told.diagnosis}: ${told.advice}`), told.counterexample ? lean(told.counterexample) : ""));
  for (const told of lemma.refusals) found.push(part("Plan refused", make("p", "said", `${told.reason}${told.detail ? `: ${told.detail}` : ""}`)));
  lemma.attempts.forEach((tried, at) => {
    const costs = [tried.calls ? count(tried.calls, "call", "calls") : "", tried.tokens ? count(tried.tokens, "token", "tokens") : "", duration(tried.seconds)].filter(Boolean).join(", ");
    const about = make("details", "", make("summary", "", `${at + 1}. ${tried.action}: ${tried.outcome} (${costs})`));
    if (tried.faults) about.append(make("p", "said", tried.faults));
    if (tried.text) about.append(lean(tried.text));
    found.push(about);
  });
  const { costs } = lemma;
  const facts = { attempts: costs.attempts, "model calls": costs.calls, tokens: costs.tokens.toLocaleString("en"), money: costs.money === null ? "not known" : `$${costs.money.toFixed(4)}`, "Lean": duration(costs.lean_seconds), "time": duration(costs.seconds) };
  const list = make("dl", "facts", ...Object.entries(facts).map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", String(value)))));
  found.push(part("Costs", list));
  return found;
}
