"""Limits of time and memory, which end work that may take longer than anyone can predict.

Neither SymPy nor a search in the middle of one evaluation can be asked to stop.  A second thread
therefore raises an exception in the one that works: this needs no signals and no second process, so it is the same on
every system, in a notebook and in any thread.  One call of compiled code is not interrupted; `pgsym.decide.cost`
refuses work that is known to be long there before it starts.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import isinf
from typing import TypeVar

from pgsym.errors import UnusableOption

V = TypeVar("V")
TIME_LIMIT = 10.0
"""The default for the seconds that work may take if its length cannot be estimated."""
MOST_MEMORY = 4 * 2**30
"""The bytes by which such work may increase the memory."""
PATIENCE = 3
AGAIN, LOOK = 0.2, 0.1
"""Seconds until an exception that something swallowed is raised again, and between looks at the memory."""


class LimitReached(BaseException):
    """Work was ended by a limit; this is no Exception, so that no `except Exception` on the way catches it."""


@dataclass(frozen=True)
class Deadline:
    """The seconds of computing that some work may take; infinity is no limit.

    The time of the one thread that works counts, so a busy machine changes nothing; a third of the time on the clock
    counts for work that waits, and on systems that do not measure threads.

    >>> Deadline(5).run(lambda: 1 + 1)
    2
    """

    seconds: float

    def __post_init__(self) -> None:
        if isinstance(self.seconds, bool) or not isinstance(self.seconds, int | float) or not self.seconds > 0:
            raise UnusableOption(f"a time limit is a positive number of seconds, not {self.seconds!r}")

    def __str__(self) -> str:
        return f"{self.seconds:g} s"

    def run(self, work: Callable[[], V]) -> V:
        """The result of some work; when the time is up, raises LimitReached inside the work and to the caller."""
        if isinf(self.seconds):
            return work()
        watch = _Watch(threading.get_ident(), self)
        try:
            try:
                watch.start()
                return work()
            finally:
                watch.stop()
        except LimitReached:
            watch.stop()  # the exception may have come while the watch was being stopped
            if not watch.reason:  # the exception belongs to another deadline
                raise
            raise LimitReached(watch.reason) from None


class _Watch:
    """A thread that raises LimitReached in another one."""

    def __init__(self, thread: int, deadline: Deadline):
        self.thread, self.deadline = thread, deadline
        self.reason = ""
        self.stopped = threading.Lock()
        self.stopped.acquire()
        self.ended: list[bool] = []
        self.memory = peak_memory()
        self.used = _clock_of(thread)
        self.began, self.began_at = self.used(), time.perf_counter()

    def start(self) -> None:
        try:
            threading.Thread(target=self._look, daemon=True).start()
        except RuntimeError:
            self.ended.append(True)
            raise UnusableOption(
                "no thread can be started that keeps the time limit: say time_limit=math.inf"
            ) from None

    def stop(self) -> None:
        """End the watch, so that nothing is raised any more.

        Every single step may be interrupted and is safe to do again.  An exception that was raised and has not come yet
        comes at the next step, and is swallowed here.  It is not taken back: CPython 3.11 then goes on looking for it
        in every loop and call, and one that is traced, by a debugger or by Hypothesis, never gets on.
        """
        while not self.ended:
            try:
                if self.stopped.locked():
                    self.stopped.release()
                time.sleep(0)
            except LimitReached:
                continue
        for _ in range(2):
            try:
                time.sleep(0)
            except LimitReached:
                continue

    def _look(self) -> None:
        try:
            while not self.stopped.acquire(timeout=min(LOOK, self._left() + 1e-3)):
                if self._is_over():
                    _raise_in(self.thread, LimitReached)
                    if self.stopped.acquire(timeout=AGAIN):
                        break
        finally:
            self.ended.append(True)

    def _is_over(self) -> bool:
        now = peak_memory()
        if now is not None and self.memory is not None and now - self.memory > MOST_MEMORY:
            self.reason = f"more than {MOST_MEMORY / 2**30:g} GiB were needed"
            return True
        if not self._left():
            self.reason = f"the time limit of {self.deadline} was reached"
        return bool(self.reason)

    def _left(self) -> float:
        used = max(self.used() - self.began, (time.perf_counter() - self.began_at) / PATIENCE)
        return max(0.0, self.deadline.seconds - used)


def _clock_of(thread: int) -> Callable[[], float]:
    """The seconds that a thread has computed, or where the system does not tell them, those on the clock."""
    if not hasattr(time, "pthread_getcpuclockid"):  # Windows, macOS
        return time.perf_counter
    clock = time.pthread_getcpuclockid(thread)
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, exception: type[LimitReached]) -> None:
    """Raise an exception in a thread at its next step."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))


def peak_memory() -> int | None:
    """The most bytes that this process has held in memory so far; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


__all__ = ["TIME_LIMIT", "Deadline", "LimitReached", "peak_memory"]
