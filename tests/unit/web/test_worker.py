"""Workers: every plan is finished once, whoever is killed meanwhile, and a killed search is gone on from."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import hands
import pytest
from desks import small_case
from sqlalchemy.exc import OperationalError

from roadstead.study.store import verify
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import asking, queue, worker
from roadstead.web.database import open_database, sqlite_url
from roadstead.web.queue import State, Wish
from roadstead.web.serving import Crew
from roadstead.web.workplace import DATABASE, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from roadstead.web.settings import Desk

PATIENCE = 240.0
MANY, HANDS = 50, 2


def until(true: Callable[[], object]) -> None:
    """Wait; only a test that has failed waits to the end."""
    for _ in range(int(PATIENCE / 0.05)):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


@contextmanager
def hired(place: Workplace, url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that plan nothing; killed at the end."""
    command = [sys.executable, hands.__file__, str(place.folder), url]
    at_work = [subprocess.Popen(command) for _ in range(HANDS)]
    try:
        yield at_work
    finally:
        for process in at_work:
            process.kill()
            process.wait()


def replaced(at_work: list[subprocess.Popen[bytes]]) -> bool:
    """Start workers again that have left: on a busy machine one may be kept waiting until its lease has run out."""
    for i, process in enumerate(at_work):
        if process.poll() is not None:
            at_work[i] = subprocess.Popen(process.args)
    return True


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    found = Workplace(tmp_path)
    found.runs_folder.mkdir()
    found.own.mkdir()
    return found


def test_fifty_plans_all_finish_and_none_twice_though_workers_are_killed(place: Workplace, empty: str):
    engine = open_database(empty)
    ids = [queue.new_id() for _ in range(MANY)]
    for plan_id in ids:
        queue.ask(engine, plan_id, "ann", Wish("harbour"))

    def done() -> int:
        return sum(one.state == State.DONE for one in queue.listed(engine))

    with hired(place, empty) as at_work:
        until(lambda: done() >= 5)
        at_work[0].send_signal(signal.SIGKILL)
        at_work[0].wait()
        at_work.append(subprocess.Popen(at_work.pop(0).args))
        until(lambda: replaced(at_work) and done() == MANY)
    found = queue.listed(engine)
    engine.dispose()
    assert {one.plan_id for one in found} == set(ids)
    assert {one.run for one in found} == {path.parent.name for path in place.runs_folder.glob("*/manifest.json")}
    noted = Counter((place.runs_folder / hands.LOG).read_text().split())
    assert max(noted.values()) == 1
    # Whoever is killed between a run folder and its note leaves no note.
    assert len(noted) >= MANY - 1


def test_a_worker_killed_while_it_plans_is_replaced_by_one_that_goes_on(desk: Desk):
    place, engine = desk.workplace, desk.engine
    small_case(place.folder / "harbour")
    plan_id = asking.ask_for(desk, "ann", Wish("harbour", ("EU27/MFN=0.15",), gap=0.05))
    (place.folder / "harbour" / "case.yaml").unlink()  # what is planned is the case as it was when it was asked for
    crew = Crew(place, sqlite_url(place.own / DATABASE), 1, 1)
    try:
        # The comparisons begin once the plan's own search has ended, and all of that was kept.
        until(lambda: any(told.stage == "comparisons" for told in queue.told(engine, plan_id)))
        [process] = crew.at_work.values()
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not queue.planning(engine, plan_id).is_open)
        until(lambda: not list((place.own / worker.WAITING).iterdir()))
    finally:
        crew.close()
    found = queue.planning(engine, plan_id)
    assert (found.state, found.attempts, found.faults) == (State.DONE, 2, ())
    stages = [told.stage for told in queue.told(engine, plan_id)]
    assert stages.count("facts") == 2
    assert "resumed" in stages[stages.index("comparisons") :]
    [run] = [one for one in place.runs().values() if one.name != "first"]
    assert (run.name, run.patches) == (found.run, ("EU27/MFN=0.15",))
    assert run.currency == "USD"
    assert verify(run.folder).holds


