"""`roadstead rehearse`: a plan on fresh paths, beside other ways to act and perfect foresight."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from roadstead.cli.printing import answers, print_json, table

if TYPE_CHECKING:
    from rich.console import Console

    from roadstead.study.rehearsing import Rehearsal

WRITTEN = {
    "en": "Told in {page} from now on; `roadstead verify {folder}` checks the run again.",
    "zh": "结果已写入{page}；用`roadstead verify {folder}`可复核。",
}


def rehearse(
    case: Path,
    /,
    *,
    paths: int = 1000,
    ahead: int = 100,
    replace: bool = False,
    workers: int | None = None,
    language: Literal["en", "zh"] = "en",
    json: bool = False,
) -> None:
    """Try a plan on fresh paths, beside other ways to act and perfect foresight; a run's playbook tells it from then on.

    Parameters
    ----------
    case
        Run folder, whose plan is taken as it stands; or folder of a case, which is planned first. Its tree is grown from paths.
    paths
        Fresh paths.
    ahead
        How many of them are planned with perfect foresight; 0 for none.
    replace
        Put it in the place of a rehearsal that the run has already.
    workers
        Processes; all processors by default.
    language
        Language of what is printed: en or zh.
    json
        Print JSON.
    """
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.study import kept
    from roadstead.study.rehearsing import rehearse_folder

    def tidy() -> None:
        watch.__exit__(None, None, None)
        kept.tidy(case)

    with Watch() as watch:
        found = interruptible(
            lambda: rehearse_folder(case, paths=paths, ahead=ahead, replace=replace, workers=workers, progress=watch),
            tidy=tidy,
        )
    run = case if kept.is_run(case) else None
    if json:
        print_json(as_json(found) | {"run": run})
        return
    console = answers()
    print_rehearsal(found, console, language)
    if run is not None:
        console.print(WRITTEN[language].format(page=run / "playbook.html", folder=run), soft_wrap=True)


def print_rehearsal(found: "Rehearsal", console: "Console", language: Literal["en", "zh"]) -> None:
    """The table of the playbook, and what it says about it."""
    from roadstead.report.tables import outcomes
    from roadstead.report.terminal import in_one_unit
    from roadstead.report.words import Words

    words, told = Words(language, found.currency), found.told
    console.print(table("", *in_one_unit(outcomes(told.outcomes, words), words)))
    for sentence in (*told.said, *told.notes):
        console.print(words.say(sentence), soft_wrap=True)


def as_json(found: "Rehearsal") -> dict[str, Any]:
    """What came out, and NPV by path."""
    from roadstead.report.words import Words

    english, chinese = Words("en", found.currency), Words("zh", found.currency)
    return {
        "currency": found.currency,
        "paths": len(found.rehearsed.weight),
        "first_path": found.first,
        "timetable_wait": found.wait,
        "on_tree": found.on_tree,
        "said": [english.say(sentence) for sentence in found.told.said],
        "policies": [
            {
                "policy": one.key,
                "name": english.label(f"comparison.{one.key}"),
                "name_zh": chinese.label(f"comparison.{one.key}"),
                "mean": one.mean,
                "p10": one.low,
                "p50": one.middle,
                "p90": one.high,
                "worst_tenth": one.tail,
                "plan_is_better_by": one.behind,
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
