"""A patch of law: from importer, kind, firm, measure, origin, powertrain or product to the rows it means and an event that sets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roadstead.study.entries import MOST_PERCENT
from roadstead.study.patch import number
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import PRODUCT_WORDS, Powertrain, Product
from roadstead.terms.spelling import meant
from roadstead.trade.amendment import Amendment, chosen
from roadstead.trade.firms import read_firm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from roadstead.study.patch import Setting
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.places import Gazetteer

SHOWN, ASKED = 8, 3
"""Known or selected things that a message names, and of near ones those that it asks about."""
WORDS = {product: word for word, product in PRODUCT_WORDS.items() if word != "kit"}
"""Word of each product."""


@dataclass(slots=True)
class _Meant:
    """What the parts of a selector turned out to be."""

    kinds: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)
    firms: set[str] = field(default_factory=set)
    origins: set[str] = field(default_factory=set)
    powertrains: set[str] = field(default_factory=set)
    products: set[Product] = field(default_factory=set)


def entry(patch: Setting, name: str, book: Rulebook, gazetteer: Gazetteer, day: date) -> dict[str, Any]:
    """The event that sets what a patch selects, as an entry of case.yaml.

    Parameters
    ----------
    day
        First day on which it holds.

    Raises
    ------
    RoadsteadError
        RS-S731 where it selects nothing, RS-S732 where it selects measures of several kinds, RS-S733 where the value is no rate.
    """
    where = f"--set {patch.text}"
    rate = _rate(patch, where)
    place = gazetteer.find(patch.path[0])
    importer = gazetteer.territory(place.place_id) if place else patch.path[0]
    rows = [m for m in book.measures.get(importer, ()) if chosen(m, Amendment("set", importer, name), day)]
    meant = _meant(patch, rows, book, gazetteer)
    change = _change(name, importer, meant)
    found = [m for m in rows if chosen(m, change, day) and meant.measures <= {m.measure_id}]
    _must_be_one_kind(patch, found, rows, day)
    if not meant.products and any(Product.CAR in m.products for m in found):
        change = _change(name, importer, meant, (Product.CAR,))
    return {
        "id": name,
        "title": f"with {patch.text}",
        "title_zh": f"设定 {patch.text}",
        "probability": 1.0,
        "rests_on": "set by hand, to see what would follow",
        "amendments": [
            {
                "action": "set",
                "importer": importer,
                **({"kind": next(iter(meant.kinds))} if meant.kinds else {}),
                **({"measure": next(iter(meant.measures))} if meant.measures else {}),
                **{
                    key: sorted(values)
                    for key, values in (
                        ("origins", change.origins),
                        ("powertrains", change.powertrains),
                        ("products", {WORDS[Product(p)] for p in change.products}),
                        ("firms", change.firms),
                    )
                    if values
                },
                "rate": rate,
            }
        ],
    }


def _change(name: str, importer: str, meant: _Meant, products: Sequence[Product] = ()) -> Amendment:
    return Amendment(
        action="set",
        importer=importer,
        name=name,
        kind=next(iter(meant.kinds), ""),
        measure_id=next(iter(meant.measures), ""),
        origins=frozenset(meant.origins),
        powertrains=frozenset(meant.powertrains),
        products=frozenset(products or meant.products),
        firms=frozenset(meant.firms),
    )


def _rate(patch: Setting, where: str) -> float:
    rate = number(patch.value)
    if rate is None:
        expected = "a rate as a fraction of the customs value, for instance 0.30; from a year on: 0.30@2029"
        raise RoadsteadError(Fault(where, "RS-S733", f"{patch.value!r} is no rate", expected))
    if 1.0 < rate <= MOST_PERCENT:
        expected = f"a fraction: write {rate / 100:g} for {rate:g} %"
        raise RoadsteadError(Fault(where, "RS-S733", f"{rate:g} looks like a percentage", expected))
    if not 0.0 <= rate <= 1.0:
        raise RoadsteadError(Fault(where, "RS-S733", f"{rate:g} is no rate", "a fraction from 0 to 1"))
    return rate


def _meant(patch: Setting, rows: Sequence[Measure], book: Rulebook, gazetteer: Gazetteer) -> _Meant:
    """What each part of a selector is: the rows of the importer say which words there are."""
    meant, where = _Meant(), f"--set {patch.text}"
    kinds = {m.kind.casefold(): m.kind for m in rows}
    measures = {m.measure_id.casefold(): m.measure_id for m in rows}
    firms = {firm.casefold(): firm for m in rows for firm in m.firms}
    powertrains = {p.value.casefold(): p.value for p in Powertrain}
    for part in patch.path[1:]:
        key, place = part.casefold(), gazetteer.find(part)
        if key in kinds:
            meant.kinds.add(kinds[key])
        elif key in measures:
            meant.measures.add(measures[key])
        elif key in PRODUCT_WORDS:
            meant.products.add(PRODUCT_WORDS[key])
        elif key in powertrains:
            meant.powertrains.add(powertrains[key])
        elif groups := _groups(part, firms, book):
            meant.firms |= groups
        elif place is not None:
            meant.origins.add(gazetteer.territory(place.place_id))
        else:
            known = [*kinds.values(), *firms.values(), *measures.values(), *PRODUCT_WORDS]
            raise RoadsteadError(Fault(where, "RS-S731", _unknown(patch, part, rows), _nearest(part, known)))
    if len(meant.kinds) > 1 or len(meant.measures) > 1:
        both = ", ".join(sorted(meant.kinds if len(meant.kinds) > 1 else meant.measures))
        raise RoadsteadError(Fault(where, "RS-S732", f"one patch names {both}", "one patch for each of them"))
    return meant


def _unknown(patch: Setting, part: str, rows: Sequence[Measure]) -> str:
    if not rows:
        return f"no measure of {patch.path[0]} is in force"
    return f"`{part}` is no kind, measure, firm, product, powertrain or place in the law of {patch.path[0]}"


def _groups(part: str, firms: dict[str, str], book: Rulebook) -> set[str]:
    """Producer groups that law names and a firm stands for: by their own name, or through a member's."""
    if part.casefold() in firms:
        return {firms[part.casefold()]}
    member, _ = read_firm(book, part)
    return {g for g, members in book.groups.items() if member.casefold() in members and g.casefold() in firms}


