"""`roadstead import`: the world's standard data, and tables of one's own, into a case."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from roadstead.cli.printing import answers, print_json, table


@dataclass(frozen=True, kw_only=True)
class About:
    """What the person who has the files knows of them."""

    only: Annotated[
        tuple[str, ...], Parameter(help="Only rows that concern this country; may be repeated.", negative=())
    ] = ()
    whole: Annotated[
        bool, Parameter(help="The file was asked for every HS subheading of cars: one without a line has no trade.")
    ] = False
    prefer: Annotated[
        bool, Parameter(help="Use these counts of sales in place of packaged ones of the same vehicles.")
    ] = False
    publisher: Annotated[str, Parameter(help="Who counts; asked for with a template.")] = ""
    licence: Annotated[str, Parameter(help="Under which licence; asked for with a template.")] = ""
    edition: Annotated[str, Parameter(help="Edition of the data.")] = ""
    url: Annotated[str, Parameter(help="Where it was published.")] = ""


def import_(
    format: str = "",  # noqa: A002 - the word that the help shows
    /,
    *files: Path,
    into: Path = Path(),
    about: Annotated[About | None, Parameter(name="*")] = None,
    json: bool = False,
) -> None:
    """Put the world's standard data, or a table of your own, into a case, with where each figure is from.

    Parameters
    ----------
    format
        Whose data, or the name of a table for a template; none lists all. Without a file, a table's name prints its template.
    files
        The publisher's files as they are.
    into
        Folder of the case: facts go into its `world`, law into its `rules`.
    json
        Print JSON.
    """
    from roadstead.study.importing import Wish, format_named, import_files, template_of

    if not format:
        _list(json=json)
        return
    chosen = format_named(format)
    if not files:
        console = answers()
        header = template_of(format)
        lines = [header] if header else [chosen.title, chosen.what, chosen.url, f"licence: {chosen.licence}"]
        for line in lines:
            console.print(line, soft_wrap=True, markup=False)
        return
    known = about or About()
    wish = Wish(
        only=known.only,
        whole=known.whole,
        prefer=known.prefer,
        publisher=known.publisher,
        url=known.url,
        edition=known.edition,
        licence=known.licence,
    )
    done = import_files(format, files, into, date.today(), wish)  # noqa: DTZ011 - the day where the person sits
    if json:
        print_json(done)
        return
    console = answers()
    if not done.tables:
        console.print("nothing is put in: what you have stands")
    for put in done.tables:
        gave_way = f", {put.replaced} of earlier imports replaced" if put.replaced else ""
        kept = f", {put.kept} left out: you have written the same figure by hand" if put.kept else ""
        console.print(
            f"{put.rows} {'row' if put.rows == 1 else 'rows'} put into {into / put.path}{gave_way}{kept}",
            soft_wrap=True,
        )
    for reason, count in done.left_out.items():
        console.print(f"{count} left out: {reason}", soft_wrap=True, markup=False)
    for note in done.notes:
        console.print(note, soft_wrap=True, markup=False)
    console.print(f"cited as {done.source}: {done.title}", soft_wrap=True, markup=False)


def _list(*, json: bool) -> None:
    """Every format: what it brings, and under which licence."""
    from roadstead.study.formats import FORMATS

    shown = [
        {"format": one.name, "what": one.what, "publisher": one.title, "url": one.url, "licence": one.licence}
        for one in FORMATS.values()
    ]
    if json:
        print_json(shown)
        return
    rows = [(one["format"], one["what"], one["licence"] or "as you say with --licence") for one in shown]
    answers().print(table("", ("format", "what it brings", "licence"), rows))