def test_what_was_kept_for_plans_that_have_ended_is_taken_away(desk: Desk):
    [dropped, waits] = [asking.ask_for(desk, "ann", Wish("starter")) for _ in range(2)]
    queue.stop(desk.engine, dropped, queue.EARLY)
    kept = desk.workplace.own / worker.WAITING
    (kept / "being-asked-for").mkdir()
    worker.sweep(desk.workplace, desk.engine)
    assert {path.name for path in kept.iterdir()} == {waits, "being-asked-for"}


@pytest.fixture
def working(place: Workplace) -> Callable[[worker.Planner], queue.Planning]:
    """Work on one plan in this process, with a planner of the test's own."""

    def call(plan: worker.Planner) -> queue.Planning:
        engine = open_database(sqlite_url(place.own / DATABASE))
        plan_id = queue.new_id()
        queue.ask(engine, plan_id, "ann", Wish("harbour"))
        worker.work(place, engine, plan, goes_on=lambda: queue.planning(engine, plan_id).is_open)
        found = queue.planning(engine, plan_id)
        engine.dispose()
        return found

    return call


def test_what_is_wrong_with_a_case_is_told_to_who_asked_without_a_path(
    working: Callable[[worker.Planner], queue.Planning], place: Workplace
):
    fault = Fault("case.yaml:1:1", "RS-S702", "cannot be written: No space left on device", "room")

    def fails(*_: object) -> None:
        raise RoadsteadError(replace(fault, where=f"{place.folder}/case.yaml:1:1"))

    found = working(fails)
    assert (found.state, found.faults) == (State.FAILED, (fault,))


def test_what_nobody_foresaw_ends_the_plan_and_not_the_worker(
    working: Callable[[worker.Planner], queue.Planning], place: Workplace
):
    def fails(*_: object) -> None:
        raise ZeroDivisionError(f"in {place.folder}/case.yaml")

    found = working(fails)
    assert (found.state, found.faults[0].code) == (State.FAILED, "RS-B812")
    assert found.faults[0].message == "ZeroDivisionError: in case.yaml"
    assert working(hands.quick).state == State.DONE


def test_a_full_disk_is_told_as_one_and_without_a_path(working: Callable[[worker.Planner], queue.Planning]):
    def fails(case: Path, folder: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))

    found = working(fails)
    assert (found.state, found.faults[0].code) == (State.FAILED, "RS-B807")
    assert "No space left on device" in found.faults[0].message
    assert "/" not in found.faults[0].message


def test_a_plan_waits_for_room_on_a_full_disk(
    working: Callable[[worker.Planner], queue.Planning], monkeypatch: pytest.MonkeyPatch
):
    room, asked = iter([False, False, True]), []
    monkeypatch.setattr(worker, "has_room", lambda _: next(room))

    def fails_at_first(case: Path, folder: Path, *rest: object) -> None:
        asked.append(folder)
        if len(asked) == 1:
            raise RoadsteadError(Fault(str(folder), "RS-S702", "cannot be written: No space left on device"))
        hands.quick(case, folder, *rest)

    found = working(fails_at_first)
    assert (found.state, found.faults, len(asked)) == (State.DONE, (), 2)
    assert not list(room)


def test_a_fault_of_the_case_waits_for_no_room(
    working: Callable[[worker.Planner], queue.Planning], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker, "has_room", lambda _: False)

    def fails(*_: object) -> None:
        raise RoadsteadError(Fault("case.yaml:1:1", "RS-T101", "this file is missing"))

    assert working(fails).state == State.FAILED


def test_a_run_that_a_lost_worker_had_finished_is_not_planned_again(
    working: Callable[[worker.Planner], queue.Planning],
):
    def finishes_and_fails(case: Path, folder: Path, *rest: object) -> None:
        hands.quick(case, folder, *rest)
        raise RoadsteadError(Fault("", "RS-S701", "another was faster"))

    found = working(finishes_and_fails)
    assert (found.state, found.faults) == (State.DONE, ())


def test_a_plan_hears_that_it_is_to_end_early(working: Callable[[worker.Planner], queue.Planning], place: Workplace):
    heard = Event()

    def listens(
        case: Path, folder: Path, planning: queue.Planning, progress: worker.Progress, unfinished: Path
    ) -> None:
        other = open_database(sqlite_url(place.own / DATABASE))
        assert not progress.stopped()
        queue.stop(other, planning.plan_id, queue.EARLY)
        other.dispose()
        until(progress.stopped)
        heard.set()
        hands.quick(case, folder, planning, progress, unfinished)

    assert working(listens).state == State.DONE
    assert heard.is_set()


