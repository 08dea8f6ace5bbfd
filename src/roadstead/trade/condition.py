"""Conditions of law as small expressions over declared facts of a shipment.

    qualifies.USMCA and content.USA > 0
    power_kw >= 59 and power_kw < 73.56
    customs_value < 40000 and (engine_cm3 <= 2500 or (fuel != "diesel" and engine_cm3 <= 3000))

Words are facts, numbers and quoted text are values; ``and``, ``or``, ``not``, ``in { }``, six comparisons and parentheses
join them. Nothing is executed. Logic is Kleene's, of three values: an unknown fact makes an expression unknown unless
the rest decides it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from roadstead.terms.errors import Fault, RoadsteadError

FactValue: TypeAlias = bool | float | str
Facts: TypeAlias = Mapping[str, FactValue]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"[^"]*")
      | (?P<word>[A-Za-z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*)
      | (?P<sign><=|>=|==|!=|<|>|\(|\)|\{|\}|,)
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[FactValue, FactValue], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds: True, False, or None where facts are missing, and which."""

    holds: bool | None
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that must be true."""

    name: str

    def judge(self, facts: Facts) -> Verdict:
        """True or False by the declared fact."""
        if self.name not in facts:
            return Verdict(None, frozenset((self.name,)))
        value = facts[self.name]
        if not isinstance(value, bool):
            raise RoadsteadError(_wrong_kind(self.name, value, "true or false"))
        return Verdict(value)


@dataclass(frozen=True, slots=True)
class Compared:
    """A fact held against a value."""

    name: str
    sign: str
    value: FactValue

    def judge(self, facts: Facts) -> Verdict:
        """The comparison, if the fact is declared."""
        if self.name not in facts:
            return Verdict(None, frozenset((self.name,)))
        met = facts[self.name]
        if isinstance(self.value, str) != isinstance(met, str) or isinstance(met, bool):
            kind = "text" if isinstance(self.value, str) else "a number"
            raise RoadsteadError(_wrong_kind(self.name, met, kind))
        return Verdict(_COMPARE[self.sign](met, self.value))


@dataclass(frozen=True, slots=True)
class Among:
    """A fact that must be one of several values."""

    name: str
    values: frozenset[FactValue]

    def judge(self, facts: Facts) -> Verdict:
        """Membership, if the fact is declared."""
        if self.name not in facts:
            return Verdict(None, frozenset((self.name,)))
        met = facts[self.name]
        if isinstance(met, bool) or all(isinstance(met, str) != isinstance(value, str) for value in self.values):
            kind = "text" if any(isinstance(value, str) for value in self.values) else "a number"
            raise RoadsteadError(_wrong_kind(self.name, met, kind))
        return Verdict(met in self.values)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: Expression

    def judge(self, facts: Facts) -> Verdict:
        """Turn True and False round; unknown stays unknown."""
        inner = self.of.judge(facts)
        return Verdict(None if inner.holds is None else not inner.holds, inner.missing)


@dataclass(frozen=True, slots=True)
class Joined:
    """All of several, or any of several."""

    all_of: bool
    parts: tuple[Expression, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Decided as soon as one part decides; else unknown if any part is."""
        verdicts = [part.judge(facts) for part in self.parts]
        decisive = not self.all_of
        if any(v.holds is decisive for v in verdicts):
            return Verdict(decisive)
        missing = frozenset().union(*(v.missing for v in verdicts))
        return Verdict(None if missing else not decisive, missing)


Expression: TypeAlias = Known | Compared | Among | Not | Joined


def parse(text: str, where: str = "") -> Expression:
    """The expression ``text`` states; raises RoadsteadError at ``where`` if it states none."""
    try:
        return _stated(text)
    except RoadsteadError:
        return _Parser(text, where).parse()


@lru_cache(maxsize=1024)
def _stated(text: str) -> Expression:
    """Rules repeat their conditions, and every check of a rulebook reads them again."""
    return _Parser(text, "").parse()


