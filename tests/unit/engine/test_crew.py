"""Crew: built once, asked again and again; errors come home, and a lost worker's share is taken over."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from roadstead.engine.crew import Crew

if TYPE_CHECKING:
    from pathlib import Path

DIVIDING = partial(partial, divmod)
"""Of a seed: what divides it by a task."""


@pytest.mark.parametrize("seeds", [(7,), (7, 9)])
def test_answers_come_in_order_and_errors_come_home(seeds: tuple[int, ...]):
    with Crew(DIVIDING, lambda hands: seeds[:hands], len(seeds)) as crew:
        assert crew.ask([2] * len(seeds)) == [divmod(seed, 2) for seed in seeds]
        with pytest.raises(ZeroDivisionError):
            crew.ask([0] * len(seeds))
        assert crew.ask([4] * len(seeds)) == [divmod(seed, 4) for seed in seeds]


def test_the_share_of_a_lost_worker_is_taken_over():
    with Crew(DIVIDING, lambda hands: (7, 9)[:hands], 2) as crew:
        assert crew.ask([2, 2]) == [(3, 1), (4, 1)]
        crew.workers[1].kill()
        crew.workers[1].join()
        assert crew.ask([2, 2]) == [(3, 1), (4, 1)]
        assert crew.ask([3, 4]) == [(2, 1), (2, 1)]


UNGUARDED = """
from functools import partial
from roadstead.engine.crew import Crew
seed = b"1" * 1_000_000
with Crew(partial(partial, max), lambda hands: (seed, seed), 2) as crew:
    print(crew.ask([b"2", b"3"]))
"""


def test_workers_that_end_as_they_start_are_not_waited_for(tmp_path: Path):
    """A script without `if __name__ == "__main__"` is run again by each of its workers, who are refused workers of their own."""
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120.0, check=False)
    assert done.stdout.splitlines() == ["[b'2', b'3']"], done.stderr
    assert "if __name__ == '__main__'" in done.stderr