def test_an_answer_waits_for_a_database_that_is_away(
    working: Callable[[worker.Planner], queue.Planning], monkeypatch: pytest.MonkeyPatch
):
    real, away = queue.end, iter([True, True])

    def end(*given: object, **how: object) -> bool:
        if next(away, False):
            raise OperationalError("COMMIT", {}, Exception("disk is full"))
        return real(*given, **how)

    monkeypatch.setattr(queue, "end", end)
    assert working(hands.quick).state == State.DONE


def test_a_plan_dropped_while_it_runs_ends_its_worker_at_once(place: Workplace):
    engine = open_database(sqlite_url(place.own / DATABASE))
    plan_id = queue.new_id()
    queue.ask(engine, plan_id, "ann", Wish("harbour"))
    code = (
        "import sys, time; from pathlib import Path; from roadstead.web import worker, database, workplace\n"
        "place = workplace.Workplace(Path(sys.argv[1]))\n"
        "worker.work(place, database.open_database(sys.argv[2]), lambda *_: time.sleep(600), lease=1.0)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(place.folder), sqlite_url(place.own / DATABASE)])
    until(lambda: queue.planning(engine, plan_id).state == State.RUNNING)
    queue.stop(engine, plan_id, queue.AT_ONCE)
    assert process.wait(PATIENCE) == worker.LEFT
    assert queue.planning(engine, plan_id).state == State.DROPPED
    engine.dispose()


def test_a_worker_whose_desk_has_lost_its_database_says_so_and_makes_no_other(place: Workplace):
    (place.own / DATABASE).unlink(missing_ok=True)
    command = [sys.executable, "-m", "roadstead.web", str(place.folder), "mate", "1", str(os.getpid())]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=PATIENCE)
    assert (done.returncode, len(done.stderr.splitlines()), "[RS-B807]" in done.stderr) == (1, 1, True)
    assert not (place.own / DATABASE).exists()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_told_to_leave_hands_its_plan_back_and_that_is_no_attempt(place: Workplace, asked: signal.Signals):
    engine = open_database(sqlite_url(place.own / DATABASE))
    plan_id = queue.new_id()
    queue.ask(engine, plan_id, "ann", Wish("harbour"))
    code = (
        "import hashlib, sys; from pathlib import Path; from roadstead.web import serving\n"
        "deep = lambda *_: hashlib.pbkdf2_hmac('sha256', b'', b'', 2_000_000_000)  # native, and deaf to signals\n"
        "serving.planner = lambda threads: deep\n"
        "serving.work_here(Path(sys.argv[1]), name='mate')"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(place.folder)])
    try:
        until(lambda: queue.planning(engine, plan_id).state == State.RUNNING)
        process.send_signal(asked)
        assert process.wait(PATIENCE) == worker.BY_SIGNAL + asked
    finally:
        process.kill()
        process.wait()
    queue.release(engine, "mate", was_lost=False)  # as a desk does that has sent its workers away
    found = queue.planning(engine, plan_id)
    assert (found.state, found.attempts, found.worker) == (State.WAITING, 0, "")
    queue.stop(engine, plan_id, queue.EARLY)  # what it had found is not thrown away
    taken = queue.take(engine, "other")
    assert taken
    assert (taken.plan_id, taken.attempts, taken.stop) == (plan_id, 1, queue.EARLY)
    engine.dispose()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_desk_that_is_told_to_end_ends_its_workers_and_says_nothing(place: Workplace, asked: signal.Signals):
    code = (
        "import sys; from pathlib import Path; from roadstead.web import serving, settings\n"
        "serving.serve(Path(sys.argv[1]), settings.Settings(port=0), say=lambda address: print(address, flush=True))"
    )
    command = [sys.executable, "-c", code, str(place.folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    its_worker = 0
    try:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True)
        [its_worker] = map(int, found.stdout.split())
        os.kill(its_worker, signal.SIGSTOP)  # as one deep in a solver, it does not see by itself that the desk is gone
        process.send_signal(asked)
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == ""
        with pytest.raises(ProcessLookupError):
            os.kill(its_worker, 0)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        with suppress(ProcessLookupError):
            if its_worker:
                os.kill(its_worker, signal.SIGKILL)
