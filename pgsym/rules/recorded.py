"""Rules as plain data: what their fields may hold, which rules are pgsym's own, and how a record says them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from pgsym.errors import PgsymError
from pgsym.rules.base import Rule
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol, Term
from pgsym.terms.plain import plain, plain_hypothesis
from pgsym.terms.record import to_record


class Recorded(Protocol):
    """A theorem, as far as the record of a rule that uses it is concerned."""

    @property
    def custom_rules(self) -> tuple[type[Rule], ...]: ...

    def record(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class RecordedRules:
    """Checks and records rules.

    `own` are the rules that a record may name without more, and `theorem` is the class of the theorems that a field may
    hold.
    """

    own: Mapping[str, type[Rule]]
    theorem: type[Recorded]

    def is_own(self, rule: Rule) -> bool:
        """Whether a rule is one of pgsym's own, not only called like one."""
        return self.own.get(type(rule).__name__) is type(rule)

    def is_custom(self, rule: Rule) -> bool:
        """Whether a rule, or one that it reverses, is not pgsym's own, whatever it is called or derives from."""
        inner = (getattr(rule, f.name) for f in fields(rule))
        return not self.is_own(rule) or any(self.is_custom(r) for r in inner if isinstance(r, Rule))

    def custom_kinds(self, rule: Rule) -> Iterator[type[Rule]]:
        """The classes of the rules that are not pgsym's own and that a rule rests on, itself among them."""
        if not self.is_own(rule):
            yield type(rule)
        for f in fields(rule):
            value = getattr(rule, f.name)
            if isinstance(value, Rule):
                yield from self.custom_kinds(value)
            elif isinstance(value, self.theorem):
                yield from value.custom_rules

    def checked(self, rule: Rule) -> Rule:
        """A rule with plain fields; one of pgsym's own is made afresh, so that nothing else hangs on the instance.

        Raises PgsymError for a rule that a record could not say.
        """
        if not isinstance(rule, Rule):
            raise PgsymError(f"a step applies a rule, not {rule!r:.60}")
        names = [f.name for f in fields(rule)]
        if not self.is_own(rule):
            strange = sorted(vars(rule).keys() - set(names))
            if strange:
                raise PgsymError(
                    f"{type(rule).__name__} holds {', '.join(strange)}, which is no field of it: "
                    "a rule is a frozen dataclass, so that a record can say it"
                )
        values = {name: self._plain_field(getattr(rule, name)) for name in names}
        return type(rule)(**values) if self.is_own(rule) else rule

    def _plain_field(self, value: Any) -> Any:
        """The value of a rule's field; raises PgsymError for a value that could change or could not be recorded."""
        match value:
            case Term():
                return plain(value)
            case Hypothesis():
                return plain_hypothesis(value)
            case Rule():
                return self.checked(value)
            case Symbol() | None | bool() | int() | str():
                return value
        if isinstance(value, self.theorem):
            return value
        raise PgsymError(
            f"a rule's field {value!r:.60} cannot be recorded: give a term, symbol, hypothesis, rule, theorem or value"
        )

    def record(self, rule: Rule) -> list[Any]:
        """A rule as its name and its fields; one that is not pgsym's own is marked as custom."""
        values = {f.name: self._field_record(getattr(rule, f.name)) for f in fields(rule)}
        return [*([] if self.is_own(rule) else ["custom"]), type(rule).__name__, values]

    def _field_record(self, value: Any) -> Any:
        match value:
            case Term():
                return ["term", to_record(value)]
            case Symbol():
                return ["symbol", to_record(value)]
            case Hypothesis():
                return ["hypothesis", to_record(value)]
            case Rule():
                return ["rule", self.record(value)]
            case None | bool() | int() | str():
                return ["value", value]
        if isinstance(value, self.theorem):
            return ["theorem", value.record()]
        raise PgsymError(f"a rule's field {value!r:.60} cannot be recorded")
