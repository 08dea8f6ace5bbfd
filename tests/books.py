"""A made-up book for the tests of the report: Lodestar Motors does not exist, and no figure here is anybody's."""

from __future__ import annotations

from demands import made_up_demand
from pulls import made_up_pull
from rehearsals import made_up_rehearsal
from trailed import made_up_trails, made_up_weights
from worths import made_up_flexibility, made_up_signposts

from roadstead.playbook.book import (
    Amount,
    Bar,
    Book,
    Comparison,
    Cover,
    DecisionRow,
    DoNow,
    EventRow,
    EvidenceRow,
    FutureValue,
    Later,
    MarketRow,
    Name,
    OtherRule,
    Sentence,
    SiteYear,
    TimelineSpan,
    TreeNode,
    Trigger,
    VolumeYear,
    Waterfall,
)
from roadstead.playbook.fronts_book import Front
from roadstead.playbook.map_book import Atlas, Map, MapFlow, MapMarket
from roadstead.playbook.regret import regrets
from roadstead.playbook.sources_book import SourceRow

FIRST, LAST = 2027, 2036
YEARS = range(FIRST, LAST + 1)
MODES = ("export", "kit", "contract", "local")
SMALL = Name("Small electric (Tern class)", "小型纯电（燕鸥级）")
SALOON = Name("Saloon (Heron, Egret class)", "轿车（苍鹭、白鹭级）")
LINES = {
    "north": (Name("Debrecen (made up)", "德布勒森（虚构）"), Name("Hungary", "匈牙利"), "local"),
    "south": (Name("Brazil (site open)", "巴西（选址未定）"), Name("Brazil", "巴西"), "local"),
    "kits": (Name("Shah Alam", "莎阿南"), Name("Malaysia", "马来西亚"), "kit"),
    "hired": (Name("Graz, contract assembly", "格拉茨（代工）"), Name("Austria", "奥地利"), "contract"),
}
PLACES = (
    ("DEU", "Germany", "德国", 10.0, 51.2, 0.27, 90_000),
    ("GBR", "United Kingdom", "英国", -1.8, 53.0, 0.10, 80_000),
    ("FRA", "France", "法国", 2.4, 46.8, 0.27, 40_000),
    ("ITA", "Italy", "意大利", 12.3, 42.8, 0.27, 35_000),
    ("ESP", "Spain", "西班牙", -3.7, 40.2, 0.27, 30_000),
    ("NLD", "Netherlands", "荷兰", 5.3, 52.2, 0.27, 20_000),
    ("TUR", "Turkey", "土耳其", 33.0, 39.0, 0.40, 45_000),
    ("BRA", "Brazil", "巴西", -49.0, -14.0, 0.35, 110_000),
    ("MEX", "Mexico", "墨西哥", -102.0, 23.5, 0.50, 60_000),
    ("THA", "Thailand", "泰国", 101.0, 15.5, 0.0, 50_000),
    ("MYS", "Malaysia", "马来西亚", 102.5, 4.0, 0.10, 15_000),
    ("AUS", "Australia", "澳大利亚", 146.0, -33.0, 0.05, 60_000),
    ("USA", "United States", "美国", -97.0, 39.5, 1.025, 0),
)


def money(value: float) -> Amount:
    return Amount(value, "money")


def decision(line: str, kind: str, capacity: float, year: int, capital: float) -> Sentence:
    site, place, mode = LINES[line]
    return Sentence(
        f"open.{mode}" if kind == "open" else kind,
        {
            "site": site,
            "place": place,
            "models": (SMALL, SALOON),
            "capacity": Amount(capacity, "cars"),
            "year": Amount(year, "year"),
            "capital": money(capital),
        },
    )


def entering(market: Name, cost: float) -> Sentence:
    return Sentence("enter", {"market": market, "models": (SMALL,), "cost": money(cost)})


def place(iso3: str) -> Name:
    return next(Name(en, zh) for iso, en, zh, *_ in PLACES if iso == iso3)


