"""`roadstead new` and `roadstead check`: begin a case, and look it over before planning."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from roadstead.cli.printing import answers, print_blocks, print_json
from roadstead.showing.cases import checked_blocks


def new(
    folder: Path,
    /,
    *,
    template: Annotated[str, Parameter(name="--from")] = "starter",
    grown: Annotated[bool, Parameter(negative=())] = False,
    json: bool = False,
) -> None:
    """Begin a case: copy a bundled one, another folder, or what a workbook holds, into a new folder.

    Parameters
    ----------
    folder
        Folder to make; nothing is ever written over.
    template
        Case to start from: starter or byd, the path of a case folder, or that of a workbook.
    grown
        Grow its tree from simulated paths of the events that `roadstead futures` lists, in place of the declared one.
    json
        Print JSON.
    """
    from roadstead.study.template import new_case

    names = new_case(folder, template, grown=grown)
    if json:
        print_json({"folder": folder, "from": template, "files": names})
        return
    console = answers()
    console.print(f"{folder} is a copy of `{template}`: {', '.join(names)}", soft_wrap=True)
    console.print("Next:")
    console.print(
        f"  change figures in {folder / 'figures.csv'}, each with its source or `assumption` and why", soft_wrap=True
    )
    console.print(f"  roadstead check {folder}", soft_wrap=True)
    console.print(f"  roadstead plan {folder}", soft_wrap=True)


def template(
    book: Path,
    /,
    *,
    case: Annotated[str, Parameter(name="--from")] = "",
    language: Literal["en", "zh"] = "en",
    every: Annotated[bool, Parameter(name="--all", negative=())] = False,
    json: bool = False,
) -> None:
    """Write a case as an Excel workbook to fill in: drop-downs, units, notes and sources; every command takes it as a case.

    Parameters
    ----------
    book
        Workbook to write, BOOK.xlsx; nothing is ever written over.
    case
        What stands in it: a bundled case (starter or byd), a case folder or another workbook; empty without it.
    language
        Language of sheets, headings and notes: en or zh.
    every
        Sheets for own facts, own law and own events as well, where the case has none.
    json
        Print JSON.
    """
    from roadstead.study.template import source_of
    from roadstead.study.workbook.write import template as write

    written = write(book, source_of(case) if case else None, language, every=every)
    if json:
        print_json({"workbook": written, "from": case, "language": language})
        return
    console = answers()
    console.print(
        f"{written} holds {f'the case `{case}`' if case else 'an empty case'}; its first sheet says how to fill it in",
        soft_wrap=True,
    )
    console.print("Next:")
    console.print(f"  roadstead check {written}", soft_wrap=True)
    console.print(f"  roadstead plan {written}", soft_wrap=True)


def check(case: Path, /, *, json: bool = False) -> None:
    """Check a case: every fault with its place, the odds its tree implies, and how much of it is sourced.

    Parameters
    ----------
    case
        Folder of the case, or a workbook with it.
    json
        Print JSON.
    """
    from roadstead.study import api

    found = api.check(case)
    if json:
        print_json(found)
    else:
        print_blocks(checked_blocks(found))
