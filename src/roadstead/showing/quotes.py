"""How a quote is told: every charge with its citation, taxes apart, and what was not declared."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from roadstead.report.listing import number, percent, table
from roadstead.showing.telling import Telling, framed
from roadstead.terms.ids import PRODUCT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.listing import Listing
    from roadstead.trade.quote import Cited, Quote, QuoteLine


COLUMNS = (
    "measure kind layer rate:number share:number specific:number amount:number effective_rate:number effective_from:day "
    "effective_to:day instrument source url as_of confidence"
)


def told(found: Quote) -> Telling:
    """A quote in a notebook."""
    from roadstead.showing.lanes import quote_drawn

    drawings = {"duties": lambda: quote_drawn(found)}
    return Telling(f"{lane(found)}: {duty(found)}", islice(blocks(found), 1, None), lambda: charges(found), drawings)


def charges(told: Quote) -> pl.DataFrame:
    """Duties, fees and taxes, a row each."""
    rows = [
        (
            line.measure, line.kind, line.layer, line.rate, line.share, line.specific, line.amount, line.effective_rate,
            line.effective_from, line.effective_to, line.instrument, *_rests_on(line.cited),
        )
        for line in (*told.lines, *told.fees)
    ]  # fmt: skip
    taxes = [
        (t.tax, t.name, "tax", t.rate, None, None, t.amount, None, None, None, t.base, *_rests_on(t.cited))
        for t in told.taxes
    ]
    return framed(COLUMNS, (*rows, *taxes))


def _rests_on(cited: Cited) -> tuple[str, ...]:
    return cited.title or cited.source, cited.url, cited.as_of, cited.confidence


def lane(told: Quote, *, on_a_day: bool = True) -> str:
    """The car, where it comes from and where it goes."""
    firm = f" of {told.firm}" if told.firm else ""
    where = told.importer if told.place == told.importer else f"{told.importer} ({told.place})"
    goods = next(word for word, product in PRODUCT_WORDS.items() if product == told.product)
    return f"{told.powertrain} {goods}{firm} from {told.origin} into {where}" + (f" on {told.on}" if on_a_day else "")


def blocks(told: Quote) -> Iterator[Listing | str]:
    """The whole quote: listings, each followed by what it takes to read it."""
    yield lane(told)
    yield f"customs value US${number(told.customs_value)}, {told.valuation}"
    yield ""
    notes = _Notes()
    charges = [*told.lines, *told.fees]
    if charges:
        heads = ("measure", "kind", ">rate", ">US$/car", "in force", "instrument", "cited")
        yield table("", heads, (_row(line, notes) for line in charges))
    yield duty(told)
    if told.fees:
        yield f"fees, which are no duty: US${number(told.total_fee_amount)}"
    if told.taxes:
        yield ""
        rows = (
            (t.tax, t.name, percent(t.rate), t.base, "" if t.amount is None else number(t.amount), notes.of(t.cited))
            for t in told.taxes
        )
        yield table("taxes, kept apart", ("tax", "name", ">rate", "on", ">US$/car", "cited"), rows)
    if told.fees or told.taxes:
        both = percent(told.with_import_taxes_rate)
        amount = number(told.with_import_taxes_amount)
        yield f"duty, fees and taxes on import: {both} of the customs value, US${amount}"
    yield from _open(told, notes)
    yield ""
    yield from notes.lines()
    yield f"rules as of {told.rules_as_of}" + (f", as known on {told.as_known_on}" if told.as_known_on else "")


def word(kind: str) -> str:
    """A kind of duty or fee."""
    return kind.lower().replace("_", " ")


def duty(told: Quote) -> str:
    """What is due."""
    return f"duty: {percent(told.total_duty_rate)} of the customs value, US${number(told.total_duty_amount)}"


def _open(told: Quote, notes: _Notes) -> Iterator[Listing | str]:
    """What was declared, what was not, and what else to know."""
    if told.missing:
        yield ""
        rows = (
            (
                f"{missing.name}=",
                "" if missing.saves_rate is None else percent(missing.saves_rate),
                missing.meaning,
                "; ".join(missing.decides),
            )
            for missing in told.missing
        )
        heads = ("--fact", ">true saves", "meaning", "decides")
        yield table("not declared: the dearest reading holds", heads, rows)
    remarks = list(told.remarks)
    for fact in told.declared:
        if fact.saves_rate:
            saved = "saves" if fact.saves_rate > 0 else "costs"
            remarks.append(f"{fact.name}={_typed(fact.value)} as declared {saved} {percent(abs(fact.saves_rate))}")
    for rule in told.prohibitions:
        holds = {None: "may bar", True: "bars", False: "does not bar"}[rule.bars_firm]
        whom = f"makers of {' and '.join(rule.nationalities)}" if rule.nationalities else "such cars"
        remarks.append(f"{rule.measure} {holds} {whom}: {rule.title} {notes.of(rule.cited)}")
    if remarks:
        yield ""
        for remark in remarks:
            yield f"- {remark}"


def _typed(value: bool | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value


def _row(line: QuoteLine, notes: _Notes) -> tuple[str, ...]:
    since = line.effective_from.isoformat() if line.effective_from else ""
    until = line.effective_to.isoformat() if line.effective_to else ""
    return (
        line.measure,
        word(line.kind),
        _rate(line),
        number(line.amount),
        f"{since} to {until}" if until else f"since {since}",
        line.instrument,
        notes.of(line.cited),
    )


def _rate(line: QuoteLine) -> str:
    """The rate as law states it: on a share of the value, or joined to an amount."""
    if line.layer == "fee" or (line.specific and not line.rate):
        return f"US${number(line.specific)}"
    rate = percent(line.rate)
    if line.share != 1.0:
        rate += f" on {percent(line.share)}"
    if line.specific:
        joined = "or" if line.shape == "higher" else "+"
        rate += f" {joined} US${number(line.specific)}"
    return rate


class _Notes:
    """Citations, numbered as they are met."""

    def __init__(self) -> None:
        self.met: dict[tuple[str, ...], int] = {}

    def of(self, cited: Cited) -> str:
        """The mark of a citation."""
        note = (cited.title or cited.source, cited.url, cited.as_of, cited.confidence, cited.note)
        return f"[{self.met.setdefault(note, len(self.met) + 1)}]"

    def lines(self) -> Iterator[str]:
        """All citations in full."""
        for (title, url, as_of, confidence, note), mark in self.met.items():
            named = ", ".join(filter(None, (title or "no source located", url)))
            yield f"[{mark}] {named} (as of {as_of}, confidence {confidence}){': ' + note if note else ''}"
