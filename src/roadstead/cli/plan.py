"""`roadstead plan`, `demo` and `verify`: plan a case, watch it, read the answer, check a run again."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from roadstead.cli.printing import answers, plain, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.playbook.book import Sentence
    from roadstead.study.api import Planned
    from roadstead.study.patch import Asked
    from roadstead.study.rehearsing import Rehearsal, Size

PLAYBOOK = "playbook.html"
NEXT = {
    "en": "Read on in {page}; `roadstead verify {folder}` checks it again.",
    "zh": "完整报告见{page}；用`roadstead verify {folder}`可复核。",
}
REHEARSE = {
    "en": "`roadstead rehearse {folder}` tries it on futures that its tree has not seen: how wrong it may be.",
    "zh": "用`roadstead rehearse {folder}`可在情景树未见过的未来上检验：可能错多少。",
}
RUNS = Path("runs")
"""Where run folders go unless another place is named."""
UNFINISHED = ".unfinished"
"""Folder, beside the run folders, of what was found for runs that are not finished."""
NOT_REHEARSED = "interrupted: the plan stands in {folder}, not rehearsed; `roadstead rehearse {folder}` does that"
KEPT = (
    "interrupted: no run folder was written; what was found is kept in {folder}, and the same plan goes on from there"
)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How hard to look, and where the answer goes."""

    out: Annotated[Path | None, Parameter(help="Run folder to write; a new one under runs/ by default.")] = None
    gap: Annotated[float | None, Parameter(help="Share of value added left unproven, for instance 0.01.")] = None
    seconds: Annotated[float | None, Parameter(help="Limit of time for one solve.")] = None
    workers: Annotated[int | None, Parameter(help="Processes and solver threads; all processors by default.")] = None
    cluster: Annotated[
        str | None,
        Parameter(help="Address of a Dask scheduler for problems too large for one program, or `local` to start one."),
    ] = None
    language: Annotated[Literal["en", "zh"], Parameter(help="Language of the playbook.")] = "en"
    set: Annotated[
        tuple[str, ...],
        Parameter(help="What if: SELECTOR=VALUE, for instance 'EU27/COUNTERVAILING/BYD Group=0.30'; may be repeated."),
    ] = ()
    event: Annotated[
        tuple[str, ...],
        Parameter(
            help="What if: an event and its year, 'us_lets_in 2029' or 'USA opens 2029', or 'us_lets_in never'; may be repeated."
        ),
    ] = ()
    scenario: Annotated[
        tuple[str, ...], Parameter(help="What if: a scenario of the case, or a .yaml file with one; may be repeated.")
    ] = ()
    rehearse: Annotated[
        bool, Parameter(help="Try the plan on fresh paths as well, so that the playbook tells how wrong it may be.")
    ] = False
    paths: Annotated[int | None, Parameter(help="With --rehearse: fresh paths; 1000 by default.")] = None
    ahead: Annotated[
        int | None, Parameter(help="With --rehearse: paths planned with perfect foresight; 100 by default.")
    ] = None

    @property
    def patches(self) -> "tuple[Asked, ...]":
        """Scenarios, then events, then values: what is said last holds."""
        from roadstead.study.patch import patches

        return patches(self.scenario, self.event, self.set)

    def size(self, case: Path) -> "Size | None":
        """How far to rehearse; none where it is not asked for. What cannot be rehearsed is refused before anything is planned."""
        from roadstead.study.api import read_case
        from roadstead.study.rehearsing import AHEAD, PATHS, Size, must_be_grown
        from roadstead.terms.errors import Fault, raise_if_any

        if not self.rehearse:
            asked = {"--paths": self.paths, "--ahead": self.ahead}
            raise_if_any(
                Fault(where, "RS-S622", f"{value} paths of no rehearsal", "`--rehearse` beside it")
                for where, value in asked.items()
                if value is not None
            )
            return None
        size = Size(PATHS if self.paths is None else self.paths, AHEAD if self.ahead is None else self.ahead)
        size.check()
        must_be_grown(read_case(case))
        return size


def plan(case: Path, /, *, wishes: Annotated[Wishes | None, Parameter(name="*")] = None, json: bool = False) -> None:
    """Plan a case: what to do now, what to wait for, what it is worth and how sure that is.

    Parameters
    ----------
    case
        Folder of the case, or a workbook with it.
    json
        Print JSON.
    """
    _plan(case, wishes or Wishes(), json=json)


def demo(*, wishes: Annotated[Wishes | None, Parameter(name="*")] = None, json: bool = False) -> None:
    """Plan the bundled case of a real carmaker, from public figures.

    Parameters
    ----------
    json
        Print JSON.
    """
    from roadstead.study.bundled import bundled

    _plan(bundled("byd"), wishes or Wishes(), json=json)


