"""Values of terms at your own tables, and terms written out in SymPy."""

from pgsym.meaning.parametrisations import log_linear
from pgsym.meaning.tables import printed, problem, value
from pgsym.meaning.written_out.exact import exact

__all__ = ["exact", "log_linear", "printed", "problem", "value"]
