"""Print what the oracle and pgsym say of every statement, those that fail first: python -m attack.report [TOPIC]."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from attack.library import EVERYTHING
from attack.run import complaint

if __name__ == "__main__":
    counts: Counter[str] = Counter()
    open_now: list[str] = []
    never: list[str] = []
    for s in EVERYTHING:
        if len(sys.argv) > 1 and not any(word in s.name for word in sys.argv[1:]):
            continue
        started = time.process_time()
        doubt = s.confirmed()
        middle = time.process_time()
        wrong = complaint(s)
        ended = time.process_time()
        counts[s.truth] += 1
        if doubt:
            print(f"ORACLE {s.name}: {doubt}")
        if wrong:
            counts[f"{s.truth}, wrong"] += 1
            (never if s.truth == "true" and wrong in ("undecided", "tested") else open_now).append(f"{s.name}\t{wrong}")
            print(f"{s.truth.upper():8} {s.name}: {wrong}"[:230])
        if ended - started > 1:
            print(f"SLOW {s.name}: oracle {middle - started:.1f} s, pgsym {ended - middle:.1f} s")
        sys.stdout.flush()
    print(dict(counts))
    Path("/tmp/attack-open.txt").write_text("\n".join(open_now))
    Path("/tmp/attack-never.txt").write_text("\n".join(never))
