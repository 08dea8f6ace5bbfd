"""The queue of plans on both databases: in order, held by one worker at a time, ended once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import database, people, queue
from roadstead.web.database import begun, open_database, reading, sqlite_url
from roadstead.web.queue import AT_ONCE, EARLY, State, Wish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

WISH = Wish("harbour", ("EU27/MFN=0.2", "us_lets_in 2029"), "zh", gap=0.02)
PATIENCE = 60.0


def ask(engine: Engine, count: int = 1) -> list[str]:
    ids = [queue.new_id() for _ in range(count)]
    for plan_id in ids:
        queue.ask(engine, plan_id, "ann", WISH)
    return ids


def run_out(engine: Engine) -> None:
    """Leases of all workers run out."""
    with begun(engine) as connection:
        connection.execute(text("UPDATE plans SET lease_until = lease_until - 1000"))


def test_the_schema_is_the_same_on_both(engine: Engine):
    found = inspect(engine)
    for table in database.metadata.sorted_tables:
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert list(columns) == [column.name for column in table.columns]
        for column in table.columns:
            assert columns[column.name]["nullable"] == column.nullable, column
            assert columns[column.name]["type"].python_type is column.type.python_type, column
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]


def test_many_may_open_a_new_database_at_once(empty: str):
    with ThreadPoolExecutor(8) as pool:
        engines = list(pool.map(open_database, [empty] * 8))
    with reading(engines[0]) as connection:
        assert connection.execute(text("SELECT count(*) FROM schema_steps")).scalar_one() == len(database.STEPS)
    for engine in engines:
        engine.dispose()


def test_an_older_database_is_brought_up_to_date_and_keeps_what_it_holds(empty: str, monkeypatch: pytest.MonkeyPatch):
    steps = database.STEPS
    monkeypatch.setattr(database, "STEPS", steps[:1])
    engine = open_database(empty)
    with begun(engine) as connection:
        row = {"digest": people.digest("secret"), "person": "ann"}
        asked = "INSERT INTO tokens (digest, person, once, made_at) VALUES (:digest, :person, 0, 0)"
        connection.execute(text(asked), row)
    engine.dispose()
    monkeypatch.setattr(database, "STEPS", steps)
    engine = open_database(empty)
    assert people.holder(engine, "secret") == people.Who("ann")
    engine.dispose()


def test_a_file_that_is_gone_is_missed_and_found_again_where_it_was(tmp_path: Path):
    path, away = tmp_path / "queue.sqlite", tmp_path / "away"
    away.mkdir()
    engine = open_database(sqlite_url(path))
    queue.ask(engine, "0" * 16, "ann", Wish("starter"))
    files = [one.name for one in tmp_path.glob("queue.*")]
    for name in files:
        (tmp_path / name).rename(away / name)
    with pytest.raises(OperationalError, match="its file is gone or cannot be reached"):
        queue.listed(engine)
    with pytest.raises(RoadsteadError, match="RS-B807"):
        open_database(sqlite_url(path), may_be_new=False)
    assert not list(tmp_path.glob("queue.*")), "an empty one in its place would be taken for it"
    for name in files:
        (away / name).rename(tmp_path / name)
    assert [one.plan_id for one in queue.listed(engine)] == ["0" * 16]
    engine.dispose()


def test_what_is_written_goes_into_the_file_that_took_anothers_place(tmp_path: Path):
    path = tmp_path / "queue.sqlite"
    engine = open_database(sqlite_url(path))
    with begun(engine) as connection:
        connection.execute(text("INSERT INTO tokens (digest, person, once, made_at) VALUES ('x', 'ann', 0, 0)"))
    with sqlite3.connect(path) as before, sqlite3.connect(tmp_path / "copy") as copy:
        before.backup(copy)
    before.close()
    copy.close()
    for one in tmp_path.glob("queue.sqlite*"):
        one.unlink()
    (tmp_path / "copy").rename(path)
    queue.ask(engine, "0" * 16, "ann", Wish("starter"))
    engine.dispose()
    engine = open_database(sqlite_url(path))
    assert (people.people(engine), [one.number for one in queue.listed(engine)]) == (("ann",), [1])
    engine.dispose()


def test_a_database_of_a_newer_roadstead_is_left_alone(engine: Engine, empty: str):
    with begun(engine) as connection:
        connection.execute(text(f"INSERT INTO schema_steps (step, taken_at) VALUES ({len(database.STEPS) + 1}, 0)"))
    with pytest.raises(RoadsteadError, match="newer") as refused:
        open_database(empty)
    assert refused.value.faults[0].code == "RS-B807"


def test_a_wish_comes_back_as_it_was_asked(engine: Engine):
    [plan_id] = ask(engine)
    found = queue.planning(engine, plan_id)
    assert (found.wish, found.state, found.number, found.person) == (WISH, State.WAITING, 1, "ann")


def test_plans_are_taken_in_order_and_each_by_one_worker(engine: Engine):
    ids = ask(engine, 12)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda i: queue.take(engine, f"worker-{i}"), range(14)))
    assert sorted(one.number for one in taken if one) == list(range(1, 13))
    assert {one.plan_id for one in taken if one} == set(ids)


def test_a_worker_that_is_gone_loses_its_plan_and_its_word(engine: Engine):
    [plan_id] = ask(engine)
    queue.take(engine, "first")
    assert queue.take(engine, "second") is None
    assert queue.renew(engine, plan_id, "first") == 0
    run_out(engine)
    again = queue.take(engine, "second")
    assert again is not None
    assert (again.plan_id, again.attempts) == (plan_id, 2)
    assert queue.renew(engine, plan_id, "first") is None
    queue.tell(engine, plan_id, "first", "plan", {})
    assert not queue.end(engine, plan_id, "first", State.DONE, run="a")
    assert queue.end(engine, plan_id, "second", State.DONE, run="b")
    assert not queue.end(engine, plan_id, "second", State.DONE, run="c")
    found = queue.planning(engine, plan_id)
    assert (found.state, found.run, queue.told(engine, plan_id)) == (State.DONE, "b", ())


def while_another_changes(engine: Engine, change: str, call: Callable[[], Any]) -> Any:
    """What a call answers that begins while another transaction has changed the plans and not yet committed."""
    with ThreadPoolExecutor(1) as pool:
        with begun(engine) as connection:
            connection.execute(text(f"UPDATE plans SET {change}"))
            answer = pool.submit(call)
            assert wait([answer], 0.5).not_done  # it waits for the row, or for the whole database
        return answer.result(PATIENCE)


def test_a_plan_taken_over_this_moment_is_not_ended_by_who_lost_it(engine: Engine):
    [plan_id] = ask(engine)
    queue.take(engine, "first")
    assert not while_another_changes(
        engine, "worker = 'second'", lambda: queue.end(engine, plan_id, "first", State.FAILED)
    )
    assert queue.planning(engine, plan_id).state == State.RUNNING


@pytest.mark.parametrize(
    "change", ["state = 'done', run = 'a', lease_until = NULL", "lease_until = lease_until + 2000"]
)
def test_a_plan_ended_or_held_again_this_moment_is_not_taken(engine: Engine, change: str):
    [plan_id] = ask(engine)
    queue.take(engine, "first")
    run_out(engine)
    assert while_another_changes(engine, change, lambda: queue.take(engine, "second")) is None
    found = queue.planning(engine, plan_id)
    assert (found.worker, found.attempts) == ("first", 1)


def test_a_plan_that_kills_its_workers_is_given_up(engine: Engine):
    [plan_id, other] = ask(engine, 2)
    for i in range(queue.MOST_ATTEMPTS):
        taken = queue.take(engine, f"worker-{i}")
        assert taken is not None
        assert taken.plan_id == plan_id
        queue.release(engine, f"worker-{i}")
    taken = queue.take(engine, "last")
    assert taken is not None
    assert taken.plan_id == other
    found = queue.planning(engine, plan_id)
    assert (found.state, found.faults[0].code) == (State.FAILED, "RS-B808")


def test_a_worker_that_is_sent_away_has_not_failed(engine: Engine):
    ask(engine)
    for i in range(queue.MOST_ATTEMPTS + 2):
        assert queue.take(engine, f"worker-{i}")
        queue.release(engine, f"worker-{i}", was_lost=False)


def test_plans_end_when_they_are_asked_to(engine: Engine):
    [first, second] = ask(engine, 2)
    queue.take(engine, "worker")
    queue.stop(engine, first, EARLY)
    queue.stop(engine, second, EARLY)
    assert queue.renew(engine, first, "worker") == EARLY
    assert queue.planning(engine, second).state == State.DROPPED
    queue.stop(engine, first, AT_ONCE)
    queue.stop(engine, first, EARLY)
    assert queue.renew(engine, first, "worker") == AT_ONCE
    run_out(engine)
    assert queue.take(engine, "another") is None
    assert queue.planning(engine, first).state == State.DROPPED


def test_no_more_wait_than_are_let_in(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    ask(engine, 2)
    with pytest.raises(RoadsteadError) as refused:
        ask(engine)
    assert refused.value.faults[0].code == "RS-B811"
    queue.take(engine, "worker")
    ask(engine)
    assert [one.number for one in queue.listed(engine)] == [3, 2, 1]
    assert queue.before(engine, 3) == 2


def test_news_comes_in_order_and_faults_come_back(engine: Engine):
    [plan_id] = ask(engine)
    queue.take(engine, "worker")
    queue.tell(engine, plan_id, "worker", "facts", {})
    queue.tell(engine, plan_id, "worker", "plan", {"gap": 0.25})
    heard = queue.told(engine, plan_id)
    assert [(one.number, one.stage, one.detail) for one in heard] == [(1, "facts", {}), (2, "plan", {"gap": 0.25})]
    fault = Fault("case.yaml:1:1", "RS-S601", "“quoted”; 引号", "more")
    queue.end(engine, plan_id, "worker", State.FAILED, faults=(fault,))
    assert queue.planning(engine, plan_id).faults == (fault,)


@pytest.mark.parametrize("name", ["' OR 1=1 --", "\0", "\ud800", "0123456789abcdef"])
def test_a_plan_nobody_asked_for_is_not_there(engine: Engine, name: str):
    with pytest.raises(RoadsteadError) as refused:
        queue.planning(engine, name)
    assert refused.value.faults[0].code == "RS-B803"


def test_a_token_spent_by_two_at_once_lets_in_one(engine: Engine):
    token = people.one_time_token(engine)
    with ThreadPoolExecutor(4) as pool:
        let_in = list(pool.map(lambda _: people.sign_in(engine, token), range(4)))
    assert sum(secret is not None for secret in let_in) == 1
    assert people.in_session(engine, next(filter(None, let_in)))


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://ann:s3cret@127.0.0.1:9/desk", "nonsense", "mysql://x", "sqlite:////no/such/folder/x.db"],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(url: str):
    with pytest.raises(RoadsteadError) as refused:
        open_database(url)
    assert refused.value.faults[0].code == "RS-B807"
    assert "s3cret" not in str(refused.value)
