"""Who does the work: processes of this machine, or the workers of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.engine.crew import Crew

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.engine.base import Deal, Hands


def must_be_reached(cluster: str | None) -> None:
    """Raise where a cluster is given and is not there: before long work, not after."""
    if cluster is not None:
        from roadstead.engine.cluster import must_be_reached as reached

        reached(cluster)


def hire(
    build: Callable[[Any], Callable[[Any], Any]], deal: Deal[Any], *, workers: int, cluster: str | None = None
) -> Hands[Any, Any]:
    """Hands that hold what ``build`` makes of the seeds ``deal`` gives for so many of them.

    ``cluster`` is the address of a Dask scheduler, or ``local`` for workers that are started here and end with the work.

    Raises
    ------
    RoadsteadError
        RS-E801 where Dask is not installed, RS-E802 where no cluster or no worker of it is reached.
    """
    if cluster is None:
        return Crew(build, deal, max(workers, 1))
    from roadstead.engine.cluster import ClusterCrew

    return ClusterCrew(build, deal, cluster, workers)
