"""The engine: one function over many tasks, here or in processes, in the order of the tasks."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import errands
import pytest
from errands import divides, ends_elsewhere, later_is_quicker, refuses_two, slow_square, square

from roadstead.engine.local import map_tasks, map_until
from roadstead.terms.errors import Fault, RoadsteadError


@pytest.mark.parametrize("workers", [1, 2])
def test_results_keep_the_order_of_the_tasks(workers: int):
    found = map_tasks(later_is_quicker, range(4), workers=workers)
    assert [task for task, _ in found] == [0, 1, 2, 3]
    here = {process == os.getpid() for _, process in found}
    assert here == {workers == 1}


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_counts_to_the_end(workers: int):
    told: list[tuple[int, int]] = []
    assert map_tasks(square, [3, 1, 2], workers=workers, progress=lambda *news: told.append(news)) == [9, 1, 4]
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_comes_back_as_it_was(workers: int):
    """With its place and its code, across the border of a process."""
    with pytest.raises(RoadsteadError) as caught:
        map_tasks(refuses_two, [1, 2, 3], workers=workers)
    assert caught.value.faults == (Fault("plan", "RS-F504", "no plan was found", "more seconds"),)


@pytest.mark.parametrize("workers", [1, 2])
def test_any_other_error_comes_back_too(workers: int):
    with pytest.raises(ZeroDivisionError):
        map_tasks(divides, [1, 0], workers=workers)


@pytest.mark.parametrize("workers", [0, 1, 2, 8])
def test_nothing_to_do_is_done_at_once(workers: int):
    told: list[tuple[int, int]] = []
    assert map_tasks(square, [], workers=workers, progress=lambda *news: told.append(news)) == []
    assert told == []


def test_a_single_task_stays_in_this_process():
    """A process is not worth starting for it, and what it does need not be known elsewhere."""
    assert map_tasks(lambda task: (task, os.getpid()), ["alone"], workers=8) == [("alone", os.getpid())]


def test_no_process_is_left_behind():
    map_tasks(square, [1, 2, 3], workers=2)
    with pytest.raises(ZeroDivisionError):
        map_tasks(divides, [0, 1, 2], workers=2)
    assert multiprocessing.active_children() == []


def test_the_tasks_of_a_lost_worker_are_done_here():
    told: list[tuple[int, int]] = []
    me = os.getpid()
    assert map_tasks(ends_elsewhere, [me, me], workers=2, progress=lambda *news: told.append(news)) == [me, me]
    assert told[-2:] == [(1, 2), (2, 2)]


POOL = "from roadstead.engine.local import map_tasks; map_tasks(lingers, [folder] * 2, workers=2)"
CREW = "from roadstead.engine.crew import Crew; Crew(lingering, lambda hands: [folder] * hands, 2).ask(['', ''])"


@pytest.mark.parametrize("work", [POOL, CREW])
def test_workers_end_with_a_parent_that_is_killed(work: str, tmp_path: Path):
    """Those who work and those with an answer to send, and none of them with a traceback."""
    script = f"import sys; from errands import *; folder = sys.argv[1]; {work}"
    paths = os.pathsep.join([str(Path(errands.__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env=os.environ | {"PYTHONPATH": paths}, stderr=subprocess.PIPE
    )
    ends = time.monotonic() + 60.0
    while len(list(tmp_path.iterdir())) < 2:
        assert time.monotonic() < ends
        time.sleep(0.02)
    parent.kill()
    (tmp_path / "enough").touch()
    _, said = parent.communicate(timeout=60.0)  # workers hold the same pipe: it ends with the last of them
    assert b"Traceback" not in said


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_begins_once_it_is_over(workers: int):
    """What has been done counts, in the order of the tasks; the others are none."""
    told: list[tuple[int, int]] = []
    found = map_until(
        slow_square,
        list(range(40)),
        workers=workers,
        over=lambda: len(told) >= 3,
        progress=lambda *news: told.append(news),
    )
    done = [i for i, value in enumerate(found) if value is not None]
    assert 3 <= len(done) < 40
    assert all(found[i] == i * i for i in done)


def test_where_it_is_never_over_all_is_done():
    assert map_until(square, [3, 1, 2], workers=1, over=lambda: False) == [9, 1, 4]
