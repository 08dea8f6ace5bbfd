"""A crew on a cluster: built once, asked again and again, as in processes; a lost worker costs time, never an answer."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from clusters import Counting, Dying, refusing, running

from roadstead.engine import cluster as engine
from roadstead.engine.cluster import ClusterCrew, Share, asked, hold
from roadstead.engine.hire import hire, must_be_reached
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clusters import Cluster

DIVIDING = partial(partial, divmod)
"""Of a seed: what divides it by a task."""


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    """Two workers, which the last test ends."""
    with running(2) as cluster:
        yield cluster


def dealt(count: int) -> list[int]:
    return [7, 9, 11, 13][:count]


def dying(folder: Path) -> Callable[[int], list[tuple[int, Path]]]:
    return lambda count: [(seed, folder / "died") for seed in dealt(count)]


def codes(error: RoadsteadError) -> list[str]:
    return [fault.code for fault in error.faults]


def test_answers_come_in_order_and_errors_come_home(two: Cluster):
    with ClusterCrew(DIVIDING, dealt, two.address) as crew:
        assert crew.ask([2, 2]) == [(3, 1), (4, 1)]
        with pytest.raises(ZeroDivisionError):
            crew.ask([2, 0])
        assert crew.ask([4, 4]) == [(1, 3), (2, 1)]


def test_what_is_built_is_kept_each_on_its_worker(two: Cluster):
    with hire(Counting, dealt, workers=1, cluster=two.address) as crew:
        for times in (1, 2, 3):
            found = crew.ask([1, 1])
            assert [told[:2] for told in found] == [(8, times), (10, times)]
        assert {told[2] for told in found} == set(two.pids().values())


def test_more_shares_than_workers(two: Cluster):
    with ClusterCrew(DIVIDING, dealt, two.address, workers=4) as crew:
        assert sorted(crew.homes) == sorted([*two.pids()] * 2)
        assert crew.ask([2, 2, 2, 2]) == [(3, 1), (4, 1), (5, 1), (6, 1)]


def test_an_error_of_building_comes_home_too(two: Cluster):
    with ClusterCrew(refusing, dealt, two.address) as crew, pytest.raises(LookupError):
        crew.ask([1, 1])


def test_nothing_stays_behind_on_the_workers(two: Cluster):
    with ClusterCrew(Counting, dealt, two.address) as crew:
        crew.ask([1, 1])
        assert any(two.client.has_what().values())
    until = time.monotonic() + 20
    while any(two.client.has_what().values()):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_where_the_scheduler_is_lost_the_work_goes_on_here(two: Cluster):
    """As the client tells it: it closes once it cannot come back."""
    with ClusterCrew(DIVIDING, dealt, two.address) as crew:
        assert crew.ask([2, 2]) == [(3, 1), (4, 1)]
        crew._client.close()
        assert crew.ask([3, 4]) == [(2, 1), (2, 1)]
        assert crew.homes == []
        assert crew.ask([2, 2]) == [(3, 1), (4, 1)]


def test_another_version_is_refused(two: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "_release", lambda: "9.9")
    with pytest.raises(RoadsteadError) as met:
        ClusterCrew(DIVIDING, dealt, two.address)
    assert codes(met.value) == ["RS-E803", "RS-E803"]


def test_a_share_is_never_copied():
    """Dask may move what a worker holds: a program that came without its solver would be worse than none."""
    share = hold(DIVIDING, 7)
    assert asked(share, 2) == (True, (3, 1))
    copied = pickle.loads(pickle.dumps(share))
    assert isinstance(copied, Share)
    assert asked(copied, 2) == (False, None)


def test_workers_of_its_own_listen_to_this_machine_alone_and_end_with_it():
    with hire(Counting, dealt, workers=1, cluster="local") as crew:
        ((_, _, pid),) = crew.ask([1])
        assert pid != os.getpid()
        addresses = [*crew.homes, crew._cluster.scheduler_address, *services(crew._cluster)]
        assert all("127.0.0.1" in address for address in addresses)
    until = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < until
        time.sleep(0.05)


def services(cluster) -> list[str]:
    return [str(socket.getsockname()) for socket in cluster.scheduler.http_server._sockets.values()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "nonsense", "tcp://127.0.0.1"])
def test_what_is_not_there_is_told_in_time(address: str, monkeypatch: pytest.MonkeyPatch):
    """A port that listens but does not speak Dask among them."""
    monkeypatch.setattr(engine, "CONNECT", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        with pytest.raises(RoadsteadError) as met:
            hire(DIVIDING, dealt, workers=1, cluster=address.format(port=silent.getsockname()[1]))
        assert codes(met.value) == ["RS-E802"]
        assert time.monotonic() - began < 20


def test_a_worker_is_no_scheduler(two: Cluster):
    with pytest.raises(RoadsteadError, match="is no scheduler, but a worker"):
        must_be_reached(next(iter(two.pids())))


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "CONNECT", 2.0)
    with running(0) as cluster, pytest.raises(RoadsteadError, match=r"has no worker.*RS-E802"):
        must_be_reached(cluster.address)


@pytest.mark.parametrize("address", ["local", "tcp://127.0.0.1:8786"])
def test_dask_that_is_not_installed_is_told(address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RoadsteadError, match=r"roadstead\[cluster\]") as met:
        must_be_reached(address)
    assert codes(met.value) == ["RS-E801"]


def test_without_a_cluster_nothing_is_looked_for():
    must_be_reached(None)


def test_what_lost_workers_held_is_built_again(two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One ends in the middle of an answer, one comes, then all end between two answers: nothing is lost, whatever is left."""
    monkeypatch.setattr(engine, "PATIENCE", 0.6)
    with ClusterCrew(Dying, dying(tmp_path), two.address) as crew:
        assert crew.ask([9, 9]) == [63, 81]
        assert (tmp_path / "died").exists()
        assert len(set(crew.homes)) == 1
        two.start(1)
        assert crew.ask([5, 6]) == [35, 54]
        assert len(set(crew.homes)) == 2
        two.kill(*crew.homes)
        assert crew.ask([3, 4]) == [21, 36]
        assert crew.homes == []
        assert crew.ask([4, 4]) == [28, 36]
