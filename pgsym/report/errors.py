"""Errors of the formulas and the engines of a report; each is a ReportError with a message of one line."""

from __future__ import annotations

from pgsym.errors import ReportError


class UnknownCommand(ReportError):
    """A command or character of a formula that is outside the vocabulary."""


class MalformedMath(ReportError):
    """A formula whose braces, fences, scripts or arguments do not fit together."""


class TexFailure(ReportError):
    """A TeX run that made no PDF; `engine` is the name of the engine and `log` its output."""

    def __init__(self, engine: str, log: bytes):
        super().__init__(f"{engine} made no PDF; use --engine typst, which needs no TeX")
        self.engine, self.log = engine, log
