// What the guest tells pyw: one line of JSON behind a mark, through the console, which workerd
// carries to its standard output in order with everything the Worker prints.
export const EVENT_MARK = "pyw-event:";

let isTold = true;

// For a Worker that another one has loaded: its caller gets the errors, and pyw would take its events for the other's.
// What no caller is told is only written.
export function tellNothing() {
  isTold = false;
}

export function report(event) {
  if (!isTold) {
    if (event.event === "snapshot-unusable") console.warn(`loaded without a snapshot: ${event.message}`);
    return;
  }
  const write = event.event === "started" ? console.debug : console.error;
  write(EVENT_MARK + JSON.stringify(event));
}

// An exception of Python on its way to a caller. The SDK and the Workflows engine know Pyodide's
// own class by this name and by `type`; the message is a traceback, as there.
export class PythonError extends Error {
  constructor(type, traceback) {
    super(traceback);
    this.name = "PythonError";
    this.type = type;
  }
}
