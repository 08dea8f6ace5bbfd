"""Regret by future: what the plan and each thing it is held against lose on a path of the tree against the best of them there.

Nobody here knew the path beforehand, so these are regrets among ways to act, at most those against perfect foresight (P.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.regret_book import Regret, Regrets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import FutureValue
    from roadstead.terms.arrays import Floats

ALIKE = 1e-9
"""Share of an NPV within which another is the same."""


def regrets(futures: Sequence[FutureValue]) -> Regrets:
    """From what each way to act is worth in every future."""
    keys = tuple(dict.fromkeys(value.key for value in futures))
    by_leaf: dict[int, list[FutureValue]] = {}
    for value in futures:
        by_leaf.setdefault(value.leaf, []).append(value)
    npv = np.asarray([[value.npv for value in own] for own in by_leaf.values()])
    chance = np.asarray([own[0].probability for own in by_leaf.values()])
    best = npv.max(1)
    lost = best[:, None] - npv
    lost[lost <= ALIKE * np.abs(best)[:, None]] = 0.0
    order = np.argsort(-lost[:, 0], kind="stable").tolist()
    leaves = list(by_leaf.values())
    rows = tuple(
        Regret(leaves[i][0].leaf, leaves[i][0].name, float(chance[i]), float(best[i]), tuple(lost[i].tolist()))
        for i in order
    )
    most = lost.max(0)
    return Regrets(
        keys,
        rows,
        tuple((chance @ lost).tolist()),
        tuple(most.tolist()),
        _said(keys, rows, most, float(chance @ (lost[:, 0] == 0.0))),
    )


def _said(keys: Sequence[str], rows: Sequence[Regret], most: Floats, unbeaten: float) -> tuple[Sentence, ...]:
    """How often the plan is unbeaten, what it loses at worst and where, and which way loses least at worst."""
    worst = rows[0]
    said = [Sentence("regret.unbeaten", {"share": Amount(round(unbeaten, 9), "share", f"regret/none/{keys[0]}")})]
    if worst.lost[0] > 0.0:
        said.append(
            Sentence(
                "regret.worst",
                {
                    "lost": Amount(worst.lost[0], "money", f"regret/n{worst.leaf}/{keys[0]}"),
                    "future": worst.name,
                    "key": keys[worst.lost.index(0.0)],
                    "share": Amount(worst.probability, "share", f"reached/n{worst.leaf}"),
                },
            )
        )
    least = int(most.argmin())
    if most[least] < most[0]:
        lost = Amount(float(most[least]), "money", f"regret/most/{keys[least]}")
        said.append(Sentence("regret.least", {"key": keys[least], "lost": lost}))
    elif len(keys) > 1:
        said.append(Sentence("regret.plan_least", {}))
    return tuple(said)