def made_up_book(carmaker: Name | None = None, evidence_url: str = "https://example.org/a?b=1&c=2") -> Book:
    """The book, with a carmaker's name and a link one may choose."""
    return Book(
        cover=_cover(carmaker or Name("Lodestar Motors (made up)", "北辰汽车（虚构）")),
        headline=(
            Sentence(
                "headline.value",
                {
                    "npv": Amount(12.44e9, "money", "npv"),
                    "added": Amount(2.1e9, "money", "added"),
                    "share": Amount(0.203, "share"),
                },
            ),
            Sentence("headline.gap", {"gap": Amount(0.0042, "share"), "bound": "solver"}),
        ),
        do_now=_do_now(),
        triggers=_triggers(),
        later=_later(),
        comparisons=(
            Comparison("plan", 12.44e9, 0.0, 3.1e9, 7.2e9),
            Comparison("standing", 10.34e9, 2.1e9, 1.2e9, 6.1e9),
            Comparison("announced", 11.9e9, 0.54e9, 2.7e9, 6.0e9),
            Comparison("export_only", 8.9e9, 3.54e9, 0.1e9, 3.8e9),
            Comparison("central", 12.31e9, 0.13e9, 3.4e9, 6.9e9),
        ),
        fronts=(
            Front(
                carmaker or Name("Lodestar", "北辰"),
                2027,
                0.71,
                0.22,
                1.0,
                "cars sold in the planned markets",
                "this plan",
            ),
            Front(
                carmaker or Name("Lodestar", "北辰"),
                2032,
                0.74,
                0.55,
                1.0,
                "cars sold in the planned markets",
                "this plan",
            ),
            Front(
                Name("Japan's makers", "日本车企"),
                2024,
                None,
                0.79,
                None,
                "overseas production plus exports",
                "An invented yearbook",
            ),
        ),
        atlas=Atlas(SALOON, 2032, tuple(map(_map, YEARS))),
        timeline=_timeline(),
        tree=_tree(),
        waterfalls=_waterfalls(),
        volumes=_volumes(),
        sites=_sites(),
        futures=_futures(),
        markets=tuple(
            MarketRow(Name(en, zh), year, 1_000_000.0 + cars, 0.31, cars, cars * 0.5, 0.0, cars * 0.1, cars * 0.4)
            for _, en, zh, _, _, _, cars in PLACES
            for year in (2027, 2032, 2036)
        ),
        decisions=_decisions(),
        evidence=(
            EvidenceRow(
                "models: small", "8000", "USD/car", "An invented source", evidence_url, "2026-01", "high", False, "none"
            ),
            EvidenceRow(
                "lines: south", "450000000", "USD", "assumption", "", "2026-06", "low", True, "=SUM(1;2) is text here"
            ),
        ),
        events=(
            EventRow(
                Name("EU prolongs its duty", "欧盟延长反补贴税"),
                0.7,
                0.7,
                "prolong EU27 COUNTERVAILING",
                "invented for a test",
            ),
            EventRow(
                Name("Brazil adds duty", "巴西加税"), 0.36, 0.35, "add BRA 10%; demand fast", "invented for a test"
            ),
        ),
        warnings=(
            Sentence("warn.assumptions", {"count": Amount(210, "count"), "total": Amount(320, "count")}),
            Sentence(
                "warn.every_case",
                {"value": Amount(0.5, "share"), "days": Amount(9, "count"), "years": Amount(8, "count")},
            ),
            Sentence("warn.shown_not_modelled", {"count": Amount(1, "count"), "markets": Amount(2, "count")}),
            Sentence("warn.outlook_thin", {"market": place("MYS"), "note": "three years of history"}),
        ),
        other_rules=(
            OtherRule(
                (place("DEU"), place("FRA")),
                "X-1",
                "shown",
                "OBLIGES",
                "Type approval (made up)",
                "",
                "2015-01-01",
                "",
                "",
                "",
            ),
            OtherRule(
                (place("GBR"),),
                "X-2",
                "acts",
                "PRICE_SUBSIDY",
                "Grant (made up)",
                "3000 GBP vehicle",
                "2026-01-01",
                "2028-12-31",
                "Invented register",
                "",
            ),
        ),
        pull=made_up_pull(),
        weights=made_up_weights(),
        trails=made_up_trails(),
        flexibility=made_up_flexibility(LINES["north"][0]),
        signposts=made_up_signposts(decision("south", "open", 60_000, 2031, 4e8)),
        demand=made_up_demand(),
        rehearsal=made_up_rehearsal(made_up_signposts(decision("south", "open", 60_000, 2031, 4e8))),
        regrets=regrets(_futures()),
        sources=(
            SourceRow("An invented source", evidence_url, 1, 0, 0, "2026-01", "high"),
            SourceRow("Invented register", "", 0, 2, 0, "", ""),
        ),
    )


