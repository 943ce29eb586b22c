"""The command `pgsym`, and `python -m pgsym`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interrupt during its import shows no traceback."""
    try:
        from pgsym.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
