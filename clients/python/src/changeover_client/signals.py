from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from types import FrameType
from typing import Dict, Iterator, Optional

#: By default these end Python where it stands, so that no `finally` runs and the lease would live on.
_ENDING = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]

_pid = 0
_users = 0
_deferring = 0
_deferred: Optional[int] = None
_replaced: Dict[int, object] = {}


@contextmanager
def unwinding() -> Iterator[None]:
    """While this is open, SIGTERM and SIGHUP end the program through its `finally` blocks, as Ctrl-C does.

    Handlers that the program has set itself are left alone. Only the main thread gets signals; elsewhere this does nothing.
    """
    global _users
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if _users == 0:
        _install()
    _users += 1
    try:
        yield
    finally:
        _users -= 1
        if _users == 0:
            _restore()


@contextmanager
def deferred() -> Iterator[None]:
    """A signal that comes in here takes effect at the end: nothing is taken without being known, or left half released."""
    global _deferring, _deferred
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _deferring += 1
    try:
        yield
    finally:
        _deferring -= 1
        if _deferring == 0 and _deferred is not None:
            number, _deferred = _deferred, None
            _end(number)


def is_ending() -> bool:
    """Whether a signal waits for the end of `deferred`."""
    return _deferred is not None


def _install() -> None:
    global _pid
    _pid = os.getpid()
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            _replaced[number] = signal.signal(number, _handle)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _replaced[signal.SIGINT] = signal.signal(signal.SIGINT, _handle)


def _restore() -> None:
    for number in list(_replaced):
        handler = _replaced.pop(number)
        # The program may have set its own meanwhile.
        if signal.getsignal(number) is _handle:
            signal.signal(number, handler)  # type: ignore[arg-type]


def _handle(number: int, _frame: Optional[FrameType]) -> None:
    global _deferred
    if os.getpid() != _pid and number != signal.SIGINT:
        # A child that was forked ends as it would have without us.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    elif _deferring > 0:
        _deferred = number
    else:
        _end(number)


def _end(number: int) -> None:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    # As a shell says it.
    raise SystemExit(128 + number)
