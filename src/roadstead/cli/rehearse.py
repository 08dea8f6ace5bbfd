"""`roadstead rehearse`: a plan on fresh paths, beside other ways to act and perfect foresight."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from roadstead.cli.printing import answers, print_json, table

if TYPE_CHECKING:
    from roadstead.playbook.rehearse import Estimate, Outcome
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


def rehearse(
    case: Path,
    /,
    *,
    paths: int = 1000,
    ahead: int = 100,
    workers: int | None = None,
    language: Literal["en", "zh"] = "en",
    json: bool = False,
) -> None:
    """Plan a case and try the plan on fresh paths, beside other ways to act and perfect foresight.

    Parameters
    ----------
    case
        Folder or workbook of a case whose tree is grown from paths.
    paths
        Fresh paths.
    ahead
        How many of them are planned with perfect foresight; 0 for none.
    workers
        Processes; all processors by default.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.study import workplace
    from roadstead.study.rehearsing import rehearse_folder

    def tidy() -> None:
        watch.__exit__(None, None, None)
        workplace.tidy()

    with Watch() as watch:
        found = interruptible(
            lambda: rehearse_folder(case, paths=paths, ahead=ahead, workers=workers, progress=watch),
            tidy=tidy,
        )
    if json:
        print_json(as_json(found))
        return
    console = answers()
    console.print(table("", COLUMNS[language], [_row(one, language) for one in found.outcomes]))
    looked = 0 if found.foreseen is None else sum(len(some) for some in found.foreseen.looked)
    words = {"currency": found.currency, "paths": f"{len(found.rehearsed.weight):,}", "ahead": looked}
    console.print(FOOT[language].format(**words), soft_wrap=True)
    if any(one.key == "timetable" for one in found.outcomes):
        console.print(TIMETABLE[language].format(wait=found.wait), soft_wrap=True)


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
        "foresight": None
        if found.foreseen is None
        else [
            {"path": found.first + int(i), "npv": float(found.foreseen.npv[i]), "bound": float(found.foreseen.bound[i])}
            for some in found.foreseen.looked
            for i in some.tolist()
        ],
    }
