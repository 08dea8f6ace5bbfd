"""What a made-up plan's worth hangs on, and where two of its figures come from."""

from __future__ import annotations

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.trails_book import Root, Trail, TrailPart, Trails
from roadstead.playbook.weights_book import Weight, Weights


def made_up_weights() -> Weights:
    """Four assumptions: one with two ends, one by its values, one without a high end, one whose low end keeps not what is asked."""
    return Weights(
        rows=(
            Weight("prices/assumed/assumed/price", "x0.8", "x1.2", -1.71e9, 2.19e9),
            Weight("figures/case/own_elasticity", "-6", "-2.5", -2.2e8, 5.3e8),
            Weight("figures/assumed/fill", "x0.8", "", -7.1e7, None),
            Weight("figures/assumed/capacity", "x0.8", "x1.17647", None, 8.5e5),
        ),
        spread=0.2,
        count=54,
        rest=1.33e8,
    )


def made_up_trails() -> Trails:
    """NPV by two nodes, one of which leads on, and a chance by its two nodes, that rests on reasoning; an address that is none of the web."""
    rows = (
        Root("figures", "case discount_base", "figures.csv:4", ("discount_base 0.08",), "", "", "2026-06", "low", True, "made up"),
        Root("sales", "DEU 2025", "packaged sales.csv:9", ("value 2,858,591 cars",), "KBA", "https://kba.invalid/", "2026-01-06",
                 "high", False, ""),
        Root("events", "walls", "", ("probability 0.6",), "Judgement: talks go on", "javascript:alert(1)", "", "low", True, ""),
    )  # fmt: skip
    year = {"node": "n", "year": Amount(2027.0, "year"), "chance": Amount(1.0, "share")}
    node = TrailPart(Sentence("trail.node", year), Amount(5.2e9, "money"), "npv/n0", None, "", (0,))
    other = TrailPart(Sentence("trail.node", year), Amount(7.24e9, "money"), "npv/n1", None, "", (0, 1))
    npv = TrailPart(
        Sentence("trail.npv", {}), Amount(12.44e9, "money"), "npv", Sentence("trail.how.nodes", {}), "F.1", ()
    )
    chance = TrailPart(Sentence("trail.npv", {}), Amount(0.6, "share"), "chance/walls", None, "", (2,))
    nodes = tuple(
        TrailPart(Sentence("trail.node", year), Amount(one, "share"), "", None, "", ()) for one in (0.45, 0.15)
    )
    sold = {"mode": "export", "year": Amount(2027.0, "year")}
    exported = TrailPart(Sentence("trail.mode", sold), Amount(1.0, "cars"), "mode/export/2027", None, "", (0,))
    return Trails((Trail(npv, (node, other)), Trail(node, ()), Trail(chance, nodes), Trail(exported, ())), rows)
