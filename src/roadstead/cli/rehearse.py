"""`roadstead rehearse`: a plan on fresh paths, beside other ways to act and perfect foresight."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.padding import Padding

from roadstead.cli.printing import answers, print_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from roadstead.playbook.book import Sentence
    from roadstead.playbook.breaks_book import Broken, Restriction
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.rehearse import Outcome
    from roadstead.playbook.signs_book import Confirmed, Rates
    from roadstead.report.words import Words
    from roadstead.study.rehearsing import Rehearsal

NAMES = {
    "plan": ("the plan", "本方案"),
    "standing": ("today's and committed footprint", "现有及已承诺的布局"),
    "announced": ("announced programme", "已宣布的计划"),
    "export_only": ("exports only", "只出口"),
    "central": ("best plan for the most likely future", "最可能情景下的最优方案"),
    "kits_first": ("kits first", "先散件组装"),
    "local_everywhere": ("local everywhere", "处处本地建厂"),
    "timetable": ("the Japanese timetable", "日本车企的时间表"),
}
COLUMNS = {
    "en": (
        "policy", ">mean", ">P10", ">P50", ">P90", ">worst tenth", ">regret", ">beats exports", ">keeps what is asked",
    ),
    "zh": (
        "策略", ">均值", ">P10", ">P50", ">P90", ">最差一成均值", ">遗憾值", ">优于只出口的概率", ">满足案例要求",
    ),
}  # fmt: skip
FOOT = {
    "en": "NPV in million {currency} on {paths} fresh paths, ± standard error; regret against perfect foresight on {ahead} of them.",
    "zh": "{paths}条新路径上的净现值（百万{currency}），± 为标准误；遗憾值相对于其中{ahead}条路径上的完全预见。",
}
TIMETABLE = {
    "en": "The Japanese timetable: a plant's first car {wait} years after the first limit, the median wait of Japanese makers in America; "
    "that this limit comes as the horizon begins is an assumption.",
    "zh": "日本车企的时间表：工厂首车在首次限制之后{wait}年（日本车企在美国的中位数）；假设该限制在规划期初出现。",
}
WHERE = {"en": "Where each breaks", "zh": "各策略在何种情形下失利"}
SIGNS = {"en": "Signposts of the plan on these paths", "zh": "本方案的路标在这些路径上的表现"}
SIGN = {"en": "Sign: ", "zh": "路标："}
SIGN_COLUMNS = {
    "en": ("beside", ">false alarms", ">missed", ">done", ">worth of the sign"),
    "zh": ("对照", ">误报率", ">漏报率", ">实施", ">按路标行事的价值"),
}
BESIDE = {
    "en": ("the tree", "the plan here", "what pays here"),
    "zh": ("情景树", "本方案（新路径）", "实际更优（新路径）"),
}
SIGN_FOOT = {
    "en": "False alarms: of the paths that show the sign, those on which it is not done; missed: of those on which it is done, those that "
    "do not show it. Worth of the sign: what deciding by it earns more than the plan does, by path on which it can be decided.",
    "zh": "误报率：出现路标的路径中未实施的比例；漏报率：实施的路径中未出现路标的比例。按路标行事的价值：在可作该决策的路径上，比本方案平均多得的净现值。",
}


def rehearse(
    case: Path,
    /,
    *,
    paths: int = 1000,
    ahead: int = 100,
    breaks: Literal["exports", "worst", "regret"] = "exports",
    workers: int | None = None,
    language: Literal["en", "zh"] = "en",
    json: bool = False,
) -> None:
    """Plan a case and try the plan on fresh paths, beside other ways to act and perfect foresight.

    Parameters
    ----------
    case
        Folder of a case whose tree is grown from paths.
    paths
        Fresh paths.
    ahead
        How many of them are planned with perfect foresight; 0 for none.
    breaks
        Where to tell that a way breaks: exports, where it is worth less than exports alone; worst, in its own worst tenth of paths; regret,
        where it falls more than a tenth short of the best of the ways.
    workers
        Processes; all processors by default.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.study.rehearsing import rehearse_folder

    with Watch() as watch:
        found = interruptible(
            lambda: rehearse_folder(case, paths=paths, ahead=ahead, breaks=breaks, workers=workers, progress=watch),
            tidy=lambda: watch.__exit__(None, None, None),
        )
    if json:
        print_json(as_json(found))
        return
    from roadstead.report.words import Words

    words = Words(language, found.currency)
    console = answers()
    console.print(table("", COLUMNS[language], [_row(one, language) for one in found.outcomes]))
    looked = 0 if found.foreseen is None else sum(len(some) for some in found.foreseen.looked)
    foot = {"currency": found.currency, "paths": f"{len(found.rehearsed.weight):,}", "ahead": looked}
    console.print(FOOT[language].format(**foot), soft_wrap=True)
    if any(one.key == "timetable" for one in found.outcomes):
        console.print(TIMETABLE[language].format(wait=found.wait), soft_wrap=True)
    _print_broken(found, words, console)
    _print_signs(found, words, console)


def _print_broken(found: "Rehearsal", words: "Words", console: "Console") -> None:
    """One sentence for every way to act; ways that break on the same paths share it."""
    same: dict[str, list[str]] = {}
    for one in found.broken:
        same.setdefault(words.say(one.said), []).append(NAMES[one.key][words.language == "zh"])
    console.print(f"\n{WHERE[words.language]}")
    comma, colon = ("、", "：") if words.language == "zh" else (", ", ": ")
    for said, names in same.items():
        console.print(f"  {comma.join(names)}{colon}{said}", soft_wrap=True)


