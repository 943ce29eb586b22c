"""Terms at your own tables: their values, or written out in SymPy."""

from pgsym.meaning.tables import printed, problem, value
from pgsym.meaning.written_out.exact import exact

__all__ = ["exact", "printed", "problem", "value"]
