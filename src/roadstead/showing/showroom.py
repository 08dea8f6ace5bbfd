"""Who tells which result: a room's module is loaded as the first of its results is looked at."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.showing.telling import Telling
    from roadstead.terms.showing import Shown

TELLERS: Mapping[str, str] = {
    "trade.quote.Quote": "quotes.told",
    "trade.comparison.Variants": "lanes.variants_told",
    "trade.comparison.Steps": "lanes.steps_told",
    "trade.register.Entry": "laws.entry_told",
    "trade.register.Entries": "laws.entries_told",
    "trade.changes.Changes": "laws.changes_told",
    "trade.other_rules.OtherRules": "laws.other_rules_told",
    "outlook.summary.Summary": "outlooks_shown.summary_told",
    "outlook.projections.Projections": "outlooks_shown.projections_told",
    "outlook.backtest.BackTest": "outlooks_shown.backtest_told",
    "futures.catalogue.foresight.EventChances": "futures.chances_told",
    "futures.catalogue.hindcast.Hindcast": "walls.hindcast_told",
    "study.japan_1981.JapanIn1981": "japan.japan_told",
    "study.makers.back_test.MakersTest": "makers.makers_told",
    "study.markets.Markets": "markets.markets_told",
    "study.claims.Claims": "claims.claims_told",
    "study.precedents.Precedents": "precedents.precedents_told",
    "study.watch.Watched": "watched.watched_told",
    "study.trail.why.Why": "trails.why_told",
    "study.world_diff.WorldDiff": "worlds.diff_told",
    "study.holdings.Holdings": "holdings.holdings_told",
    "study.origins.Verdict": "origins.verdict_told",
    "study.diverted.Diversion": "diversion.diversion_told",
    "study.spec.Study": "cases.study_told",
    "study.preflight.Checked": "cases.checked_told",
    "study.store.Verification": "cases.verification_told",
    "study.api.Planned": "plans.planned_told",
    "study.frames.Rows": "plans.rows_told",
    "study.frames.Parts": "plans.parts_told",
    "study.frames.Suppliers": "plans.suppliers_told",
    "study.sweep.Swept": "what_ifs.swept_told",
    "playbook.what_if_book.SideBySide": "what_ifs.side_by_side_told",
}
"""Where a kind of result is told, by where it is made; both within this package."""


def telling(result: Shown) -> Telling:
    """What a result shows of itself."""
    home = __name__.partition(".")[0]
    kind = next(
        one
        for one in type(result).__mro__
        if f"{one.__module__}.{one.__qualname__}".removeprefix(f"{home}.") in TELLERS
    )
    module, _, name = TELLERS[f"{kind.__module__}.{kind.__qualname__}".removeprefix(f"{home}.")].partition(".")
    found: Telling = getattr(import_module(f"{home}.showing.{module}"), name)(result)
    return found
