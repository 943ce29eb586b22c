"""Users' own code: functions loaded by name, and errors reported with the file and line."""

from __future__ import annotations

import importlib
import importlib.util
import io
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from pgsym.errors import PgsymError, UnknownName, UnusableOption


@dataclass(frozen=True)
class Loaded:
    """A user's function, with its module and the name under which it was loaded."""

    reference: str
    function: Callable[..., Any]
    module: ModuleType

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.reference.rpartition(":")[2]


def load(reference: str) -> Loaded:
    """The function that `module:function` or `path/to/file.py:function` names.

    Modules in the working folder are found too.  Raises UnusableOption for another form of name or for something that
    is not callable; UnknownName if the module, file or function does not exist, or if its module fails.

    >>> load("json:dumps").function is __import__("json").dumps
    True
    >>> load("json:dump_s")
    Traceback (most recent call last):
    pgsym.errors.UnknownName: json has no dump_s; did you mean dumps?
    """
    place, colon, name = reference.rpartition(":")
    if not (place and colon and name):
        raise UnusableOption(f"{reference} names no function: write module:function or path/to/file.py:function")
    module = _file(Path(place)) if place.endswith(".py") or "/" in place else _module(place)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise UnknownName(f"{place} has no {name}; {_nearest(part, dir(found), f'it defines {_defined(module)}')}")
        found = getattr(found, part)
    if not callable(found):
        raise UnusableOption(f"{reference} is not callable: it is {found!r:.60}")
    return Loaded(reference, found, module)


_USER_FILES: dict[Path, str] = {}
"""The names under which the user's files were read."""


class ToStandardError(io.TextIOBase):
    """A stream that writes to standard error, and that user code cannot close."""

    def write(self, text: str) -> int:
        """Write a text to standard error and return its length."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush standard error."""
        sys.stderr.flush()

    def close(self) -> None:
        """Do nothing."""


@contextmanager
def running(path: str) -> Iterator[None]:
    """A context in which code of a user's file runs: its output goes to standard error, to keep it out of results."""
    _USER_FILES[Path(path).resolve()] = path
    with redirect_stdout(ToStandardError()):
        yield


def failure(path: str, reason: BaseException) -> str:
    """The error in a user's file in one line, with the number of the file's line that raised it."""
    here = Path(path).resolve()
    lines = [f.lineno for f in extract_tb(reason.__traceback__) if Path(f.filename).resolve() == here]
    where = f" (line {lines[-1]})" if lines else ""
    return f"{path} fails{where}: {_type_and_message(reason)}"


def error_in_user_code(reason: BaseException) -> str | None:
    """An error in one line, with the file and line of the user's code that raised it; None if no user code did.

    The message of a PgsymError, such as a rule that does not apply, is kept as it is.
    """
    for frame in reversed(extract_tb(reason.__traceback__)):
        path = _USER_FILES.get(Path(frame.filename).resolve())
        if path is not None:
            own = isinstance(reason, PgsymError)
            return f"{path} (line {frame.lineno}): {reason}" if own else failure(path, reason)
    return None


def _type_and_message(reason: BaseException) -> str:
    """The type of an error and its message, in one line; only the type if `__str__` fails."""
    try:
        said = " ".join(str(reason).split())
    except Exception:  # __str__ is the user's too
        said = ""
    return f"{type(reason).__name__}{f': {said[:500]}' if said else ''}"


def _file(path: Path) -> ModuleType:
    if not path.is_file():
        near = _nearest(path.name, [p.name for p in path.parent.glob("*.py")], "check its path")
        raise UnknownName(f"there is no file {path} to read; {near}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UnusableOption(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(path.stem)
    sys.modules[path.stem] = module  # dataclasses and pickles look for it there
    try:
        with _searched_first(str(path.parent.resolve())), _one_line_errors(str(path)), running(str(path)):
            spec.loader.exec_module(module)
    finally:
        if before is not None:
            sys.modules[path.stem] = before
    return module


def _module(name: str) -> ModuleType:
    with _searched_first(str(Path.cwd())):
        try:
            with _one_line_errors(_origin(name), name), running(_origin(name)):
                return importlib.import_module(name)
        except ModuleNotFoundError as reason:
            missing = str(reason.name)
            parent = sys.modules.get(missing.rpartition(".")[0])
            known = [m.name for m in pkgutil.iter_modules(getattr(parent, "__path__", None))]
            near = _nearest(missing.rpartition(".")[2], known, "name a file by its path, which ends in .py")
            raise UnknownName(f"there is no module {missing}; {near}") from None


def _origin(name: str) -> str:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    return name if spec is None or spec.origin is None else spec.origin


@contextmanager
def _searched_first(folder: str) -> Iterator[None]:
    """A context in which modules of a folder are found first."""
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(folder)


@contextmanager
def _one_line_errors(path: str, looked_for: str = "") -> Iterator[None]:
    """A context that turns errors in a user's file into one line, unless the module `looked_for` itself is missing."""
    try:
        yield
    except PgsymError:
        raise
    except SyntaxError as reason:
        if reason.lineno is None:  # not text, such as bytes that are not UTF-8
            raise UnknownName(f"{path} cannot be read as Python: {reason.msg}") from None
        raise UnknownName(f"{reason.filename} cannot be read as Python (line {reason.lineno}): {reason.msg}") from None
    except ModuleNotFoundError as reason:
        if looked_for and f"{looked_for}.".startswith(f"{reason.name}."):
            raise
        raise UnknownName(failure(path, reason)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as reason:  # whatever a user's file raises
        raise UnknownName(failure(path, reason)) from None


def _nearest(name: str, known: list[str], otherwise: str) -> str:
    near = get_close_matches(name, [k for k in known if not k.startswith("__")], 1, 0.6)
    return f"did you mean {near[0]}?" if near else otherwise


def _defined(module: ModuleType) -> str:
    mine = [(k, v) for k, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__]
    own = [k for k, v in mine if callable(v) and not k.startswith("_")]
    return ", ".join(own[:8]) or "nothing"


def shortened(value: object) -> str:
    """A short text of a user's value, of at most 60 characters."""
    try:
        return f"{value!r:.60}"
    except Exception:  # __repr__ is the user's too
        return f"a {type(value).__name__}"


__all__ = ["Loaded", "ToStandardError", "error_in_user_code", "failure", "load", "running", "shortened"]