def _cover(carmaker: Name) -> Cover:
    return Cover(
        carmaker=carmaker,
        run="made-up-run",
        currency="USD",
        price_year=2025,
        first_year=FIRST,
        last_year=LAST,
        as_known_on="2026-07-02",
        world_as_of="2026-06-20",
        rules_as_of="2026-07-01",
        conventions=(
            Sentence("money.unit", {"currency": "USD", "price_year": Amount(2025, "year")}),
            Sentence("money.tax", {"home_rate": Amount(0.15, "share")}),
            Sentence(
                "money.discount",
                {"base": Amount(0.07, "share"), "low": Amount(0.07, "share"), "high": Amount(0.12, "share")},
            ),
            Sentence("money.baseline", {}),
        ),
        gap_value_added=0.0042,
        gap_npv=0.0007,
        bound="solver",
        seconds=21.4,
    )


def _why(market: str, saving: float, cars: float) -> Sentence:
    return Sentence(
        "why.local",
        {
            "market": place(market),
            "model": SALOON,
            "duty": Amount(0.274, "share"),
            "saving": Amount(saving, "money_per_car"),
            "gain": Amount(0.7 * saving, "money_per_car"),
            "cars": Amount(cars, "cars"),
            "year": Amount(2032, "year"),
            "markets": (place(market), place("GBR"), place("FRA")),
        },
    )


def _do_now() -> tuple[DoNow, ...]:
    return (
        DoNow(
            what=decision("north", "open", 150_000, 2029, 1.64e9),
            why=_why("DEU", 2_340, 142_000),
            costs_to_skip=612e6,
            skip_gap=18e6,
            unsourced=("conversion 1,350 USD/car", "local_content 0.4", "price of small"),
            flip=Sentence("flip.to_local", {"markets": (place("TUR"),)}),
        ),
        DoNow(
            what=decision("kits", "open", 25_000, 2028, 90e6),
            why=Sentence(
                "why.full",
                {
                    "cars": Amount(21_000, "cars"),
                    "year": Amount(2032, "year"),
                    "markets": (place("MYS"),),
                    "full": Amount(0.62, "share"),
                },
            ),
            costs_to_skip=41e6,
            skip_gap=18e6,
            unsourced=(),
            flip=Sentence("flip.not_opened", {"site": LINES["kits"][0]}),
        ),
        DoNow(
            what=decision("hired", "close", 50_000, 2027, 15e6),
            why=Sentence("why.idle", {"site": LINES["hired"][0], "year": Amount(2032, "year")}),
            costs_to_skip=-2e6,
            skip_gap=18e6,
            unsourced=("exit_cost 15,000,000 USD",),
            flip=Sentence("flip.to_other", {"markets": (place("FRA"), place("ITA"))}),
        ),
        DoNow(
            what=entering(place("USA"), 60e6),
            why=Sentence(
                "why.enter",
                {
                    "market": place("USA"),
                    "cars": Amount(12_300, "cars"),
                    "year": Amount(2032, "year"),
                    "margin": Amount(1_875, "money_per_car"),
                },
            ),
            costs_to_skip=120e6,
            skip_gap=9e6,
            unsourced=("entry_cost 60,000,000 USD",),
            flip=None,
        ),
    )


