"""Recorded derivations: every step of a record is derived again; nothing in it is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pgsym.errors import PgsymError, RecordRefused
from pgsym.kernel import FORMAT, OWN, Derivation, Theorem
from pgsym.rules.base import Rule
from pgsym.terms.record import from_record, hypothesis_from_record, symbol_from_record

Rules = Iterable[type[Rule]]


def rule_from_record(record: Any, custom: Rules = ()) -> Rule:
    """The rule of a record: pgsym's own rule of that name, or one of the `custom` rules if the record says so.

    Raises RecordRefused if there is no such rule.
    """
    known: Mapping[str, type[Rule]] = OWN
    match record:
        case ["custom", str(name), dict(values)]:
            known = {kind.__name__: kind for kind in custom}
            if name not in known:
                raise RecordRefused(f"{name} is not one of pgsym's own rules: pass it, as in replay(record, [{name}])")
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
    """The theorem of a record, derived again; raises RecordRefused if the record and the rules disagree.

    A record names each rule: one of pgsym's own, or one of the `custom` rules given here.
    """
    custom = _distinct(custom)
    try:
        if record["format"] != FORMAT:
            raise RecordRefused(f"the record has format {record['format']!r}; this version of pgsym reads {FORMAT}")
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
        raise RecordRefused("the hypotheses of the record are not those that its steps need")
    return theorem


def _distinct(custom: Rules) -> tuple[type[Rule], ...]:
    """The custom rules without repetitions; raises RecordRefused for other objects and for two rules with one name."""
    custom = tuple(dict.fromkeys(custom))
    for kind in custom:
        if not (isinstance(kind, type) and issubclass(kind, Rule)):
            raise RecordRefused(f"{kind!r:.60} is not a rule: give the classes of your own rules")
    names = [kind.__name__ for kind in custom]
    if len(set(names)) < len(names):
        raise RecordRefused(f"two custom rules have one name among {', '.join(names)}: rename one of them")
    return custom


def _replay_step(d: Derivation, number: int, step: dict[str, Any], custom: Rules) -> None:
    if d.line != from_record(step["before"]):
        raise RecordRefused(f"step {number} does not start from the line that the previous step ends with")
    d.apply(rule_from_record(step["rule"], custom), tuple(step["path"]), step["why"])
    made = d.steps[-1]
    if made.after != from_record(step["after"]):
        raise RecordRefused(f"step {number} claims {from_record(step['after'])}, but its rule gives {made.after}")
    if made.record()["needs"] != step["needs"]:
        raise RecordRefused(f"the hypotheses of step {number} are not those that its rule needs")


__all__ = ["replay", "rule_from_record"]
