"""`roadstead rehearse`: a plan on fresh paths, beside other ways to act and perfect foresight."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.padding import Padding

from roadstead.cli.plan import PLAYBOOK
from roadstead.cli.printing import answers, print_json, table
from roadstead.showing import worlds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from roadstead.playbook.breaks_book import Broken, Restriction
    from roadstead.playbook.signs_book import Confirmed, Signpost
    from roadstead.report.words import Words
    from roadstead.study.rehearsing import Rehearsal

WRITTEN = {
    "en": "Told in {page} from now on; `roadstead verify {folder}` checks the run again.",
    "zh": "结果已写入{page}；用`roadstead verify {folder}`可复核。",
}

COLON = {"en": ": ", "zh": "："}


@dataclass(frozen=True, kw_only=True)
class Rehearsing:
    """How far a rehearsal goes, and what becomes of it."""

    paths: Annotated[int, Parameter(help="Fresh paths.")] = 1000
    ahead: Annotated[int, Parameter(help="How many of them are planned with perfect foresight; 0 for none.")] = 100
    breaks: Annotated[
        Literal["exports", "worst", "regret"],
        Parameter(
            help="Where to tell that a way breaks: exports, where it is worth less than exports alone; worst, in its own worst tenth of "
            "paths; regret, where it falls more than a tenth short of the best of the ways."
        ),
    ] = "exports"
    replace: Annotated[bool, Parameter(help="Put it in the place of a rehearsal that the run has already.")] = False
    workers: Annotated[int | None, Parameter(help="Processes; all processors by default.")] = None
    language: Annotated[Literal["en", "zh"], Parameter(help="Language of what is printed.")] = "en"


def rehearse(
    case: Path, /, *, wishes: Annotated[Rehearsing | None, Parameter(name="*")] = None, json: bool = False
) -> None:
    """Try a plan on fresh paths, beside other ways to act and perfect foresight; a run's playbook tells it from then on.

    Parameters
    ----------
    case
        Run folder, whose plan is taken as it stands; or folder or workbook of a case, which is planned first. Its tree is grown from paths.
    json
        Print JSON.
    """
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.study import kept, workplace
    from roadstead.study.rehearsing import rehearse_folder
    from roadstead.study.world_moved import moved

    def tidy() -> None:
        watch.__exit__(None, None, None)
        kept.tidy(case)
        workplace.tidy()

    asked = wishes or Rehearsing()
    with Watch() as watch:
        found = interruptible(
            lambda: rehearse_folder(
                case,
                paths=asked.paths,
                ahead=asked.ahead,
                breaks=asked.breaks,
                replace=asked.replace,
                workers=asked.workers,
                progress=watch,
            ),
            tidy=tidy,
        )
    run = case if kept.is_run(case) else None
    gone = None if run is None else moved(run)
    if json:
        told = None if gone is None else worlds.as_json(gone)
        print_json(as_json(found) | {"run": run, "world_moved": told})
        return
    console = answers()
    print_rehearsal(found, console, asked.language)
    if run is not None:
        if gone is not None:
            console.print(worlds.said(gone, run, asked.language), soft_wrap=True)
        console.print(WRITTEN[asked.language].format(page=run / PLAYBOOK, folder=run), soft_wrap=True)


def print_rehearsal(found: "Rehearsal", console: "Console", language: Literal["en", "zh"]) -> None:
    """The table of the playbook, and what it says about it."""
    from roadstead.report.rehearsal import outcomes, where_each_breaks
    from roadstead.report.terminal import in_one_unit
    from roadstead.report.words import Words

    words, told = Words(language, found.currency), found.told
    console.print(table("", *in_one_unit(outcomes(told.outcomes, words), words)))
    for sentence in (*told.said, *told.notes):
        console.print(words.say(sentence), soft_wrap=True)
    console.print(f"\n{words.label('table.breaks')}")
    for ways, said in where_each_breaks(told.broken, words):
        console.print(f"  {ways}{COLON[language]}{words.say(said)}", soft_wrap=True)
    if told.signs:
        _print_signs(told.signs, words, console)


def _print_signs(signs: "Sequence[Confirmed]", words: "Words", console: "Console") -> None:
    """Each signpost, its rates on the tree and on these paths, and the sign to go by."""
    from roadstead.report.html import page_table
    from roadstead.report.signs import sign, sign_rates

    console.print(f"\n{words.label('table.fresh_signs')}")
    for one in signs:
        signpost = one.signpost
        console.print(f"{signpost.year}  {words.say(signpost.what)}", soft_wrap=True)
        console.print(
            f"      {words.label('column.sign')}{COLON[words.language]}{sign(signpost, words)}", soft_wrap=True
        )
        shown = page_table(sign_rates(one, words), words)
        heads = [f"{'>' if head.look == 'number' else ''}{head.text}" for head in shown.heads]
        rows = table("", heads, ([cell.text for cell in row] for row in shown.rows))
        console.print(Padding(rows, (0, 0, 0, 6)))
        console.print(f"      {words.say(one.said)}", soft_wrap=True)
    console.print(words.label("ui.note.fresh_signs"), soft_wrap=True)


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


def _broken(one: "Broken", currency: str) -> dict[str, Any]:
    from roadstead.study.flexible import said

    return {
        "policy": one.key,
        "how": one.how,
        "share": one.share,
        "paths": one.paths,
        "where": _limits(one.where, currency),
        "coverage": one.coverage,
        "density": one.density,
        **said("said", one.said, currency),
    }


def _limits(where: "Sequence[Restriction]", currency: str) -> list[dict[str, Any]]:
    from roadstead.study.flexible import said

    return [
        {
            "kind": limit.kind,
            "of": limit.of,
            "year": limit.year,
            "above": limit.above,
            "threshold": limit.threshold,
            "quasi_p": limit.quasi_p,
            **said("said", limit.said, currency),
        }
        for limit in where
    ]


def _sign(one: "Confirmed", currency: str) -> dict[str, Any]:
    from roadstead.study.flexible import said

    sign = one.signpost
    return {
        "kind": sign.kind,
        "subject": sign.subject,
        "year": sign.year,
        "lead": sign.lead,
        **said("decision", sign.what, currency),
        "conditions": _conditions(sign, currency),
        "tree": {
            "probability": sign.probability,
            "false_alarm": sign.false_alarm,
            "missed": sign.missed,
            "tried": sign.tried,
        },
        "fresh": one.fresh,
        "pays": one.pays,
        "lost": one.lost,
        "nearest": one.nearest,
        "to_go_by": {
            "chosen_on": one.chosen.chosen_on,
            "conditions": _conditions(one.chosen, currency),
            "tried": one.chosen.tried,
            **said("said", one.said, currency),
        },
    }


def _conditions(sign: "Signpost", currency: str) -> list[dict[str, Any]]:
    from roadstead.study.flexible import said

    return [
        {
            "kind": condition.kind,
            "of": condition.of,
            "above": condition.above,
            "threshold": condition.threshold,
            "year": condition.year,
            **said("said", condition.said, currency),
        }
        for condition in sign.conditions
    ]
