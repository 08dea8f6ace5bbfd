"""`roadstead rules`: the law row by row: what an importer levies, one measure in full, what changed between two days."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Group, Parameter

from roadstead.cli.printing import answers, plain, print_json, table

if TYPE_CHECKING:
    from roadstead.trade.changes import Change
    from roadstead.trade.quote import Cited
    from roadstead.trade.register import Entry


@dataclass(frozen=True, kw_only=True)
class Known:
    """Which rules are looked at."""

    as_known_on: Annotated[str | None, Parameter(help="Only rules published by this day.")] = None
    rules: Annotated[Path | None, Parameter(help="Folder with your own tables of rules.")] = None


def build(default: Parameter, group: Group) -> App:
    """The command with its three questions."""
    app = App(
        name="rules",
        help="Look up the law row by row: list, show, diff.",
        group=group,
        default_parameter=default,
        help_format="plaintext",
    )
    app.command(diff)
    app.command(show)
    app.command(listed, name="list")
    return app


def diff(
    first: str,
    second: str,
    /,
    *,
    importer: str = "",
    known: Annotated[Known | None, Parameter(name="*")] = None,
    json: bool = False,
) -> None:
    """Show what changed in the law after one day up to another: what began, ended or took another's place.

    Parameters
    ----------
    first
        Earlier day, YYYY-MM-DD.
    second
        Later day, YYYY-MM-DD.
    importer
        Country or customs territory; all where none is named.
    json
        Print JSON.
    """
    from roadstead.study import api

    asked = known or Known()
    changes = api.rules_diff(first, second, importer, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json([_change(change) for change in changes])
        return
    console = answers()
    for change in changes:
        entry = change.after or change.before
        assert entry is not None
        head = f"{change.day}  {entry.importer}  {entry.kind.lower().replace('_', ' ')} {change.what}: {entry.payers}"
        console.print(head, soft_wrap=True)
        for sign, side in (("-", change.before), ("+", change.after)):
            if side is not None:
                console.print(f"  {sign} {side.measure}: {side.charges}", soft_wrap=True)
                console.print(f"      {_citation(side)}", soft_wrap=True)
    console.print(f"{len(changes)} changes of the law after {first} up to {second}")


def show(measure: str, /, *, known: Annotated[Known | None, Parameter(name="*")] = None, json: bool = False) -> None:
    """Show one measure in full: every field, both of its clocks, whom it charges, what it rests on.

    Parameters
    ----------
    measure
        Id of the measure, for instance EU27-023.
    json
        Print JSON.
    """
    from roadstead.study import api

    asked = known or Known()
    entry = api.rules_show(measure, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json(_entry(entry))
        return
    console = answers()
    console.print(f"{entry.measure}: {entry.kind.lower().replace('_', ' ')} of {entry.importer}, {entry.status}")
    console.print(f"charges: {entry.charges}", soft_wrap=True)
    console.print(f"payers: {entry.payers}", soft_wrap=True)
    floor = ", where the tables begin, not the law" if entry.from_is_floor else ""
    console.print(f"in force: {_span(entry)}{floor}")
    console.print(f"known from: {entry.known_from}")
    console.print(f"rests on: {_citation(entry)}", soft_wrap=True)
    console.print()
    rows = [(name, _cell(value)) for name, value in entry.fields.items() if value not in (None, "", ())]
    console.print(table("", ("column", "value"), rows))


def listed(
    *,
    importer: str,
    on: str | None = None,
    known: Annotated[Known | None, Parameter(name="*")] = None,
    json: bool = False,
) -> None:
    """List the measures an importer levies, those of its customs union included.

    Parameters
    ----------
    importer
        Country or customs territory.
    on
        Only those in force on this day, YYYY-MM-DD; without it all that the tables hold, proposals too.
    json
        Print JSON.
    """
    from roadstead.study import api

    asked = known or Known()
    entries = api.rules_list(importer, on, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json([_entry(entry) for entry in entries])
        return
    console = answers()
    rows = ((e.measure, e.kind.lower().replace("_", " "), e.charges, e.payers, _span(e), e.status) for e in entries)
    console.print(table("", ("measure", "kind", "charges", "payers", "in force", "status"), rows))
    console.print(f"{len(entries)} measures; `roadstead rules show ID` tells one in full")


def _change(change: "Change") -> dict[str, Any]:
    told: dict[str, Any] = {"day": plain(change.day), "what": change.what}
    return told | {
        name: None if entry is None else _entry(entry)
        for name, entry in (("before", change.before), ("after", change.after))
    }


def _entry(entry: "Entry") -> dict[str, Any]:
    """A measure with its citation beside its fields, as in a quote."""
    found: dict[str, Any] = plain(entry)
    cited = found.pop("cited")
    known = bool(cited["source"])
    found["source"] = {"id": cited["source"], "title": cited["title"], "url": cited["url"]} if known else None
    return found | {name: cited[name] for name in ("as_of", "confidence", "note")}


def _citation(entry: "Entry") -> str:
    cited: Cited = entry.cited
    named = ", ".join(filter(None, (entry.instrument, cited.title or "no source located", cited.url)))
    return f"{named} (as of {cited.as_of}, confidence {cited.confidence}){': ' + cited.note if cited.note else ''}"


def _span(entry: "Entry") -> str:
    first = entry.effective_from.isoformat() if entry.effective_from else ""
    return f"{first} to {entry.effective_to}" if entry.effective_to else f"since {first}"


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