def names(expression: Expression) -> frozenset[str]:
    """The facts an expression asks for."""
    match expression:
        case Joined(parts=parts):
            return frozenset().union(*(names(part) for part in parts))
        case Not(of=inner):
            return names(inner)
        case _:
            return frozenset((expression.name,))


def comparisons(expression: Expression) -> Iterator[tuple[str, str, float]]:
    """The numbers an expression holds facts against: fact, sign (``==`` for one of several) and number."""
    match expression:
        case Joined(parts=parts):
            for part in parts:
                yield from comparisons(part)
        case Not(of=inner):
            yield from comparisons(inner)
        case Compared(name=name, sign=sign, value=float(value)):
            yield name, sign, value
        case Among(name=name, values=values):
            yield from ((name, "==", value) for value in values if isinstance(value, float))


def _wrong_kind(name: str, met: FactValue, expected: str) -> Fault:
    return Fault(f"fact {name}", "RS-L203", f"{met!r} was declared", f"{expected} here")


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found:
                rest = text[at:].lstrip()
                raise self._fault(len(text) - len(rest), f"{rest.strip()[:12]!r} is not understood")
            kind = str(found.lastgroup)
            self.tokens.append((kind, found.group(kind), found.start(kind)))
            at = found.end()
        self.next = 0

    def parse(self) -> Expression:
        expression = self._either()
        if self.next < len(self.tokens):
            _, value, at = self.tokens[self.next]
            raise self._fault(at, f"{value!r} follows a finished condition")
        return expression

    def _fault(self, at: int, message: str) -> RoadsteadError:
        expected = (
            "facts, numbers and quoted text joined by and, or, not, in {...} and comparisons, "
            'for instance: engine_cm3 <= 2500 and fuel != "diesel"'
        )
        place = f"{self.where} at character {at + 1}" if self.where else f"character {at + 1}"
        return RoadsteadError(Fault(place, "RS-L201", f"in {self.text!r}, {message}", expected))

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.next][:2] if self.next < len(self.tokens) else ("end", "")

    def _take(self) -> tuple[str, str, int]:
        if self.next >= len(self.tokens):
            raise self._fault(len(self.text), "the condition ends too soon")
        self.next += 1
        return self.tokens[self.next - 1]

    def _joined(self, word: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._peek() == ("word", word):
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word == "and", tuple(parts))

    def _either(self) -> Expression:
        return self._joined("or", self._both)

    def _both(self) -> Expression:
        return self._joined("and", self._single)

    def _single(self) -> Expression:
        kind, value, at = self._take()
        if (kind, value) == ("word", "not"):
            return Not(self._single())
        if value == "(":
            inner = self._either()
            if self._take()[1] != ")":
                raise self._fault(at, "this parenthesis is never closed")
            return inner
        if kind != "word" or value in {"and", "or", "in"}:
            raise self._fault(at, f"{value!r} stands where a fact is expected")
        follower = self._peek()
        if follower[0] == "sign" and follower[1] in _COMPARE:
            sign = self._take()[1]
            given = self._value()
            if isinstance(given, str) and sign not in {"==", "!="}:
                raise self._fault(at, "text can only be equal or not equal")
            return Compared(value, sign, given)
        if follower == ("word", "in"):
            self._take()
            return Among(value, frozenset(self._values()))
        return Known(value)

    def _value(self) -> FactValue:
        kind, value, at = self._take()
        if kind == "number":
            return float(value)
        if kind == "text":
            return value[1:-1]
        raise self._fault(at, f"{value!r} stands where a number or quoted text is expected")

    def _values(self) -> list[FactValue]:
        _, brace, at = self._take()
        if brace != "{":
            raise self._fault(at, "a list of values in braces is expected after `in`")
        values = [self._value()]
        while self._peek()[1] == ",":
            self._take()
            values.append(self._value())
        if self._take()[1] != "}":
            raise self._fault(at, "this brace is never closed")
        return values
