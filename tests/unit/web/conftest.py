"""A desk over a small workplace with one made-up run, and people who ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desks import made_up_run, visitor
from postgres import server
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from roadstead.study.bundled import bundled
from roadstead.web import people
from roadstead.web.app import build
from roadstead.web.database import open_database, sqlite_url
from roadstead.web.settings import Desk
from roadstead.web.workplace import DATABASE, Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desks import Visitor
    from sqlalchemy import Engine


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_run(tmp_path_factory.mktemp("made-up") / "first")


@pytest.fixture
def desk(tmp_path: Path, run_folder: Path) -> Iterator[Desk]:
    place = Workplace(tmp_path)
    place.own.mkdir()
    place.runs_folder.mkdir()
    (place.runs_folder / "first").symlink_to(run_folder)
    opened = open_database(sqlite_url(place.own / DATABASE))
    yield Desk(place, opened)
    opened.dispose()


@pytest.fixture
def stranger(desk: Desk) -> Iterator[TestClient]:
    """Somebody who has not signed in."""
    with TestClient(build(desk), base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.fixture
def owner(desk: Desk, stranger: TestClient) -> Visitor:
    """Somebody who has, with what forms must carry."""
    return visitor(stranger, people.one_time_token(desk.engine))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL, started for this session."""
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "queue.sqlite")
    url: str = request.getfixturevalue("postgresql")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    """A database with the schema up to date."""
    opened = open_database(empty)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def starter() -> Path:
    """Folder of the bundled starter case."""
    return bundled("starter")