def _plan(case: Path, wishes: Wishes, *, json: bool) -> None:
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.study import api, rehearsing, workplace
    from roadstead.study.bundled import case_name

    patches, size = wishes.patches, wishes.size(case)
    folder = wishes.out or _free(RUNS / f"{case_name(case)}-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    unfinished = folder.parent / UNFINISHED

    def tidy() -> str | None:
        watch.__exit__(None, None, None)
        workplace.tidy()
        _forget(unfinished)
        for half in folder.parent.glob(f".{folder.name}-*"):  # a run folder that was being written
            shutil.rmtree(half, ignore_errors=True)
        if planned:
            return NOT_REHEARSED.format(folder=folder)
        return KEPT.format(folder=unfinished) if unfinished.exists() else None

    planned: list[Planned] = []

    def work() -> "tuple[Planned, Rehearsal | None]":
        done = api.plan(
            case,
            out=folder,
            gap=wishes.gap,
            seconds=wishes.seconds,
            workers=wishes.workers,
            cluster=wishes.cluster,
            language=wishes.language,
            progress=watch,
            unfinished=unfinished,
            patches=patches,
        )
        planned.append(done)
        return (done, None) if size is None else rehearsing.rehearse_planned(done, size, watch)

    with Watch() as watch:
        done, rehearsed = interruptible(work, tidy=tidy, end_early=watch.end_early)
    _forget(unfinished)
    if json:
        print_json(as_json(done, rehearsed, wishes.language))
    else:
        _print(done, rehearsed, wishes.language)


def _forget(unfinished: Path) -> None:
    """Leave no empty folder of searches behind; one with a search in it is gone on from next time."""
    with suppress(OSError):
        unfinished.rmdir()


def _free(folder: Path) -> Path:
    """The folder, or the next name that is free: two plans may end in the same second."""
    name, count = folder, 1
    while name.exists():
        count += 1
        name = folder.with_name(f"{folder.name}-{count}")
    return name


def as_json(done: "Planned", rehearsed: "Rehearsal | None", language: Literal["en", "zh"]) -> dict[str, Any]:
    """The playbook's first screen as data: sentences in words, money as numbers; and a rehearsal where there was one."""
    from roadstead.cli import rehearse
    from roadstead.report.words import Words

    book = done.run.book
    say = Words(language, book.cover.currency).say
    return {
        "case": book.cover.carmaker,
        "run": done.folder,
        "playbook": None if done.folder is None else done.folder / PLAYBOOK,
        "headline": [say(sentence) for sentence in book.headline],
        "do_now": [
            {
                "what": say(line.what),
                "why": say(line.why),
                "costs_to_skip": line.costs_to_skip,
                "skip_gap": line.skip_gap,
                "rests_on_unsourced": line.unsourced,
                "flip": None if line.flip is None else say(line.flip),
            }
            for line in book.do_now
        ],
        "triggers": [
            {
                "event": trigger.event,
                "probability": trigger.probability,
                "watch_in": trigger.watch_in,
                "then": [say(sentence) for sentence in trigger.then],
                "otherwise": [say(sentence) for sentence in trigger.otherwise],
                "rests_on": trigger.rests_on,
            }
            for trigger in book.triggers
        ],
        "later": [
            {"what": say(later.what), "year": later.year, "probability": later.probability} for later in book.later
        ],
        "signposts": [
            {
                "decision": say(row.what),
                "year": row.year,
                "lead": row.lead,
                "probability": row.probability,
                "sign": [say(condition.said) for condition in row.conditions],
                "false_alarm": row.false_alarm,
                "missed": row.missed,
                "chosen_on": row.chosen_on,
                "tried": row.tried,
            }
            for row in book.signposts
        ],
        "comparisons": book.comparisons,
        "flexibility": [
            {"key": row.key, "what": say(row.what), "of": row.of, "worth": row.worth, "standing": row.standing}
            for row in book.flexibility
        ],
        "warnings": [say(sentence) for sentence in book.warnings],
        "cover": _cover(done, say),
        "seconds": done.run.seconds,
        "rehearsal": None if rehearsed is None else rehearse.as_json(rehearsed),
    }


def _cover(done: "Planned", say: "Callable[[Sentence], str]") -> dict[str, Any]:
    """Currency, price year, dates, gap and bound; conventions in words."""
    told: dict[str, Any] = plain(done.run.book.cover)
    told["conventions"] = [say(sentence) for sentence in done.run.book.cover.conventions]
    return told


def _print(done: "Planned", rehearsed: "Rehearsal | None", language: Literal["en", "zh"]) -> None:
    """The first screen, then the answer in a few lines and where to read on."""
    from roadstead.cli.rehearse import print_rehearsal
    from roadstead.report.terminal import print_first_screen
    from roadstead.report.words import Words

    console = answers()
    book = done.run.book
    print_first_screen(book, console, language)
    console.print()
    words = Words(language, book.cover.currency)
    for sentence in book.headline:
        console.print(words.say(sentence), soft_wrap=True)
    if rehearsed is not None:
        print_rehearsal(rehearsed, console, language)
    if done.folder is not None:
        console.print(NEXT[language].format(page=done.folder / PLAYBOOK, folder=done.folder), soft_wrap=True)
        if rehearsed is None and done.run.ready.source is not None:
            console.print(REHEARSE[language].format(folder=done.folder), soft_wrap=True)


def verify(run: Path, /, *, json: bool = False) -> int:
    """Check a run folder again, offline; exit status 1 where something does not hold.

    Parameters
    ----------
    run
        Run folder.
    json
        Print JSON.
    """
    from roadstead.showing import cases
    from roadstead.study import api

    found = api.verify(run)
    if json:
        print_json({"folder": found.folder, "holds": found.holds, "checks": found.checks})
    else:
        console = answers()
        console.print(cases.verification_listing(found))
        console.print(cases.verdict(found))
    return 0 if found.holds else 1
