"""The EU duty of October 2024 as a back-test that nothing was tuned to: every table of docs/eu-duty-2024.md.

    python tools/eu_duty_backtest.py            prints the page
    python tools/eu_duty_backtest.py --write    puts it into docs

The prose stands in tools/eu_duty_2024/page.md, the figures with their sources beside it; the model is eu_duty_model.py.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
from build_docs import DOCS, grid
from eu_duty_model import (
    AFTER,
    BEFORE,
    DEMAND,
    FOLDER,
    POWERTRAINS,
    STEPS,
    along,
    averaged,
    build,
    byd,
    central,
    draw,
    dutied_cost,
    duty_rates,
    fit,
    lines,
    market_totals,
    read_facts,
    saic,
    settle,
    spans,
    stories,
    tell,
)

from roadstead.demand.parameters import parameters
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eu_duty_model import Line, Story

    from roadstead.terms.arrays import Flags, Floats
    from roadstead.terms.tables import Row

PAGE = DOCS / "eu-duty-2024.md"
DRAWS, SEED = 150, 2754
ORDERS = (STEPS, ("growth", "launches", "duty"), ("duty", "growth", "launches"))
KIEL_POINTS = 0.20
"""The rise in duty the Kiel Institute worked out in May 2024."""
SOURCES = Schema(
    "sources",
    "Documents that figures of the back-test were read from.",
    (
        Column("source", Kind.TEXT, "id"),
        Column("title", Kind.TEXT, "title"),
        Column("url", Kind.TEXT, "address"),
        Column("published_on", Kind.TEXT, "date", required=False),
    ),
    key=("source",),
    evidence=False,
)
WITNESSES = Schema(
    "witnesses",
    "What others counted or worked out, beside the back-test.",
    (
        Column("period", Kind.TEXT, "when"),
        Column("who", Kind.TEXT, "whose cars, or whose estimate"),
        Column("what", Kind.TEXT, "what is counted"),
        Column("value", Kind.NUMBER, "figure"),
        Column("unit", Kind.TEXT, "unit"),
        Column("area", Kind.TEXT, "where"),
    ),
    key=("period", "who", "what"),
)


def read_witnesses() -> tuple[Row, ...]:
    """What others counted."""
    return read_table(FOLDER / "witnesses.csv", WITNESSES, must_rest_on=True)


def read_sources() -> dict[str, tuple[str, str]]:
    """Title and address of every source by its id."""
    return {row["source"]: (row["title"], row["url"]) for row in read_table(FOLDER / "sources.csv", SOURCES)}


def number(amount: float) -> str:
    """A count of cars or euros."""
    return f"{amount:,.0f}".replace("-0", "0") if abs(amount) < 0.5 else f"{amount:,.0f}"


def signed(amount: float) -> str:
    """A change in cars."""
    return "0" if abs(amount) < 0.5 else f"{amount:+,.0f}"


def percent(part: float) -> str:
    """A change as a percentage."""
    return f"{100 * part:+.1f} %"


def inputs(facts: Mapping[str, float]) -> list[str]:
    """Registrations that go in, as derived from the figures."""
    totals = [market_totals(facts, year) for year in (2024, 2025)]
    rows = [(f"all makers, {p}", number(totals[0][p]), number(totals[1][p])) for p in POWERTRAINS]
    for firm, of in (("SAIC", saic), ("BYD", byd)):
        before, after = of(facts, 2024), of(facts, 2025)
        rows += [(f"{firm}, {p}", number(before[p]), number(after[p])) for p in before]
    return grid(("registrations in the EU", "2024", "2025"), rows)


def on_2024(story: Story, facts: Mapping[str, float]) -> list[str]:
    """The duty laid on the market of 2024 and nothing else."""
    market, rates = story.calibrated.market, duty_rates()
    value = facts["customs_share"] * market.price
    rows = []
    for line in lines(market, facts):
        if not (line.mask & market.dutied).any() or line.name in {"SAIC all", "BYD all", "All electric from China"}:
            continue
        at = int(np.flatnonzero(line.mask)[0])
        before, after = rates[market.firm[at]]
        rise = story.price[0, 1, 0, at] - story.price[0, 0, 0, at]
        told = (f"{100 * before:.1f} %", f"{100 * after:.1f} %", number((after - before) * value[at]))
        change = _change(story, line.mask)
        rows.append((line.name, *told, f"{number(rise)} ({percent(rise / market.price[at])})", percent(change)))
    rows.append(("All electric from China", "", "", "", "", percent(_change(story, market.dutied))))
    header = ("cars", f"duty {BEFORE}", f"duty {AFTER}", "duty added, EUR", "retail price, EUR", "cars sold")
    return grid(header, rows)


def _change(story: Story, mask: Flags) -> float:
    cars = story.cars[0, :, 0][:, mask].sum(-1)
    return float(cars[1] / cars[0] - 1.0)


def the_story(story: Story, facts: Mapping[str, float]) -> list[str]:
    """From 2024 to 2025 in the order growth, duty, launches."""
    rows = []
    for line in lines(story.calibrated.market, facts):
        cars = _summed(story, line)
        added = along(cars, STEPS)
        steps = [signed(added[step]) for step in STEPS]
        known = ("not known", "not known") if line.actual is None else _off(line.actual, cars[1, 1, 1])
        rows.append((line.name, number(cars[0, 0, 0]), *steps, number(cars[1, 1, 1]), *known))
    header = (
        "cars",
        "2024",
        "growth of the market",
        "duty",
        "launches",
        "2025 worked out",
        "unexplained",
        "2025 actual",
    )
    return grid(header, rows)


def _summed(story: Story, line: Line) -> Floats:
    return np.asarray(story.cars[..., line.mask].sum(-1))


def _off(actual: float, told: float) -> tuple[str, str]:
    return signed(actual - told), number(actual)


def orders(story: Story, facts: Mapping[str, float]) -> list[str]:
    """What the duty and the launches take or add when the steps are taken in another order."""
    rows = []
    for line in lines(story.calibrated.market, facts):
        cars = _summed(story, line)
        every = [along(cars, order) for order in ORDERS] + [averaged(cars)]
        told = [signed(added[step]) for step in ("duty", "launches") for added in every]
        rows.append((line.name, *told))
    ways = ("growth, duty, launches", "growth, launches, duty", "duty, growth, launches", "mean of all six")
    return grid(("cars", *(f"{what}: {way}" for what in ("duty", "launches") for way in ways)), rows)


def diverted(story: Story) -> list[str]:
    """Where the buyers of 2024 go whom the duty turns away."""
    market = story.calibrated.market
    change = story.cars[0, 1, 0] - story.cars[0, 0, 0]
    lost = -float(change[market.dutied].sum())
    other = ~market.dutied
    same = np.isin(market.firm, ("SAIC", "BYD")) & other
    groups = {
        "electric cars not from China": other & market.where(powertrain="BEV"),
        "plug-in hybrids": market.where(powertrain="PHEV"),
        "hybrids": market.where(powertrain="HEV"),
        "petrol, diesel and the rest": market.where(powertrain="ICE"),
    }
    rows = [
        (name, number(float(change[mask].sum())), f"{100 * change[mask].sum() / lost:.0f} %")
        for name, mask in groups.items()
    ]
    nobody = lost - float(change[other].sum())
    rows.append(("no new car", number(nobody), f"{100 * nobody / lost:.0f} %"))
    rows.append(
        (
            "of these: SAIC's and BYD's own other cars",
            number(float(change[same].sum())),
            f"{100 * change[same].sum() / lost:.1f} %",
        )
    )
    return grid(("where they go", "cars", "of all turned away"), rows)


def beside_kiel(facts: Mapping[str, float]) -> list[str]:
    """Twenty points on every electric car from China in 2024, beside the Kiel Institute's estimate."""
    rows = []
    for passed in (spans()["pass_through"][0], facts["pass_through"], spans()["pass_through"][1]):
        told = change_at(dict(facts) | {"pass_through": passed}, KIEL_POINTS)
        rows.append((f"here, {100 * passed:.0f} % of the duty passed on", percent(told), _elasticity(told)))
    kiel = next(row["value"] for row in read_witnesses() if row["who"] == "Kiel Institute")
    rows.append(("Kiel Institute, KITE, May 2024", percent(kiel), _elasticity(kiel)))
    return grid(("estimate", "electric cars from China", "elasticity to one plus the duty"), rows)


