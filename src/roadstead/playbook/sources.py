"""Where a playbook's figures come from: each source once, those that most rests on first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.sources_book import SourceRow
from roadstead.terms.evidence import Confidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import EvidenceRow, OtherRule, Waterfall

SURE = [level.value for level in (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)]
"""From least to most sure."""


def sources(
    evidence: Sequence[EvidenceRow], rules: Sequence[OtherRule], waterfalls: Sequence[Waterfall]
) -> tuple[SourceRow, ...]:
    """Sources of the case's figures, of the rules beside duties, and of the measures charged; assumptions have none."""
    figures: dict[tuple[str, str], list[EvidenceRow]] = {}
    for row in evidence:
        if not row.is_assumption:
            figures.setdefault((row.source, row.url), []).append(row)
    named = [(rule.source, rule.url) for rule in rules]
    charged = [(cite, "") for cite in {cite for lane in waterfalls for bar in lane.bars for cite in bar.cites}]
    found = [
        SourceRow(
            source=key[0],
            url=key[1],
            figures=len(own),
            rules=named.count(key),
            duties=charged.count(key),
            as_of=max((row.as_of for row in own), default=""),
            confidence=min((row.confidence for row in own), key=SURE.index, default=""),
        )
        for key in {*figures, *named, *charged}
        for own in [figures.get(key, [])]
    ]
    return tuple(sorted(found, key=lambda row: (-row.figures, -row.rules, -row.duties, row.source, row.url)))
