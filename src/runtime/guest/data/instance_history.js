// The engine's history of an instance (an event a change) as the platform's API describes an instance:
// https://developers.cloudflare.com/api/resources/workflows/subresources/instances/methods/get/

const ENDED = { workflow_completed: true, workflow_errored: false, workflow_terminated: false };
const UNKNOWN = { source: "unknown" }; // who started it is not kept

// {params, trigger, queued, start, end, success, steps}: times as ISO 8601 has them, null for what is not yet.
export function described(events) {
  const out = { params: {}, trigger: UNKNOWN, queued: null, start: null, end: null, success: null };
  const steps = new Map();
  for (const event of events) {
    const at = new Date(event.timestamp).toISOString();
    if (event.type === "workflow_queued") out.queued = at;
    if (event.type === "workflow_started") Object.assign(out, { start: at, params: event.params });
    if (event.type in ENDED) Object.assign(out, { end: at, success: ENDED[event.type] });
    if (event.type === "workflow_terminated") steps.set("", { type: "termination", trigger: UNKNOWN });
    if (event.stepName !== undefined) CHANGES[event.type]?.(steps, event, at);
  }
  return { ...out, step_count: steps.size, steps: [...steps.values()] };
}

// Steps, sleeps and waits are counted each for themselves: two of them may have one name.
const KINDS = { step: "do", attempt: "do", sleep: "sleep", wait: "wait" };
const keyOf = ({ type, stepName }) => `${KINDS[type.split("_")[0]]}:${stepName}`;
const lastOf = (steps, event) => steps.get(keyOf(event));
const attemptOf = (steps, event) => lastOf(steps, event)?.attempts.at(-1);

const CHANGES = {
  step_started: (steps, event, start) =>
    steps.set(keyOf(event), { type: "step", name: event.stepName, start, end: null, success: null, output: null, config: event.config, attempts: [] }),
  attempt_started: (steps, event, start) =>
    lastOf(steps, event)?.attempts.push({ start, end: null, success: null, error: null }),
  attempt_completed: (steps, event, end) => Object.assign(attemptOf(steps, event) ?? {}, { end, success: true }),
  attempt_errored: (steps, event, end) => Object.assign(attemptOf(steps, event) ?? {}, { end, success: false, error: event.error }),
  step_completed: (steps, event, end) =>
    Object.assign(lastOf(steps, event) ?? {}, { end, success: true, output: event.output ?? null }),
  step_errored: (steps, event, end) => Object.assign(lastOf(steps, event) ?? {}, { end, success: false }),

  sleep_started: (steps, event, start) =>
    steps.set(keyOf(event), { type: "sleep", name: event.stepName, start, end: null, finished: false, error: null }),
  sleep_completed: (steps, event, end) => Object.assign(lastOf(steps, event) ?? {}, { end, finished: true }),

  wait_started: (steps, event, start) =>
    steps.set(keyOf(event), { type: "waitForEvent", name: event.stepName, start, end: null, finished: false, output: null, error: null }),
  wait_completed: (steps, event, end) => Object.assign(lastOf(steps, event) ?? {}, { end, finished: true, output: event.output ?? null }),
  wait_timed_out: (steps, event, end) =>
    Object.assign(lastOf(steps, event) ?? {}, { end, finished: true, error: { name: "WorkflowTimeoutError", message: "the event did not come in time" } }),
};