def _print_signs(found: "Rehearsal", words: "Words", console: "Console") -> None:
    """Each signpost, its rates on the tree and on these paths, and the sign that these paths would have."""
    if not found.signs:
        return
    console.print(f"\n{SIGNS[words.language]}")
    for one in found.signs:
        signpost = one.signpost
        sign = words.joined([condition.said for condition in signpost.conditions])
        console.print(f"{signpost.year}  {words.say(signpost.what)}", soft_wrap=True)
        console.print(f"      {SIGN[words.language]}{sign}", soft_wrap=True)
        console.print(Padding(table("", SIGN_COLUMNS[words.language], _sign_rows(one, words)), (0, 0, 0, 6)))
        if one.better is not None:
            console.print(f"      {words.say(one.better.said)}", soft_wrap=True)
    console.print(SIGN_FOOT[words.language], soft_wrap=True)


def _sign_rows(one: "Confirmed", words: "Words") -> list[tuple[str, ...]]:
    """The rates of the tree, those beside what the plan does on these paths, and those beside what pays there."""
    tree, here, pays = BESIDE[words.language]
    sign = one.signpost
    rows: list[tuple[str, ...]] = [
        (tree, words.share(sign.false_alarm), words.share(sign.missed), words.share(sign.probability), ""),
        (here, *_rates(one.fresh, words), ""),
    ]
    if one.pays is not None:
        gain = "" if one.gain is None else f"{words.money(one.gain.value)} ± {words.money(one.gain.error)}"
        rows.append((pays, *_rates(one.pays, words), gain))
    return rows


def _rates(found: "Rates", words: "Words") -> tuple[str, str, str]:
    def said(part: "Estimate | None", of: int) -> str:
        return "" if part is None else f"{words.share(part.value)} ± {words.share(part.error)} ({of:,})"

    taken = f"{found.taken:,} / {found.asked:,}"
    return said(found.false_alarm, found.shown), said(found.missed, found.taken), taken


def _row(one: "Outcome", language: Literal["en", "zh"]) -> tuple[str, ...]:
    return (
        NAMES[one.key][language == "zh"],
        _money(one.mean),
        *(f"{value / 1e6:,.0f}" for value in (one.low, one.middle, one.high)),
        _money(one.tail),
        _money(one.regret),
        "" if one.beats is None else f"{100 * one.beats.value:.1f} ± {100 * one.beats.error:.1f} %",
        f"{100 * one.keeps:.0f} %",
    )


def _money(one: "Estimate | None") -> str:
    return "" if one is None else f"{one.value / 1e6:,.0f} ± {one.error / 1e6:,.0f}"


def as_json(found: "Rehearsal") -> dict[str, Any]:
    """What came out, and NPV by path."""
    return {
        "currency": found.currency,
        "paths": len(found.rehearsed.weight),
        "first_path": found.first,
        "timetable_wait": found.wait,
        "policies": [
            {
                "policy": one.key,
                "name": NAMES[one.key][0],
                "name_zh": NAMES[one.key][1],
                "mean": one.mean,
                "p10": one.low,
                "p50": one.middle,
                "p90": one.high,
                "worst_tenth": one.tail,
                "regret": one.regret,
                "beats_exports": one.beats,
                "keeps": one.keeps,
                "npv": found.rehearsed.npv[:, i].tolist(),
            }
            for i, one in enumerate(found.outcomes)
        ],
        "breaks": [_broken(one, found.currency) for one in found.broken],
        "signposts": [_sign(one, found.currency) for one in found.signs],
        "foresight": None
        if found.foreseen is None
        else [
            {"path": found.first + int(i), "npv": float(found.foreseen.npv[i]), "bound": float(found.foreseen.bound[i])}
            for some in found.foreseen.looked
            for i in some.tolist()
        ],
    }


def _said(sentence: "Sentence", currency: str, name: str = "said") -> dict[str, str]:
    """A sentence in both languages."""
    from roadstead.report.words import Words

    return {name: Words("en", currency).say(sentence), f"{name}_zh": Words("zh", currency).say(sentence)}


def _broken(one: "Broken", currency: str) -> dict[str, Any]:
    return {
        "policy": one.key,
        "how": one.how,
        "share": one.share,
        "paths": one.paths,
        "where": _limits(one.where, currency),
        "coverage": one.coverage,
        "density": one.density,
        **_said(one.said, currency),
    }


def _limits(where: "Sequence[Restriction]", currency: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": limit.kind,
            "of": limit.of,
            "year": limit.year,
            "above": limit.above,
            "threshold": limit.threshold,
            "quasi_p": limit.quasi_p,
            **_said(limit.said, currency),
        }
        for limit in where
    ]


def _sign(one: "Confirmed", currency: str) -> dict[str, Any]:
    sign = one.signpost
    return {
        "kind": sign.kind,
        "subject": sign.subject,
        "year": sign.year,
        "lead": sign.lead,
        **_said(sign.what, currency, "decision"),
        "conditions": [
            {
                "kind": condition.kind,
                "of": condition.of,
                "above": condition.above,
                "threshold": condition.threshold,
                "year": condition.year,
                **_said(condition.said, currency),
            }
            for condition in sign.conditions
        ],
        "tree": {"probability": sign.probability, "false_alarm": sign.false_alarm, "missed": sign.missed},
        "fresh": one.fresh,
        "pays": one.pays,
        "gain": one.gain,
        "better": None
        if one.better is None
        else {
            "where": _limits(one.better.where, currency),
            "pays": one.better.pays,
            "gain": one.better.gain,
            **_said(one.better.said, currency),
        },
    }
