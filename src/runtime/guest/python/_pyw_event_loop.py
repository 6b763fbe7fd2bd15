"""Takes turns: calls all callbacks of the event loop that are ready in one crossing from JavaScript (event_loop.js)."""

from asyncio import Handle, get_event_loop
from collections import deque
from functools import partial

from pyodide.ffi import create_once_callable

# A coroutine that only ever yields must not keep the isolate from its I/O.
CALLBACKS_BETWEEN_IO = 64

_ready = deque()
_loop = None
# Whether JavaScript has been asked for a turn, or one is under way.
_is_due = False
# The turn under way. One that waits in run_sync is so no more when it goes on: the next one has taken over.
_turn = None


def begin(ask_for_turn, turn_ended, after_io):
    """Returns the function that takes a turn.

    The arguments are JavaScript's functions: to ask for a turn, to say that one has ended, and to have a function
    called and a turn taken when the isolate's I/O has had its own. A turn that has not ended is followed by another.
    """
    global _loop, _ask_for_turn, _turn_ended, _after_io
    _loop, _ask_for_turn, _turn_ended, _after_io = get_event_loop(), ask_for_turn, turn_ended, after_io
    type(_loop).call_soon = _call_soon
    return _take_turn


def _call_soon(loop, callback, *args, context=None):
    global _is_due
    handle = Handle(callback, args, loop, context)
    _ready.append(handle)
    if not _is_due:
        _is_due = True
        _ask_for_turn()
    return handle


def _take_turn():
    global _turn
    turn = _turn = object()
    _enter()
    try:
        for _ in range(CALLBACKS_BETWEEN_IO):
            if not _ready:
                break
            handle = _ready.popleft()
            if not handle.cancelled():
                _call(handle)
            if _turn is not turn:
                return
    finally:
        if _turn is turn:
            _end_turn()


def _enter():
    # Before 3.14 calls from JavaScript have no thread state of their own, which these belong to.
    if hasattr(_loop, "_install_running_loop"):
        _loop._install_running_loop()
        _loop._install_asyncgen_hooks()


def _end_turn():
    global _is_due
    _is_due = False
    if _ready:
        # What comes before they go on is of another request perhaps, and does not wait for this one's.
        _after_io(create_once_callable(partial(_go_on, list(_ready))))
        _ready.clear()
    _turn_ended()


def _go_on(handles):
    global _is_due
    _is_due = True
    _ready.extendleft(reversed(handles))


def _call(handle):
    """As Pyodide's own loop does."""
    try:
        handle._run()
    except SystemExit as error:
        if not _loop._system_exit_handler:
            raise
        _loop._system_exit_handler(error.code)
    except KeyboardInterrupt:
        if not _loop._keyboard_interrupt_handler:
            raise
        _loop._keyboard_interrupt_handler()
