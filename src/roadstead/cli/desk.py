"""`roadstead serve`, `work` and `people`: the web desk, its workers, and who may use it."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roadstead.cli.printing import answers, print_json, say

if TYPE_CHECKING:
    from roadstead.web.settings import Settings

NEEDED = ("fastapi", "uvicorn", "sqlalchemy", "python_multipart")
OPENED = "Roadstead desk: {address}"
ONCE = "This address lets in once; Ctrl-C closes the desk."


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How the desk is reached."""

    host: Annotated[str, Parameter(help="Address to listen on; others than this machine's need people or a proxy.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Parameter(help="Port; 0 for any that is free.")] = 8642
    name: Annotated[
        tuple[str, ...], Parameter(help="Host name under which the desk answers, too; may be repeated.")
    ] = ()
    user_header: Annotated[str, Parameter(help="Header in which a proxy in front says who somebody is.")] = ""
    proxy: Annotated[tuple[str, ...], Parameter(help="Address of that proxy; may be repeated.")] = ()

    @property
    def settings(self) -> "Settings":
        """The same, as the desk takes it."""
        from roadstead.web.settings import Settings

        return Settings(self.host, self.port, self.name, self.user_header, frozenset(self.proxy))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the desk works with."""

    database: Annotated[
        str,
        Parameter(
            help="postgresql+psycopg://USER@HOST/NAME; SQLite in the folder by default, or what ROADSTEAD_DATABASE says.",
        ),
    ] = ""
    workers: Annotated[
        int, Parameter(help="Plans worked on at once; 0 where `roadstead work` does that elsewhere.")
    ] = 1
    threads: Annotated[int, Parameter(help="Processors that each of them may use.")] = 1


def serve(
    folder: Path = Path(),
    /,
    *,
    reached: Annotated[Reached | None, Parameter(name="*")] = None,
    kept: Annotated[Kept | None, Parameter(name="*")] = None,
) -> None:
    """Open the web desk: cases, plans, runs and look-ups in a browser.

    Parameters
    ----------
    folder
        Folder with your cases; runs are written to runs/ in it.
    """
    _must_be_installed()
    from roadstead.web import serving

    how, with_ = reached or Reached(), kept or Kept()
    settings = how.settings

    def say(address: str) -> None:
        answers().print(OPENED.format(address=address), soft_wrap=True)
        if "token=" in address:
            answers().print(ONCE, soft_wrap=True)

    serving.serve(folder, settings, database=with_.database, workers=with_.workers, threads=with_.threads, say=say)


def work(
    folder: Path = Path(),
    /,
    *,
    database: str = "",
    threads: int = 1,
) -> None:
    """Be one more worker of a desk, on this machine or on another that sees its folder and database.

    Parameters
    ----------
    folder
        The desk's folder.
    database
        The desk's database, as `roadstead serve` was told it.
    threads
        Processors that it may use.
    """
    _must_be_installed()
    from roadstead.web import serving

    serving.work_here(folder, database=database, threads=threads, say=say)


def people(
    folder: Path = Path(),
    /,
    *,
    add: str = "",
    reader: Annotated[bool, Parameter(negative=())] = False,
    remove: str = "",
    database: str = "",
    json: bool = False,
) -> None:
    """Say who may use a desk, with a token for each.

    Parameters
    ----------
    folder
        The desk's folder.
    add
        Give somebody a token, which is printed this once; an earlier one no longer counts.
    reader
        Who is added may look, share and take away, and neither plan nor change anything.
    remove
        Take somebody's token away.
    database
        The desk's database, as `roadstead serve` is told it.
    json
        Print JSON.
    """
    _must_be_installed()
    from roadstead.terms.errors import Fault, RoadsteadError
    from roadstead.web import people as known
    from roadstead.web import serving
    from roadstead.web.database import open_database
    from roadstead.web.workplace import missing

    if reader and not add:
        raise RoadsteadError(Fault("--reader", "RS-C701", "nobody is added", "`--add NAME --reader`"))
    engine = open_database(serving.open_workplace(folder, database)[1])
    token = known.add_person(engine, add, reads_only=reader) if add else ""
    if remove and not known.remove_person(engine, remove):
        raise RoadsteadError(missing(remove, "person"))
    everybody = known.people(engine)
    if json:
        print_json({"people": everybody, "token": token or None})
        return
    if token:
        answers().print(f"{add}: {token}", soft_wrap=True)
    answers().print("people: " + (", ".join(everybody) or "nobody yet; `--add NAME` adds somebody"), soft_wrap=True)


def _must_be_installed() -> None:
    """The desk's own libraries are there."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        from roadstead.terms.errors import Fault, RoadsteadError

        message = f"the desk needs {', '.join(missing)}, which is not installed"
        raise RoadsteadError(Fault("", "RS-B810", message, 'python -m pip install "roadstead[web]"'))
