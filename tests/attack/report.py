"""Print what the oracle and pgsym say of every statement, those that fail first: python -m attack.report [TOPIC]."""

from __future__ import annotations

import sys
import time
from collections import Counter

from attack.closed import ClosedStatement
from attack.fields import FIELDS, FieldStatement
from attack.integrals import CLOSED
from attack.library import EVERYTHING
from attack.run import complaint, complaint_about_closed_form, complaint_about_field

if __name__ == "__main__":
    counts: Counter[str] = Counter()
    for s in (*EVERYTHING, *FIELDS, *CLOSED):
        if len(sys.argv) > 1 and not any(word in s.name for word in sys.argv[1:]):
            continue
        started = time.process_time()
        doubt = s.confirmed()
        middle = time.process_time()
        match s:
            case FieldStatement():
                wrong, truth = complaint_about_field(s), "field" if s.potential is None else "true"
            case ClosedStatement():
                wrong, truth = complaint_about_closed_form(s), "true" if s.truth else "closed form"
            case _:
                wrong, truth = complaint(s), s.truth
        ended = time.process_time()
        counts[truth] += 1
        if doubt:
            print(f"ORACLE {s.name}: {doubt}")
        if wrong:
            counts[f"{truth}, wrong"] += 1
            print(f"{truth.upper():8} {s.name}: {wrong}"[:230])
        if ended - started > 1:
            print(f"SLOW {s.name}: oracle {middle - started:.1f} s, pgsym {ended - middle:.1f} s")
        sys.stdout.flush()
    print(dict(counts))