def _triggers() -> tuple[Trigger, ...]:
    return (
        Trigger(
            event=Name("EU prolongs its duty on electric cars", "欧盟延长对华电动车反补贴税"),
            probability=0.7,
            watch_in=2029,
            then=(
                decision("north", "expand", 75_000, 2031, 600e6),
                Sentence("trigger.ship_instead", {"market": place("ESP"), "mode": "local"}),
                Sentence("trigger.npv", {"npv": money(-830e6)}),
            ),
            otherwise=(Sentence("trigger.nothing", {}),),
            rests_on="invented for a test",
        ),
        Trigger(
            event=Name("Brazil adds duty", "巴西加税"),
            probability=0.35,
            watch_in=2032,
            then=(
                decision("south", "open", 75_000, 2035, 770e6),
                Sentence("trigger.volume", {"share": Amount(-0.082, "share")}),
                Sentence("trigger.npv", {"npv": money(120e6)}),
            ),
            otherwise=(decision("south", "retire", 75_000, 2032, 0.0),),
            rests_on="invented for a test",
        ),
    )


def _later() -> tuple[Later, ...]:
    return (
        Later(decision("north", "expand", 75_000, 2031, 600e6), 2029, 0.7),
        Later(decision("south", "open", 75_000, 2035, 770e6), 2032, 0.35),
        Later(entering(place("USA"), 60e6), 2032, 0.2),
    )


def _map(year: int) -> Map:
    """Sales grow a little every year, the EU's duty comes in 2029, and the plant in Hungary begins in 2030."""
    grown = 1 + 0.05 * (year - 2032)
    markets = tuple(
        MapMarket(
            Name(en, zh), iso, lon, lat, 0.10 if duty == 0.27 and year < 2029 else duty, cars * grown,
            "export" if cars else "none",
        )
        for iso, en, zh, lon, lat, duty, cars in PLACES
    )  # fmt: skip
    home = Name("China", "中国")
    flows = [
        MapFlow(home, Name(en, zh), (113.0, 32.0), (lon, lat), cars * grown, "export")
        for _, en, zh, lon, lat, _, cars in PLACES
        if cars
    ]
    flows += [
        MapFlow(LINES["north"][1], place(iso), (19.5, 47.1), (lon, lat), 30_000.0, "local")
        for iso, lon, lat in (("DEU", 10.0, 51.2), ("FRA", 2.4, 46.8))
        if year >= 2030
    ]
    return Map(year, markets, tuple(flows))


def _timeline() -> tuple[TimelineSpan, ...]:
    found = []
    for i, (iso, en, zh, _, _, _, cars) in enumerate(PLACES):
        for year in YEARS:
            later = year >= FIRST + 2 + i % 4
            mode = "none" if not cars else MODES[i % 4] if later else "export"
            sold = cars * (1 + 0.05 * (year - FIRST))
            found.append(TimelineSpan(Name(en, zh), year, 1, mode, sold, 0.6 if later and iso != "USA" else 0.0))
    return tuple(found)


