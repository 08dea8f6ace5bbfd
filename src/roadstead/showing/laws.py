"""How rows of law are told: one in full, those of a place, what changed between two days, and rules that are no duties."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from roadstead.report.listing import table
from roadstead.showing.telling import Telling, framed
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.report.listing import Listing
    from roadstead.trade.changes import Change
    from roadstead.trade.other_rules import OtherRule
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
COLUMNS = (
    "table id places kind title does whom instrument status is_law:yes effective_from:day effective_to:day known_from:day "
    "source url as_of confidence"
)


def entry_told(entry: Entry) -> Telling:
    """One row of law in a notebook."""
    headline = next(iter(entry_blocks(entry)))
    assert isinstance(headline, str)
    return Telling(headline, islice(entry_blocks(entry), 1, None), lambda: framed(COLUMNS, [_row(entry)]))


def entry_blocks(entry: Entry) -> Iterator[Listing | str]:
    """One row of law in full."""
    from roadstead.trade.wording import plainly

    standing = plainly(entry.status) or "no law"
    yield f"{entry.id}: {entry.title}, {_places(entry, _gazetteer())}, {standing}"
    yield f"does: {entry.does}"
    yield f"concerns: {entry.whom}"
    yield f"in force: {_span(entry)}"
    yield f"known from: {entry.known_from}"
    yield f"rests on: {_citation(entry)}"
    yield ""
    rows = ((name, _cell(value)) for name, value in entry.fields.items() if value not in (None, "", ()))
    yield table("", ("column", "value"), rows)


def entries_told(entries: Sequence[Entry]) -> Telling:
    """Rows of law in a notebook."""
    return Telling(_many(entries), entries_blocks(entries), lambda: framed(COLUMNS, map(_row, entries)))


def entries_blocks(entries: Sequence[Entry]) -> Iterator[Listing | str]:
    """Rows of law, table by table."""
    places = _gazetteer()

    def heading(entry: Entry) -> str:
        of = "" if entry.table in SHARED else f", {_places(entry, places)}"
        return f"{TABLES[entry.table][2]}{of}"

    groups: dict[str, list[tuple[str, ...]]] = {}
    for entry in entries:
        told = (entry.id, entry.title, entry.does, entry.whom, _standing(entry))
        groups.setdefault(heading(entry), []).append(told)
    for title, rows in groups.items():
        yield table(title, ("id", "what", "does", "concerns", "in force"), rows)
        yield ""
    yield _many(entries)
    yield "one row in full, with what it rests on: `roadstead rules show ID`"


def _gazetteer() -> Gazetteer:
    from roadstead.world import reference

    return reference.load().gazetteer


def _many(entries: Sequence[Entry]) -> str:
    return f"{len(entries)} rows of law{_counted(entries)}"


def changes_told(changes: Sequence[Change]) -> Telling:
    """Changes of the law in a notebook."""
    when = f"from {changes[0].day} to {changes[-1].day}" if changes else "between these days"
    rows = ((one.day, one.what, entry.id if (entry := one.before) else "", *_row(one.entry)) for one in changes)
    columns = f"day:day what before {COLUMNS}"
    return Telling(changed(changes, when), (_listing(changes),) if changes else (), lambda: framed(columns, rows))


def _listing(changes: Sequence[Change]) -> Listing:
    """A row a change, with what holds from its day on, or held until then."""
    places = _gazetteer()
    heads = ("day", "where", "what", "", "concerns", "before", "after", "rests on")
    rows = (
        (
            one.day.isoformat(), _places(one.entry, places), one.entry.title, one.what, one.entry.whom,
            *("" if side is None else f"{side.id}: {side.does}" for side in (one.before, one.after)), _citation(one.entry),
        )
        for one in changes
    )  # fmt: skip
    return table("", heads, rows)


def changes_lines(changes: Sequence[Change]) -> Iterator[str]:
    """What began, ended or took another's place, with what it rests on."""
    places = _gazetteer()
    for change in changes:
        entry = change.entry
        yield f"{change.day}  {_places(entry, places)}  {entry.title} {change.what}: {entry.whom}"
        for sign, side in (("-", change.before), ("+", change.after)):
            if side is not None:
                yield f"  {sign} {side.id}: {side.does}"
                if side is entry or _citation(side) != _citation(entry):
                    yield f"      {_citation(side)}"


def changed(changes: Sequence[Change], when: str) -> str:
    """How much changed."""
    return f"{len(changes)} changes of the law {when}{_counted([change.entry for change in changes])}"


def other_rules_told(rules: Sequence[OtherRule]) -> Telling:
    """Rules that are no duties in a notebook."""
    heads = ("rule", "what", "effect", "in a plan", "in force", "rests on")
    shown = table("", heads, ((r.measure, r.title, r.effect, r.standing, _days(r), r.cited.title) for r in rules))
    columns = "measure importer category title effect standing printed effective_from:day effective_to:day source url"
    rows = (
        (r.measure, r.importer, r.category, r.title, r.effect, r.standing, r.printed, r.effective_from, r.effective_to,
         r.cited.title, r.cited.url)
        for r in rules
    )  # fmt: skip
    return Telling(f"{len(rules)} rules that are no duties", (shown,), lambda: framed(columns, rows))


def _days(rule: OtherRule) -> str:
    since = f"since {rule.effective_from}" if rule.effective_from else ""
    return f"{since} to {rule.effective_to}".strip() if rule.effective_to else since


def _row(entry: Entry) -> tuple[Any, ...]:
    cited = entry.cited
    return (
        entry.table, entry.id, ", ".join(entry.places), entry.kind, entry.title, entry.does, entry.whom, entry.instrument,
        entry.status, entry.is_law, entry.effective_from, entry.effective_to, entry.known_from, cited.title or cited.source,
        cited.url, cited.as_of, cited.confidence,
    )  # fmt: skip


def _counted(entries: Sequence[Entry]) -> str:
    """How many rows of each table, in the order of the tables."""
    count = Counter(entry.table for entry in entries)
    told = [f"{n} {TABLES[name][n > 1]}" for name in TABLES if (n := count[name])]
    return f": {', '.join(told)}" if told else ""


def _places(entry: Entry, gazetteer: Gazetteer) -> str:
    """Whose law a row is: up to three names, else how many; where nobody is known to apply it, a dash."""
    from roadstead.trade.wording import listing

    names = [gazetteer.places[place].name if place in gazetteer.places else place for place in entry.places]
    return (listing(names) or "-") if len(names) < 4 else f"{len(names)} countries and unions"


def _citation(entry: Entry) -> str:
    cited = entry.cited
    title = cited.title or ("an assumption" if cited.source == ASSUMPTION else "no source located")
    # Where the source is the instrument itself, its title begins with it.
    instrument = "" if title.startswith(entry.instrument) else entry.instrument
    named = ", ".join(filter(None, (instrument, title, cited.url)))
    return f"{named} (as of {cited.as_of}, confidence {cited.confidence}){': ' + cited.note if cited.note else ''}"


def _span(entry: Entry) -> str:
    """First and last day; where the tables begin on the first, the law may be older."""
    first = f"{entry.effective_from or 'a day not known'}{' or before' if entry.from_is_floor else ''}"
    return f"{first} to {entry.effective_to}" if entry.effective_to else f"since {first}"


def _standing(entry: Entry) -> str:
    """Days in force; of a row that is no law, how it stands."""
    from roadstead.trade.wording import plainly

    return _span(entry) if entry.is_law else f"{plainly(entry.status) or 'no law'}, {_span(entry)}"


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