def change_at(facts: Mapping[str, float], extra: float) -> float:
    """Change of all electric cars from China in 2024 at ``extra`` points of duty on each."""
    calibrated = fit(build(facts), facts)
    china = calibrated.market.dutied
    cost = dutied_cost(calibrated, facts, np.where(china, extra, 0.0))
    cars = settle(calibrated, np.zeros(len(cost)), np.stack([calibrated.cost, cost])).share[:, china].sum(-1)
    return float(cars[1] / cars[0] - 1.0)


def _elasticity(change: float) -> str:
    before = 1.0 + duty_rates()["BYD"][0]
    return f"{np.log1p(change) / np.log((before + KIEL_POINTS) / before):.2f}"


def ranges(drawn: Sequence[tuple[Mapping[str, float], Story]]) -> list[str]:
    """Spread of the duty's effect and of 2025 over everything that has a range."""
    names = [line.name for line in lines(drawn[0][1].calibrated.market, drawn[0][0])]
    middle = {line.name: line.actual for line in lines(build(central()), central())}
    duty: dict[str, list[float]] = {name: [] for name in names}
    told: dict[str, list[float]] = {name: [] for name in names}
    for facts, story in drawn:
        for line in lines(story.calibrated.market, facts):
            cars = _summed(story, line)
            duty[line.name].append(cars[1, 1, 0] / cars[1, 0, 0] - 1.0)
            told[line.name].append(cars[1, 1, 1])
    rows = []
    for name in names:
        if "(input)" in name:
            continue
        effect, cars = (np.quantile(values[name], (0.05, 0.5, 0.95)) for values in (duty, told))
        actual = middle[name]
        within = "not known" if actual is None else ("yes" if cars[0] <= actual <= cars[2] else "no")
        shown = "not known" if actual is None else number(actual)
        rows.append((name, *(percent(e) for e in effect), *(number(c) for c in cars), shown, within))
    header = (
        "cars",
        "duty: 5 %",
        "duty: half",
        "duty: 95 %",
        "2025: 5 %",
        "2025: half",
        "2025: 95 %",
        "actual",
        "inside",
    )
    return grid(header, rows)


