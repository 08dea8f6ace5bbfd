"""`roadstead doctor` and `roadstead explain`: is everything here, and what does a code mean."""

from pathlib import Path
from typing import Literal

from roadstead.cli.printing import answers, print_json, table

MARKS = {"good": "ok", "lacking": "-", "broken": "BROKEN"}


def doctor(*, json: bool = False) -> int:
    """Check that everything planning needs is here; exit status 1 where something is broken.

    Parameters
    ----------
    json
        Print JSON.
    """
    from datetime import date

    from roadstead.study.doctor import examine

    findings = examine(Path.cwd(), date.today())  # noqa: DTZ011 - the day where the person sits
    sound = all(finding.state != "broken" for finding in findings)
    if json:
        print_json({"sound": sound, "findings": findings})
    else:
        rows = ((MARKS[f.state], f.name, f.found + (f"; wanted: {f.advice}" if f.advice else "")) for f in findings)
        answers().print(table("", ("", "what", "found"), rows))
    return 0 if sound else 1


def explain(code: str = "", /, *, language: Literal["en", "zh"] = "en", json: bool = False) -> None:
    """Explain a code that a fault carries, or list all codes.

    Parameters
    ----------
    code
        For instance RS-T109; none for the list.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.terms.codes import every_code, explanation

    if not code:
        entries = every_code(language)
        if json:
            print_json(entries)
        else:
            answers().print(table("", ("code", "what is wrong"), ((entry.code, entry.title) for entry in entries)))
        return
    entry = explanation(code, language)
    if json:
        print_json(entry)
        return
    out = answers()
    for text in (f"{entry.code}  {entry.title}", entry.meaning, entry.example, entry.next_step):
        out.print(text, end="\n\n" if text != entry.next_step else "\n")
