"use strict";

// Elements and texts. Whatever comes from Lean or a model becomes a text node, never markup.

function make(tag, name, ...content) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...content.filter((part) => part !== null && part !== ""));
  return element;
}

function drawn(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function button(label, name, act) {
  const element = make("button", name, label);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

function duration(seconds) {
  if (seconds === null) return "";
  if (seconds < 0.0005) return "< 1 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function short(number) {
  if (number < 1000) return String(number);
  if (number < 1e6) return `${(number / 1000).toPrecision(3)} k`;
  return `${(number / 1e6).toPrecision(3)} M`;
}

function effort(heartbeats) {
  return `${short(heartbeats)} ${heartbeats === 1 ? "heartbeat" : "heartbeats"}`;
}

// A log-probability with a real minus sign, and what it means.
function belief(log) {
  return log.toFixed(2).replace("-", "−");
}

function chance(log) {
  const percent = 100 * Math.exp(log);
  return percent >= 1 ? `${percent.toFixed(0)} %` : percent >= 0.001 ? `${Number(percent.toPrecision(1))} %` : "≈ 0 %";
}

const WORDS = new RegExp(
  "(--[^\\n]*)|(\\b(?:by|fun|have|let|show|from|with|at|using|if|then|else|match|do|intro|intros|exact|apply|refine|" +
  "constructor|cases|rcases|obtain|induction|simp|simp_all|simp_arith|omega|decide|grind|rfl|rw|rwa|unfold|split|ext|funext|" +
  "exists|left|right|contradiction|exfalso|subst|assumption|trivial|generalizing|theorem|first|repeat|rotate_left|" +
  "∀|∃|sorry)\\b|[∀∃λ])|(\\b\\d+\\b)|([⊢∣→↔∧∨¬≠≤≥=<>+*^·|]|:=)", "gu");

// Lean text with its words coloured, as far as that can be done without parsing.
function painted(text) {
  const fragment = document.createDocumentFragment();
  let last = 0;
  for (const found of text.matchAll(WORDS)) {
    fragment.append(text.slice(last, found.index));
    fragment.append(make("span", found[1] ? "com" : found[2] ? "kw" : found[3] ? "num" : "sym", found[0]));
    last = found.index + found[0].length;
  }
  fragment.append(text.slice(last));
  return fragment;
}

// A text with every occurrence of `needle` marked; `needle` in lower case, or empty.
function marked(text, needle) {
  const fragment = document.createDocumentFragment();
  const lower = needle ? text.toLowerCase() : "";
  // Lower-casing may change lengths; then positions mean nothing and nothing is marked.
  let at = needle && lower.length === text.length ? lower.indexOf(needle) : -1;
  let last = 0;
  while (at >= 0) {
    fragment.append(text.slice(last, at), make("mark", "", text.slice(at, at + needle.length)));
    last = at + needle.length;
    at = lower.indexOf(needle, last);
  }
  fragment.append(text.slice(last));
  return fragment;
}
