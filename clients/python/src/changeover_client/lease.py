from __future__ import annotations

import atexit
import logging
import os
import socket
import sys
import threading
import time
import uuid
from contextlib import ExitStack
from types import TracebackType
from typing import Optional, Set, Type

from .credentials import Credentials
from .errors import ChangeoverError
from .gateway import Gateway, Held, Term
from .signals import deferred, is_ending, unwinding

log = logging.getLogger("changeover_client")

ASK_AGAIN_SECONDS = 2.0
RELEASES = 3


class Lease:
    """The right to use one version of a connection while a job runs. Made by :func:`lease`.

    It is renewed by a thread, at a third of its time, and released when the ``with`` block ends, however it ends: by an exception,
    by SIGTERM, SIGHUP or Ctrl-C, or with the program. A program that is killed (SIGKILL) leaves it to its time.
    """

    def __init__(self, gateway: Gateway, connection: str, job: str, ttl_seconds: int, wait_seconds: float) -> None:
        self._gateway = gateway
        self._connection = connection
        self._job = job
        self._ttl_seconds = ttl_seconds
        self._wait_seconds = wait_seconds
        self._held: Optional[Held] = None
        self._term: Optional[Term] = None
        self._lost = False
        self._pid = 0
        #: By time.monotonic(): from then on it has ended by its time.
        self._over = 0.0
        self._stop = threading.Event()
        self._stack = ExitStack()

    def __enter__(self) -> Credentials:
        if self._held is not None:
            raise RuntimeError("this lease is held already; make another with lease()")
        with ExitStack() as stack:
            stack.enter_context(unwinding())
            # Pushed before the signal that came meanwhile takes effect, so that what was taken is released by it.
            stack.push(lambda *_: self.release())
            with deferred():
                self.acquire()
            self._stack = stack.pop_all()
        return self.credentials

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"<Lease on {self._connection} {'live' if self.live else 'not live'}>"

    @property
    def credentials(self) -> Credentials:
        """What was leased; as it was read last."""
        if self._held is None:
            raise RuntimeError("the lease is not held")
        return self._held.credentials

    @property
    def live(self) -> bool:
        """Whether the lease is held, and was not ended by somebody else as far as is known."""
        return self._held is not None and not self._lost

    @property
    def expires_at(self) -> Optional[str]:
        """When it ends unless it is renewed; RFC 3339."""
        return self._term.expires_at if self._term is not None else None

    def read(self, *, fresh: bool = False) -> Credentials:
        """The credentials of the leased version again. With ``fresh`` a secret that stays in an outside manager is read anew there:
        for a job whose login was refused."""
        if self._held is None:
            raise RuntimeError("the lease is not held")
        self._held = self._gateway.read(self._held.key, fresh=fresh)
        return self._held.credentials

    def acquire(self, *, renew: bool = True) -> Credentials:
        """For programs that can't use ``with``; they call :meth:`release`. At the end of Python it is called for them."""
        held = self._acquire()
        self._held, self._term, self._lost, self._pid = held, held.term, False, os.getpid()
        self._over = time.monotonic() + self._ttl_seconds
        self._stop.clear()
        if renew:
            threading.Thread(target=self._renew, args=(held.key,), name="changeover-lease", daemon=True).start()
        _remember(self)
        return held.credentials

    def release(self) -> None:
        """Never throws: a lease that can't be released ends by its time."""
        # A child that was forked shares the lease of its parent, who releases it.
        if self._held is None or self._pid != os.getpid():
            return
        with deferred():
            held, self._held = self._held, None
            self._stop.set()
            _live.discard(self)
            for attempt in range(1, RELEASES + 1):
                try:
                    self._gateway.release(held.key)
                    return
                except ChangeoverError as error:
                    if not error.passes or attempt == RELEASES:
                        log.warning("the lease was not released (%s); it ends by itself at %s.", error.code, self.expires_at)
                        return
                    time.sleep(0.5 * attempt)

    def _acquire(self) -> Held:
        until = time.monotonic() + self._wait_seconds
        request_id = str(uuid.uuid4())
        while True:
            try:
                return self._gateway.acquire(self._connection, self._job, self._ttl_seconds, request_id)
            except ChangeoverError as error:
                # A connection is in use while a change on it waits for its jobs, or is carried out.
                if not (error.passes or error.code == "CONNECTION_IN_USE") or time.monotonic() >= until or is_ending():
                    raise
                if not error.passes:
                    # This was an answer, and a repeat would get it again.
                    request_id = str(uuid.uuid4())
                log.info("no lease yet: %s Asking again.", error.message)
                pause = error.retry_after_seconds if error.retry_after_seconds is not None else ASK_AGAIN_SECONDS
                _pause(min(max(pause, 0.1), max(0.0, until - time.monotonic())))

    def _renew(self, key: str) -> None:
        """Runs in a thread. Never throws, and never ends the job: that keeps the credentials that it has."""
        pause = self._ttl_seconds / 3
        while self._term is not None and not self._term.is_last and not self._stop.wait(pause):
            try:
                self._term = self._gateway.renew(key, self._ttl_seconds)
                self._over = time.monotonic() + self._ttl_seconds
                pause = self._ttl_seconds / 3
                if self._term.is_last:
                    log.warning("the lease can't be renewed past %s; the job goes on with the credentials that it has.", self.expires_at)
            except ChangeoverError as error:
                if self._stop.is_set():
                    return
                if error.code == "NOT_FOUND":
                    self._lost = True
                    log.warning("the lease has ended before its job; the job goes on with the credentials that it has.")
                    return
                pause = min(self._ttl_seconds / 10, 30.0)
                log.warning("the lease was not renewed (%s) and ends at %s; trying again.", error.code, self.expires_at)
            except Exception:  # Nothing of the client's own may end the renewals without a word.
                pause = self._ttl_seconds / 3
                log.exception("the lease was not renewed and ends at %s; trying again.", self.expires_at)


def lease(
    connection: str,
    *,
    job: Optional[str] = None,
    ttl_seconds: int = 900,
    wait_seconds: float = 3600.0,
    gateway: Optional[Gateway] = None,
) -> Lease:
    """``with lease(connection) as credentials:`` holds a lease on a connection while the block runs.

    :param connection: the connection's id.
    :param job: what the job calls itself to whoever waits for it, at most 200 characters; its program and host unless given.
    :param ttl_seconds: the lease ends this long after its last renewal, should the program be killed.
    :param wait_seconds: how long to ask again while a change is being saved, or the gateway is away.
    :param gateway: where; by ``CHANGEOVER_URL`` and ``CHANGEOVER_TOKEN`` unless given.
    """
    uuid.UUID(connection)
    if ttl_seconds < 1:
        raise ValueError("ttl_seconds must be at least 1")
    named = job if job is not None else f"{os.path.basename(sys.argv[0]) or 'python'} on {socket.gethostname()}"
    return Lease(gateway if gateway is not None else Gateway(), connection, named[:200], ttl_seconds, wait_seconds)


def _pause(seconds: float) -> None:
    """Ends early when a signal waits: sleeping goes on after its handler."""
    until = time.monotonic() + seconds
    while not is_ending() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))


#: Leases that are released at the end of Python, also those that nothing else refers to any more.
_live: Set[Lease] = set()


def _remember(held: Lease) -> None:
    """A program that runs for days and takes short leases would collect those that have ended by their time."""
    for one in list(_live):
        if one._over < time.monotonic():
            _live.discard(one)
    _live.add(held)


@atexit.register
def _release_all() -> None:
    """For a generator that was never run to its end, or a program that did not use ``with``."""
    for left in list(_live):
        left.release()