def _nearest(part: str, known: Iterable[str]) -> str:
    every = sorted(set(known))
    return meant(part, every, f"for instance {', '.join(every[:SHOWN])}", ASKED)


def _must_be_one_kind(patch: Setting, found: Sequence[Measure], rows: Sequence[Measure], day: date) -> None:
    where = f"--set {patch.text}"
    if not found:
        message = f"no measure in force on {day} is all of that"
        nearest = sorted(rows, key=lambda m: -_likeness(m, patch))[:ASKED]
        expected = f"the nearest: {', '.join(map(_named, nearest))}" if nearest else "an importer whose law is known"
        raise RoadsteadError(Fault(where, "RS-S731", message, expected))
    kinds = sorted({m.kind for m in found})
    if len(kinds) > 1:
        message = f"that selects {len(found)} measures of {len(kinds)} kinds: {', '.join(map(_named, found[:SHOWN]))}"
        example = f"{patch.path[0]}/{kinds[0]}"
        raise RoadsteadError(Fault(where, "RS-S732", message, f"the kind as well, for instance {example}"))


def _likeness(measure: Measure, patch: Setting) -> int:
    words = {part.casefold() for part in patch.path[1:]}
    has = {measure.kind, measure.measure_id, *measure.firms, *measure.origins, *measure.powertrains}
    has |= {WORDS[Product(p)] for p in measure.products if Product(p) in WORDS}
    return len(words & {str(one).casefold() for one in has})


def _named(measure: Measure) -> str:
    of = f" {'|'.join(sorted(measure.firms))}" if measure.firms else ""
    return f"{measure.measure_id} ({measure.kind}{of})"
