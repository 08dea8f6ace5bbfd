"""What flexibility is worth to a made-up carmaker, and what it watches."""

from __future__ import annotations

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.rehearsal_book import Estimate
from roadstead.playbook.signs_book import Condition, Rates, Signpost, Tried
from roadstead.playbook.worth_book import Between, Worth


def made_up_flexibility(north: Name) -> tuple[Worth, ...]:
    """One line of every kind of answer."""
    events = (Name("EU prolongs its duty", "欧盟延长反补贴税"), Name("EU ends its duty", "欧盟取消反补贴税"))
    return (
        Worth("perfect", Sentence("worth.perfect", {}), (), Between(90e6, 60e6, 120e6)),
        Worth("mean", Sentence("worth.mean", {}), (), Between(40e6, 0.0, 70e6)),
        Worth("event", Sentence("worth.event", {"events": events}), ("stays", "ends"), Between(55e6, 20e6, 80e6)),
        Worth("wait", Sentence("worth.wait", {"year": Amount(2029, "year")}), (), Between(-400e6, -430e6, -370e6)),
        Worth(
            "option",
            Sentence("worth.option", {"site": north, "price": Amount(25e6, "money"), "years": Amount(2, "years")}),
            ("north",),
            None,
            25e6,
            "no time",
        ),
        Worth(
            "module",
            Sentence("worth.module", {"site": north, "share": Amount(0.1, "share")}),
            ("north",),
            None,
            0.0,
            "not kept",
        ),
    )


def made_up_signposts(what: Sentence) -> tuple[Signpost, ...]:
    """One signpost of two conditions."""
    year, market = Amount(2029, "year"), Name("Brazil", "巴西")
    terms = {"market": market, "year": year, "threshold": Amount(0.35, "share"), "above": Amount(1, "count")}
    conditions = (
        Condition(
            "event", "raises", True, 0.5, 2029, Sentence("sign.has_come", {"event": Name("Brazil raises", "巴西加税")})
        ),
        Condition("share", "BRA", True, 0.35, 2029, Sentence("sign.share", terms)),
    )
    lead = {"year": year, "lead": Amount(2, "years"), "opens": Amount(2031, "year")}
    rates = Rates(Estimate(0.3, 0.2), Estimate(0.25, 0.1), 5, 2, 2)
    tried = Tried("left_out", rates, Estimate(6e6, 4e6), Estimate(9e6, 3e6), always=False)
    said = Sentence("sign.lead", lead)
    return (Signpost(what, "open", "south", 2029, 2, 0.4, conditions, 0.12, 0.05, said, "tree", tried),)
