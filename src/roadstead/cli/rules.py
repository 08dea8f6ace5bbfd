"""`roadstead rules`: the law row by row: what holds for a place, one row in full, what changed between two days."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Group, Parameter

from roadstead.cli.printing import answers, plain, print_json, table
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.trade.changes import Change
    from roadstead.trade.register import Entry
    from roadstead.world.places import Gazetteer

TABLES = {
    "measures": ("duty or fee", "duties and fees", "Duties and fees at the border"),
    "taxes": ("tax", "taxes", "Taxes the buyer pays"),
    "agreements": ("agreement", "agreements", "Trade agreements and customs unions"),
    "origin_rules": ("rule of origin", "rules of origin", "Rules of origin"),
    "non_tariff": ("other rule", "other rules", "Rules other than duties"),
    "homologation": ("scheme of approval", "schemes of approval", "Schemes of type approval"),
    "quota_shares": ("part of a quota", "parts of quotas", "Parts of quotas"),
    "obligations": ("obligation", "obligations", "Local production owed for imports"),
    "units": ("worth of a unit", "worths of units", "Worth of the units charges are counted in"),
    "blocs": ("membership", "memberships", "Members of blocs"),
}
"""What one row and several rows of a table are called where they are counted, and the heading over them."""
SHARED = {"agreements", "origin_rules", "homologation", "blocs"}
"""Tables whose rows are law of several places at once, listed under one heading."""


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
    from roadstead.world import reference

    asked = known or Known()
    changes = api.rules_diff(first, second, importer, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json([_change(change) for change in changes])
        return
    console = answers()
    places = reference.load().gazetteer
    for change in changes:
        entry = change.entry
        head = f"{change.day}  {_places(entry, places)}  {entry.title} {change.what}: {entry.whom}"
        console.print(head, soft_wrap=True)
        for sign, side in (("-", change.before), ("+", change.after)):
            if side is not None:
                console.print(f"  {sign} {side.id}: {side.does}", soft_wrap=True)
                if side is entry or _citation(side) != _citation(entry):
                    console.print(f"      {_citation(side)}", soft_wrap=True)
    counted = _counted([change.entry for change in changes])
    console.print(f"{len(changes)} changes of the law after {first} up to {second}{counted}", soft_wrap=True)


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
    from roadstead.trade.wording import plainly
    from roadstead.world import reference

    asked = known or Known()
    entry = api.rules_show(row_id, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json(_entry(entry))
        return
    console = answers()
    standing = plainly(entry.status) or "no law"
    console.print(
        f"{entry.id}: {entry.title}, {_places(entry, reference.load().gazetteer)}, {standing}", soft_wrap=True
    )
    console.print(f"does: {entry.does}", soft_wrap=True)
    console.print(f"concerns: {entry.whom}", soft_wrap=True)
    console.print(f"in force: {_span(entry)}")
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
    from roadstead.world import reference

    asked = known or Known()
    entries = api.rules_list(importer, on, as_known_on=asked.as_known_on, rules=asked.rules)
    if json:
        print_json([_entry(entry) for entry in entries])
        return
    console = answers()
    places = reference.load().gazetteer

    def heading(entry: "Entry") -> str:
        of = "" if entry.table in SHARED else f", {_places(entry, places)}"
        return f"{TABLES[entry.table][2]}{of}"

    groups: dict[str, list[tuple[str, ...]]] = {}
    for entry in entries:
        told = (entry.id, entry.title, entry.does, entry.whom, _standing(entry))
        groups.setdefault(heading(entry), []).append(told)
    for title, rows in groups.items():
        console.print(table(title, ("id", "what", "does", "concerns", "in force"), rows))
        console.print()
    console.print(f"{len(entries)} rows of law{_counted(entries)}")
    console.print("one row in full, with what it rests on: `roadstead rules show ID`")


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


def _counted(entries: "Sequence[Entry]") -> str:
    """How many rows of each table, in the order of the tables."""
    count = Counter(entry.table for entry in entries)
    told = [f"{n} {TABLES[name][n > 1]}" for name in TABLES if (n := count[name])]
    return f": {', '.join(told)}" if told else ""


def _places(entry: "Entry", gazetteer: "Gazetteer") -> str:
    """Whose law a row is: up to three names, else how many; where nobody is known to apply it, a dash."""
    from roadstead.trade.wording import listing

    names = [gazetteer.places[place].name if place in gazetteer.places else place for place in entry.places]
    return (listing(names) or "-") if len(names) < 4 else f"{len(names)} countries and unions"


def _citation(entry: "Entry") -> str:
    cited = entry.cited
    title = cited.title or ("an assumption" if cited.source == ASSUMPTION else "no source located")
    # Where the source is the instrument itself, its title begins with it.
    instrument = "" if title.startswith(entry.instrument) else entry.instrument
    named = ", ".join(filter(None, (instrument, title, cited.url)))
    return f"{named} (as of {cited.as_of}, confidence {cited.confidence}){': ' + cited.note if cited.note else ''}"


def _span(entry: "Entry") -> str:
    """First and last day; where the tables begin on the first, the law may be older."""
    first = f"{entry.effective_from or 'a day not known'}{' or before' if entry.from_is_floor else ''}"
    return f"{first} to {entry.effective_to}" if entry.effective_to else f"since {first}"


def _standing(entry: "Entry") -> str:
    """Days in force; of a row that is no law, how it stands."""
    from roadstead.trade.wording import plainly

    return _span(entry) if entry.is_law else f"{plainly(entry.status) or 'no law'}, {_span(entry)}"


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
