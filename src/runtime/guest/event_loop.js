// When the callbacks of Python's event loop are called.
//
// Pyodide has each one called on its own: a crossing into WebAssembly on a stack of its own for each (measured: 19 µs,
// and a request to FastAPI takes 16). From the first request on, Python takes turns (python/_pyw_event_loop.py): one
// crossing calls all that are ready.

// A timer costs more than a microtask. But a coroutine that only ever yields must not keep the
// isolate from its I/O: now and then one callback goes through a timer. At the top level there is
// no I/O, and timers are refused.
const CALLBACKS_BETWEEN_TIMERS = 64;
let callbacks = 0;
let pending = 0;
let atTopLevel = true;

export const pendingCallbacks = () => pending;

// What Pyodide's event loop calls in place of its own, which hands callbacks to one shared MessageChannel: that runs one
// request's callback in the I/O context of another.
export function scheduleCallback(callback, milliseconds = 0) {
  if (isAtOnce) return callback();
  const mayWait = atTopLevel || ++callbacks % CALLBACKS_BETWEEN_TIMERS !== 0;
  const run = () => {
    pending--;
    callback();
  };
  if (milliseconds <= 2 && mayWait) {
    soon(run);
  } else {
    setTimeout(run, milliseconds);
  }
  pending++;
}

// A schedule for code that is tried out: nothing is called before letGo().
export function holdCallbacks() {
  const held = [];
  let isLetGo = false;
  return {
    held,
    schedule: (callback, milliseconds) => {
      if (isAtOnce || isLetGo) scheduleCallback(callback, milliseconds);
      else held.push(callback);
    },
    letGo: () => {
      isLetGo = true;
    },
  };
}

const soon = (run) => Promise.resolve().then(run); // half of what queueMicrotask costs in workerd

export async function runAtTopLevel(run) {
  atTopLevel = true;
  try {
    return await run();
  } finally {
    atTopLevel = false;
  }
}

// Calls a function of Python that may wait in run_sync, with no other arguments than `args`. Pyodide puts a turn of its own schedule
// before each such call, lest one begin on a stack that is in use; a microtask, which comes anyway, is enough for that.
export function callPromising(pythonFunction, ...args) {
  isAtOnce = true;
  try {
    return pythonFunction.callPromising(...args);
  } finally {
    isAtOnce = false;
  }
}

let isAtOnce = false;

let takeTurn; // Python's function, where it takes turns
let turnsEnded = 0;

// From here on Python's callbacks are called in turns. `begin` is given what _pyw_event_loop.begin takes, and returns what
// that returns. None of the functions returns anything: for a promise, Pyodide would call back again.
export function takeTurns(begin) {
  const askForTurn = () => void soon(turn);
  const turnEnded = () => void turnsEnded++;
  takeTurn = begin(askForTurn, turnEnded, afterIo);
}

// All that is ready is called within the microtasks of the event that made it so, hence in the I/O context of its request.
function turn() {
  const ended = turnsEnded;
  let isDead = false;
  callPromising(takeTurn).catch((error) => {
    isDead = turnsEnded === ended; // Python sees to it that a turn ends: the interpreter cannot be used any more
    throw error;
  });
  // This comes when that call has given its promise. A callback that waits in run_sync holds up those after it: they get another turn.
  soon(() => {
    if (turnsEnded === ended && !isDead) turn();
  });
}

function afterIo(goOn) {
  setTimeout(() => {
    goOn();
    turn();
  }, 0);
}
