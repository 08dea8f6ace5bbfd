"""`roadstead rules`: the law row by row: what holds for a place, one row in full, what changed between two days."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Group, Parameter

from roadstead.cli.printing import answers, plain, print_blocks, print_json
from roadstead.showing import laws

if TYPE_CHECKING:
    from roadstead.trade.changes import Change
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

    Duties and fees, taxes, agreements, rules of origin, other rules, parts of quotas, obligations, worths of units, members
    of blocs.

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
    for line in laws.changes_lines(changes):
        console.print(line, soft_wrap=True)
    console.print(laws.changed(changes, f"after {first} up to {second}"), soft_wrap=True)


def show(row_id: str, /, *, known: Annotated[Known | None, Parameter(name="*")] = None, json: bool = False) -> None:
    """Show one row of law in full: every column, both of its clocks, whom it concerns, what it rests on.

    Parameters
    ----------
    row_id
        Id of a measure, tax, agreement or other row of law, for instance EU27-023 or RUS-VAT.
    json
        Print JSON.
    """
    from roadstead.study import api

    asked = known or Known()
    entry = api.rules_show(row_id, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json(_entry(entry))
        return
    print_blocks(laws.entry_blocks(entry))


def listed(
    *,
    importer: str,
    on: str | None = None,
    known: Annotated[Known | None, Parameter(name="*")] = None,
    json: bool = False,
) -> None:
    """List the law of an importer, that of its customs union included: duties first, then taxes and all other tables.

    Parameters
    ----------
    importer
        Country or customs territory.
    on
        Only what is in force on this day, YYYY-MM-DD; without it all that the tables hold, proposals too.
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
    for block in laws.entries_blocks(entries):
        console.print(block)


def _change(change: "Change") -> dict[str, Any]:
    told: dict[str, Any] = {"day": plain(change.day), "what": change.what}
    return told | {
        name: None if entry is None else _entry(entry)
        for name, entry in (("before", change.before), ("after", change.after))
    }


def _entry(entry: "Entry") -> dict[str, Any]:
    """A row with its citation beside its fields, as in a quote; a measure under its own names too."""
    found: dict[str, Any] = plain(entry)
    cited = found.pop("cited")
    known = bool(cited["source"])
    found["source"] = {"id": cited["source"], "title": cited["title"], "url": cited["url"]} if known else None
    if entry.table == "measures":
        found |= {name: getattr(entry, name) for name in ("measure", "importer", "charges", "payers")}
    return found | {name: cited[name] for name in ("as_of", "confidence", "note")}