def _tree() -> tuple[TreeNode, ...]:
    root = TreeNode(
        0, -1, Name("Rules as they stand", "现行规则"), 2027, 2, 1.0, (), tuple(entry.what for entry in _do_now())
    )
    middle = [
        TreeNode(
            1,
            0,
            Name("EU duty prolonged", "欧盟反补贴税延长"),
            2029,
            3,
            0.7,
            (Name("EU prolongs its duty", "欧盟延长反补贴税"),),
            (decision("north", "expand", 75_000, 2031, 600e6),),
        ),
        TreeNode(2, 0, Name("EU price deal", "欧盟价格承诺"), 2029, 3, 0.3, (), ()),
    ]
    last = [
        TreeNode(
            3 + i,
            1 + i // 2,
            Name(("fast adoption", "slow adoption")[i % 2], ("电动化加速", "电动化放缓")[i % 2]),
            2032,
            5,
            (0.7, 0.3)[i // 2] * 0.5,
            (Name("Brazil adds duty", "巴西加税"),) if i % 2 == 0 else (),
            (decision("south", "open", 75_000, 2035, 770e6), entering(place("USA"), 60e6)) if i % 2 == 0 else (),
        )
        for i in range(4)
    ]
    return (root, *middle, *last)


def _waterfalls() -> tuple[Waterfall, ...]:
    export = (
        Bar("ex_works", 17_000.0, ()),
        Bar("inland", 250.0, ()),
        Bar("freight", 1_150.0, ()),
        Bar("insurance", 80.0, ()),
        Bar("tied_up", 190.0, ()),
        Bar("mfn", 2_100.0, ("EU27-001 Reg. (EU) 2023/2364",)),
        Bar("countervailing", 3_570.0, ("EU27-004 Reg. (EU) 2024/2754",)),
        Bar("delivery", 350.0, ()),
        Bar("after_sales", 900.0, ()),
    )
    local = (
        Bar("imported_parts", 9_000.0, ()),
        Bar("inland", 130.0, ()),
        Bar("battery_freight", 210.0, ()),
        Bar("battery_mfn", 50.0, ("EU27-011 Reg. (EU) 2023/2364",)),
        Bar("parts_freight", 260.0, ()),
        Bar("parts_mfn", 180.0, ("EU27-012 Reg. (EU) 2023/2364",)),
        Bar("local_parts", 6_900.0, ()),
        Bar("conversion", 1_350.0, ()),
        Bar("delivery", 300.0, ()),
        Bar("after_sales", 900.0, ()),
    )
    return (
        Waterfall(SALOON, place("DEU"), LINES["north"][0], "local", 2032, local, 24_800.0, 36_500.0, 61_000.0),
        Waterfall(SALOON, place("DEU"), Name("China", "中国"), "export", 2032, export, 24_800.0, 36_500.0, 0.0),
        Waterfall(SMALL, place("AUS"), Name("China", "中国"), "export", 2032, export[:5], 22_000.0, 26_000.0, 60_000.0),
    )


def _volumes() -> tuple[VolumeYear, ...]:
    found = []
    for year in YEARS:
        grown = 1 + 0.06 * (year - FIRST)
        split = (400_000 * grown, 40_000.0, 20_000.0, 90_000.0 * (year - FIRST))
        total = sum(split)
        found += [VolumeYear(year, m, n, total * 0.85, total * 1.12) for m, n in zip(MODES, split, strict=True)]
    return tuple(found)


def _sites() -> tuple[SiteYear, ...]:
    return tuple(
        SiteYear(site, mode, year, 75_000.0 * min(i + 1, max(year - FIRST, 0)), 60_000.0 * min(i, year - FIRST))
        for i, (site, _, mode) in enumerate(LINES.values())
        for year in YEARS
    )


def _futures() -> tuple[FutureValue, ...]:
    tree = _tree()
    worth = {"plan": 1.0, "standing": 0.84, "announced": 0.93, "export_only": 0.7, "central": 0.98}
    found = []
    for node in tree[3:]:
        path = [tree[node.parent], node]
        name = Name(" › ".join(n.name.en for n in path), " › ".join(n.name.zh for n in path))
        for key, factor in worth.items():
            found.append(FutureValue(node.node, name, node.probability, key, factor * (9.0 + node.node) * 1e9))
    return tuple(found)


def _decisions() -> tuple[DecisionRow, ...]:
    money_terms = ("capital", "cost")
    found = []
    for node in _tree():
        for said in node.decisions:
            amount = next(said.terms[name] for name in money_terms if name in said.terms)
            found.append(DecisionRow(node.name, node.year, node.probability, said, amount.value))
    return tuple(found)