def one_at_a_time(facts: Mapping[str, float]) -> list[str]:
    """SAIC's and BYD's electric cars with one parameter at an end of its range and all others as used."""
    rows = [("as used", "", *_pair(facts))]
    for name in ("own_elasticity", "market_elasticity", "pass_through", "nest_correlation", "customs_share"):
        for end in spans()[name]:
            told = stories([dict(facts) | {name: end}])
            pair = _pair(*told[0]) if told else ("no such market",) * 4
            rows.append((name.replace("_", " "), f"{end:g}", *pair))
    header = (
        "parameter",
        "at",
        "SAIC electric: duty",
        "SAIC electric: 2025",
        "BYD electric: duty",
        "BYD electric: 2025",
    )
    return grid(header, rows)


def _pair(facts: Mapping[str, float], story: Story | None = None) -> tuple[str, ...]:
    known = story or tell(facts)
    told: list[str] = []
    for line in lines(known.calibrated.market, facts):
        if line.name in {"SAIC electric", "BYD electric"}:
            cars = _summed(known, line)
            told += [percent(cars[1, 1, 0] / cars[1, 0, 0] - 1.0), number(cars[1, 1, 1])]
    return tuple(told)


def witnesses() -> list[str]:
    """What others counted."""
    sources = read_sources()
    rows = []
    for row in read_witnesses():
        value = percent(row["value"]) if row["unit"] == "1" else number(row["value"])
        rows.append((row["period"], row["who"], row["what"], value, row["area"], row["note"], _cited(row, sources)))
    return grid(("when", "who", "what", "figure", "where", "note", "source"), rows)


def figures() -> list[str]:
    """Every figure that goes in."""
    sources = read_sources()
    rows = []
    for row in read_facts():
        span = "" if row["low"] is None else f"{row['low']:,.6g} to {row['high']:,.6g}"
        place = ", ".join(part for part in (row["area"], row["period"]) if part)
        told = (f"`{row['fact']}`", f"{row['value']:,.7g}", span, row["unit"], place)
        rows.append((*told, str(row.evidence.confidence), row["note"], _cited(row, sources)))
    return grid(("figure", "value", "range", "unit", "where and when", "confidence", "note", "source"), rows)


def demand() -> list[str]:
    """The package's own parameters of demand."""
    told = [(name.replace("_", " "), parameters()[name]) for name in DEMAND]
    rows = [(name, f"{p.value:g}", f"{p.low:g} to {p.high:g}", p.evidence.source_id) for name, p in told]
    return grid(("parameter", "value", "range", "source"), rows)


def _cited(row: Row, sources: Mapping[str, tuple[str, str]]) -> str:
    if row.evidence.is_assumption:
        return "assumption"
    title, url = sources[row["source"]]
    return f"[{title}]({url})"


def tables() -> dict[str, list[str]]:
    """Every table of the page by its name."""
    facts = central()
    story = tell(facts)
    drawn = stories(draw(DRAWS, SEED))
    return {
        "inputs": inputs(facts),
        "demand": demand(),
        "duty on 2024": on_2024(story, facts),
        "diverted": diverted(story),
        "story": the_story(story, facts),
        "orders": orders(story, facts),
        "ranges": ranges(drawn),
        "draws": [f"{len(drawn)} of {DRAWS} draws make a market."],
        "one at a time": one_at_a_time(facts),
        "kiel": beside_kiel(facts),
        "witnesses": witnesses(),
        "figures": figures(),
    }


def page() -> str:
    """The page: its prose with every table in its place."""
    text = (FOLDER / "page.md").read_text(encoding="utf-8")
    for name, told in tables().items():
        mark = "{{" + name + "}}"
        if text.count(mark) != 1:
            raise ValueError(f"{mark} must stand once in page.md")
        text = text.replace(mark, "\n".join(told))
    return text


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the page into docs")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page())


if __name__ == "__main__":
    main()
