"""`roadstead serve`, `people` and `work`: who is let in, what is refused before anything opens, and a worker that works."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from roadstead.cli import desk
from roadstead.web import people, queue
from roadstead.web.database import open_database, sqlite_url
from roadstead.web.queue import State, Wish
from roadstead.web.workplace import DATABASE, OWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said

COMMAND = "import sys; from roadstead.cli import main; sys.exit(main(sys.argv[1:]))"


def test_people_are_added_listed_and_removed(run: Callable[..., Said], tmp_path: Path):
    assert "nobody yet" in run("people", tmp_path).out
    said = run("people", tmp_path, "--add", "ann")
    token = said.out.splitlines()[0].removeprefix("ann: ")
    assert run("people", tmp_path, "--json").json == {"people": ["ann"], "token": None}
    engine = open_database(sqlite_url(tmp_path / OWN / DATABASE))
    assert people.holder(engine, token) == people.Who("ann")
    board = run("people", tmp_path, "--add", "board", "--reader").out.splitlines()[0].removeprefix("board: ")
    assert people.holder(engine, board) == people.Who("board", reads_only=True)
    assert run("people", tmp_path, "--remove", "board", "--reader").codes == ["RS-C701"]
    run("people", tmp_path, "--remove", "board")
    engine.dispose()
    assert (tmp_path / OWN).stat().st_mode & 0o077 == 0
    assert run("people", tmp_path, "--remove", "bob").codes == ["RS-B803"]
    assert "nobody yet" in run("people", tmp_path, "--remove", "ann").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--host", "0.0.0.0"), "RS-B802"),
        (("--user-header", "X-User"), "RS-B802"),
        (("--database", "nonsense"), "RS-B807"),
        (("--port", "99999"), "RS-C702"),
        (("--workers", "-1"), "RS-S622"),
        (("--threads", "0"), "RS-S622"),
        (("--database", "postgresql+psycopg://ann:s3cret@127.0.0.1:9/desk"), "RS-B807"),
    ],
)
def test_what_would_stand_open_or_cannot_be_kept_is_refused(
    run: Callable[..., Said], tmp_path: Path, words: tuple[str, ...], code: str
):
    said = run("serve", tmp_path, *words)
    assert (said.status, said.codes) == (2, [code])
    assert "s3cret" not in said.err


def test_a_folder_that_is_not_there_is_told(run: Callable[..., Said], tmp_path: Path):
    assert run("serve", tmp_path / "nowhere").codes == ["RS-C702"]


def test_a_desk_that_is_not_installed_says_how_to(
    run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk, "find_spec", lambda name: None if name == "fastapi" else object())
    said = run("serve", tmp_path)
    assert said.codes == ["RS-B810"]
    assert "roadstead[web]" in said.err


def test_a_worker_on_its_own_takes_plans_and_ends_with_ctrl_c(tmp_path: Path):
    (tmp_path / OWN).mkdir()
    engine = open_database(sqlite_url(tmp_path / OWN / DATABASE))
    plan_id = queue.new_id()
    # The case it asks for was never kept, so that what the worker says of it is a fault: no time is spent on a plan.
    queue.ask(engine, plan_id, "ann", Wish("harbour"))
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "work", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    for _ in range(1200):
        if not queue.planning(engine, plan_id).is_open:
            break
        time.sleep(0.1)
    found = queue.planning(engine, plan_id)
    engine.dispose()
    assert (found.state, found.faults[0].code) == (State.FAILED, "RS-S601")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in said


def test_a_port_that_is_taken_is_told(run: Callable[..., Said], tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = run("serve", tmp_path, "--port", other.getsockname()[1])
    assert said.codes == ["RS-C702"]
    assert "--port 0" in said.err
