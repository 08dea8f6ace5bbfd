"""Where each way to act breaks, in one sentence: on which of the fresh paths, and what shows them (``discovery``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.breaks_book import Broken, Restriction
from roadstead.playbook.discovery import discover, enough
from roadstead.playbook.policies import EXPORTS
from roadstead.playbook.rehearse import WORST, mean
from roadstead.playbook.sign_words import terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.playbook.book import Name, Term
    from roadstead.playbook.breaks_book import How
    from roadstead.playbook.discovery import Found, Limit
    from roadstead.playbook.observed import Seen, Sight
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.rehearse import Rehearsed
    from roadstead.terms.arrays import Flags

Names: TypeAlias = "tuple[Reading, Mapping[str, Name]]"
"""What places, models and the events seen are called."""
REGRETTED = 0.1
"""Part of what the best of the ways earns on a path that one falls short by, to be regretted. [fraction]"""


def breaks(rehearsed: Rehearsed, how: How) -> Flags:
    """Where every policy breaks. Shape (P, policies)."""
    npv = rehearsed.npv
    if how == "exports":
        return np.asarray(npv < npv[:, [rehearsed.policies.index(EXPORTS)]])
    if how == "regret":
        best = npv.max(axis=1, keepdims=True)
        return np.asarray(best - npv > REGRETTED * np.abs(best))
    count = round(WORST * len(npv))
    return np.asarray(npv.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") < count)


def broken(rehearsed: Rehearsed, seen: Seen, how: How, names: Names) -> tuple[Broken, ...]:
    """Where every policy breaks, but that of exports alone where it is the measure; ``names`` has titles of the events seen."""
    which = breaks(rehearsed, how)
    known: dict[bytes, Found | None] = {}
    told = []
    for i, key in enumerate(rehearsed.policies):
        if how == "exports" and key == EXPORTS:
            continue
        own = which[:, i]
        if (same := own.tobytes()) not in known:
            known[same] = discover(seen.value, own, seen.step)
        found, share = known[same], mean(own.astype(float), rehearsed.weight)
        if found is None:
            told.append(Broken(key, how, share, int(own.sum()), (), None, None, _nowhere(key, how, own)))
            continue
        where = restrictions(key, found, seen.sights, names)
        said = _somewhere(key, how, share, where, found)
        told.append(Broken(key, how, share, int(own.sum()), where, found.coverage, found.density, said))
    return tuple(told)


def restrictions(key: str, found: Found, sights: Sequence[Sight], names: Names) -> tuple[Restriction, ...]:
    """The limits of a box in words, of the way to act that it tells of; ``sights``: what its columns are."""
    told = []
    for i, (limit, chance) in enumerate(zip(found.box, found.quasi_p, strict=True), 1):
        sight = sights[limit.column]
        said = _keyed(clause(sight, limit, *names), f"breaks/{key}/limit{i}")
        told.append(Restriction(sight.kind, sight.of, sight.year, limit.above, limit.threshold, chance, said))
    return tuple(told)


def _keyed(said: Sentence, key: str) -> Sentence:
    """A limit whose threshold, where it has one, says which figure it is."""
    threshold = said.terms.get("threshold")
    if not isinstance(threshold, Amount):
        return said
    return replace(said, terms={**said.terms, "threshold": replace(threshold, key=key)})


def _somewhere(key: str, how: How, share: Estimate, where: tuple[Restriction, ...], found: Found) -> Sentence:
    of = f"breaks/{key}"
    return Sentence(
        "break.where",
        {
            "how": how,
            "share": Amount(share.value, "share", f"{of}/share"),
            "where": tuple(one.said for one in where),
            "coverage": Amount(found.coverage.value, "share", f"{of}/coverage"),
            "coverage_error": Amount(found.coverage.error, "share", f"{of}/coverage/error"),
            "density": Amount(found.density.value, "share", f"{of}/density"),
            "density_error": Amount(found.density.error, "share", f"{of}/density/error"),
        },
    )


def _nowhere(key: str, how: How, own: Flags) -> Sentence:
    """What is said where nothing shows the paths."""
    count, others = int(own.sum()), int((~own).sum())
    terms: dict[str, Term] = {
        "how": how,
        "share": Amount(float(own.mean()), "share", f"breaks/{key}/share"),
        "count": Amount(float(count), "count", f"breaks/{key}/paths"),
        "paths": Amount(float(len(own)), "count"),
    }
    if enough(own):
        return Sentence("break.nowhere", terms)
    return Sentence("break.few", terms) if count <= others else Sentence("break.most", terms)


def clause(sight: Sight, limit: Limit, reading: Reading, events: Mapping[str, Name]) -> Sentence:
    """A limit on what is seen, as a part of a sentence."""
    what, limited = (sight.kind, sight.of, sight.year), (limit.above, limit.threshold)
    return Sentence(f"if.{sight.kind}", terms_of(what, limited, reading, events))
