"""Decomposition on a cluster: the same plan as in processes, whatever becomes of the workers on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from clusters import running
from prospects import invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint.ground import ground
from roadstead.footprint.method import chosen
from roadstead.footprint.search import Search
from roadstead.footprint.session import Session
from roadstead.footprint.solve import Effort, Solved, prove, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clusters import Cluster

    from roadstead.footprint.session import News

GAP = 0.02


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two workers with two threads each, one of which the last test ends."""
    with running(2, threads=2) as started:
        yield started


@pytest.fixture(scope="module")
def problem():  # type: ignore[no-untyped-def]
    return as_prospect(generate("tiny", 0))


@pytest.fixture(scope="module")
def in_processes(problem) -> Solved:  # type: ignore[no-untyped-def]
    return solve(*problem, Effort(gap=GAP, workers=1, method="decomposition"))


def check(found: Solved, other: Solved, problem) -> None:  # type: ignore[no-untyped-def]
    """Both within the gap of what both prove: neither plan above the other's bound; the proof holds here."""
    assert found.method == "decomposition"
    assert found.gap_value_added <= GAP + 1e-6
    assert found.certificate.value <= other.bound * (1 + 1e-9)
    assert other.certificate.value <= found.bound * (1 + 1e-9)
    assert found.standing == pytest.approx(other.standing, rel=1e-9)
    assert prove(*problem, found.proof) == found.bound_certified


def test_node_years_of_a_cluster_earn_what_they_earn_here(cluster: Cluster):
    made = invented(3)
    at = ground(made.tree, made.prospect, ())
    with Search(at, 1, cluster=cluster.address) as search, Search(at, 1) as alone:
        assert 1 < len(search.shares) <= 4
        for share in (0.0, 0.3, 1.0):
            point = share * np.minimum(at.decided.program.ceiling, 1.0)
            found, known = search.answers(point), alone.answers(point)
            assert found.value == pytest.approx(known.value, rel=1e-9, abs=1e-9)
            assert found.cuts.at(at.states.at(point)) == pytest.approx(known.cuts.at(at.states.at(point)), rel=1e-7)


def test_the_same_plan_as_in_processes(cluster: Cluster, problem, in_processes: Solved):
    found = solve(*problem, Effort(gap=GAP, method="decomposition", cluster=cluster.address))
    check(found, in_processes, problem)
    assert found.reason.endswith("on a cluster")


def test_one_program_has_no_use_for_a_cluster_and_says_so(problem):
    """Not even for one that is not there."""
    found = solve(*problem, Effort(gap=0.5, method="extensive", cluster="tcp://127.0.0.1:1"))
    assert found.reason == "asked for; the cluster has no part in it"
    assert "cluster" not in chosen(problem[1], None)[1]


def test_a_worker_lost_on_the_way_costs_nothing_but_time(cluster: Cluster, problem, in_processes: Solved):
    """Ended without a word, in the third round: the rest goes on on the other worker."""
    told: list[News] = []

    def tell(news: News) -> None:
        told.append(news)
        if len(told) == 3:
            cluster.kill(min(cluster.pids()))

    found = solve(
        *problem, Effort(gap=GAP, method="decomposition", cluster=cluster.address), session=Session(tell=tell)
    )
    assert len(told) > 3
    assert len(cluster.pids()) == 1
    check(found, in_processes, problem)
