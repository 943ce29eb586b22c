"""pgsym: derive, decide, refute and teach policy gradients, exactly."""

from pgsym.errors import PgsymError

__version__ = "0.1.0"
__all__ = ["PgsymError", "__version__"]
