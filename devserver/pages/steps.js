// The steps of a workflow's instance as a graph: a line leads from each step to those that began when it had ended.
import { make, milliseconds } from "./dom.js";

const WIDTH = 150;
const HEIGHT = 40;
const GAP_X = 36;
const GAP_Y = 12;
const MOST_SIGNS = 20; // of a name that fits a box

// The engine's history, an event a change, as one entry a step: {name, start, end, attempts, state}. `end` is undefined
// while it runs.
export function stepsOf(events) {
  const steps = new Map();
  for (const { type, stepName, timestamp } of events) {
    const change = /_(started|completed|failed|timed_out)$/.exec(type)?.[1];
    if (stepName === undefined || !change) continue;
    if (!steps.has(stepName)) steps.set(stepName, { name: stepName, start: timestamp, attempts: 0, state: "running" });
    const step = steps.get(stepName);
    if (type === "attempt_started") step.attempts++;
    if (type.startsWith("attempt_") || change === "started") continue;
    step.end = timestamp;
    step.state = change === "completed" ? "complete" : "errored";
  }
  return [...steps.values()];
}

// For each step the indices of those it came after, without those that another of them came after.
export function edgesOf(steps) {
  const isBefore = (one, other) => one.end !== undefined && one !== other && one.end <= other.start;
  return steps.map((step) => {
    const before = steps.filter((other) => isBefore(other, step));
    return before.filter((other) => !before.some((between) => isBefore(other, between))).map((other) => steps.indexOf(other));
  });
}

export function graph(events) {
  const steps = stepsOf(events);
  const edges = edgesOf(steps);
  const columns = [];
  const places = [];
  const columnOf = steps.map(() => 0);
  const inOrder = steps.map((_, index) => index).sort((one, other) => steps[one].start - steps[other].start);
  for (const index of inOrder) {
    columnOf[index] = Math.max(0, ...edges[index].map((before) => columnOf[before] + 1));
    const column = (columns[columnOf[index]] ??= []);
    places[index] = { x: columnOf[index] * (WIDTH + GAP_X), y: column.length * (HEIGHT + GAP_Y) };
    column.push(index);
  }
  const lines = edges.flatMap((from, to) => from.map((before) => line(places[before], places[to])));
  const width = columns.length * (WIDTH + GAP_X) - GAP_X;
  const height = Math.max(0, ...columns.map((column) => column.length)) * (HEIGHT + GAP_Y);
  const drawing = svg("svg", { viewBox: `-1 -1 ${width + 2} ${height + 2}`, width: width + 2, height: height + 2, role: "list" },
    ...lines, ...steps.map((step, index) => box(step, places[index])));
  return steps.length ? make("div", { class: "graph" }, drawing) : make("p", { class: "soft" }, "No step yet.");
}

function box(step, { x, y }) {
  const took = step.end === undefined ? "running" : milliseconds(step.end - step.start);
  const again = step.attempts > 1 ? `, ${step.attempts} attempts` : "";
  const name = step.name.length > MOST_SIGNS ? `${step.name.slice(0, MOST_SIGNS - 1)}…` : step.name;
  const text = (dy, words, kind) => svg("text", { x: x + 8, y: y + dy, class: kind }, words);
  return svg("g", { role: "listitem", "aria-label": `${step.name}: ${step.state}, ${took}${again}` },
    svg("title", {}, step.name), svg("rect", { x, y, width: WIDTH, height: HEIGHT, rx: 4, class: step.state }),
    text(17, name, "name"), text(32, took + again, "soft"));
}

function line(from, to) {
  const start = `${from.x + WIDTH} ${from.y + HEIGHT / 2}`;
  const end = `${to.x} ${to.y + HEIGHT / 2}`;
  const middle = (from.x + WIDTH + to.x) / 2;
  return svg("path", { d: `M${start} C${middle} ${from.y + HEIGHT / 2} ${middle} ${to.y + HEIGHT / 2} ${end}` });
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
