"""Every way in which the past is counted, by the name a table calls it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.catalogue import past_facts, past_law

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.catalogue.counting import Counter

COUNTED: Mapping[str, Counter] = {
    "duty_rise": past_law.duty_rise,
    "duty_fall": past_law.duty_fall,
    "duty_aimed": past_law.duty_aimed,
    "aimed_after": past_law.aimed_after,
    "aimed_quiet": past_law.aimed_quiet,
    "added_lifted": past_law.added_lifted,
    "added_kept": past_law.added_kept,
    "limit_begun": past_law.limit_begun,
    "rule_begun": past_law.rule_begun,
    "rule_lifted": past_law.rule_lifted,
    "support_ended": past_facts.support_ended,
    "plant_opened": past_facts.plant_opened,
    "plant_refused": past_facts.plant_refused,
    "plant_lost": past_facts.plant_lost,
    "restraint_ended": past_facts.restraint_ended,
    "route_closed": past_facts.route_closed,
    "route_opened": past_facts.route_opened,
    "income_fall": past_facts.income_fall,
}
COUNTERS = tuple(COUNTED)
