"""Atomic writing of files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pgsym.errors import ReportError


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file and return its path; raises ReportError, with a one-line message, if it cannot be written.

    The content goes to a temporary file in the same folder first.  Even if interrupted, the path holds either the old
    or the new content, and no other file remains.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as reason:
        raise ReportError(
            f"cannot write {path}: {reason.strerror or reason}; choose another folder with --output"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as reason:
        Path(temporary).unlink(missing_ok=True)
        raise ReportError(
            f"cannot write {path}: {reason.strerror or reason}; choose another folder with --output"
        ) from None
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
