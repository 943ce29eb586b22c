"""Recorded derivations: a record is read as a derivation to make again, and is believed in nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pgsym.errors import PgsymError, RecordRefused
from pgsym.kernel import FORMAT, OWN, Derivation, Theorem
from pgsym.rules.base import Rule
from pgsym.terms.record import from_record, hypothesis_from_record, symbol_from_record

Rules = Iterable[type[Rule]]


def rule_from_record(record: Any, custom: Rules = ()) -> Rule:
    """The rule of a record: pgsym's own of that name, or where the record says so, the one of those given.

    Raises RecordRefused for a rule that is neither.
    """
    known: Mapping[str, type[Rule]] = OWN
    match record:
        case ["custom", str(name), dict(values)]:
            known = {kind.__name__: kind for kind in custom}
            if name not in known:
                raise RecordRefused(f"{name} is not one of pgsym's own rules: give it, as in replay(record, [{name}])")
        case [str(name), dict(values)]:
            pass
        case _:
            raise RecordRefused(f"not the record of a rule: {str(record)[:80]}")
    try:
        return known[name](**{key: _field_from_record(value, custom) for key, value in values.items()})
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        raise RecordRefused(f"not the record of a rule: {str(record)[:80]} ({reason})") from None


def _field_from_record(record: Any, custom: Rules) -> Any:
    match record:
        case ["term", term]:
            return from_record(term)
        case ["symbol", symbol]:
            return symbol_from_record(symbol)
        case ["hypothesis", hypothesis]:
            return hypothesis_from_record(hypothesis)
        case ["rule", rule]:
            return rule_from_record(rule, custom)
        case ["theorem", theorem]:
            return replay(theorem, custom)
        case ["value", value]:
            return value
    raise RecordRefused(f"not the record of a rule's field: {str(record)[:80]}")


def replay(record: dict[str, Any], custom: Rules = ()) -> Theorem:
    """Derive a theorem again from its record; raises RecordRefused wherever the record and the rules disagree.

    A record names rules by name: pgsym's own, and, where it says so, one of the `custom` rules given here.
    """
    custom = _apart(custom)
    try:
        if record["format"] != FORMAT:
            raise RecordRefused(f"a record of format {record['format']!r}; this version reads {FORMAT}")
        steps = record["steps"]
        needs = [hypothesis_from_record(h) for s in steps for h in s["needs"]]
        order = [hypothesis_from_record(h) for h in record["given"]]
        start, given = from_record(record["start"]), tuple(dict.fromkeys((*order, *needs)))
        d = Derivation(start, given, record["name"], record["sizes"])
        for i, step in enumerate(steps, 1):
            _replay_step(d, i, step, custom)
        theorem = d.conclude(from_record(record["target"]))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as reason:
        raise RecordRefused(f"not the record of a derivation: {reason!r}") from None
    except RecordRefused:
        raise
    except PgsymError as reason:
        raise RecordRefused(f"the record does not replay: {reason}") from reason
    if theorem.record() != record:
        raise RecordRefused("the record claims other hypotheses than its steps need")
    return theorem


def _apart(custom: Rules) -> tuple[type[Rule], ...]:
    """Custom rules of different names; raises RecordRefused for what is no rule, and for two of one name."""
    custom = tuple(dict.fromkeys(custom))
    for kind in custom:
        if not (isinstance(kind, type) and issubclass(kind, Rule)):
            raise RecordRefused(f"{kind!r:.60} is no rule: give the classes of your own rules")
    names = [kind.__name__ for kind in custom]
    if len(set(names)) < len(names):
        raise RecordRefused(f"two custom rules have one name among {', '.join(names)}: a record could mean either")
    return custom


def _replay_step(d: Derivation, number: int, step: dict[str, Any], custom: Rules) -> None:
    if d.line != from_record(step["before"]):
        raise RecordRefused(f"step {number} starts from another line than the one before it ends with")
    d.apply(rule_from_record(step["rule"], custom), tuple(step["path"]), step["why"])
    made = d.steps[-1]
    if made.after != from_record(step["after"]):
        raise RecordRefused(f"step {number} claims {from_record(step['after'])}, but its rule gives {made.after}")
    if made.record()["needs"] != step["needs"]:
        raise RecordRefused(f"step {number} claims other hypotheses than its rule needs")


__all__ = ["replay", "rule_from_record"]
