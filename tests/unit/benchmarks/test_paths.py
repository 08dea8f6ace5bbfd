"""The measurement of paths: what it prints, and that it fails where the fast way and the plain one disagree."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import paths


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr("sys.argv", ["paths", *options])
    monkeypatch.setattr(paths, "yardstick", lambda: 0.01)
    monkeypatch.setattr(paths, "SIZES", ((1, 2, 3, 4), (1, 2, 3, 5)))
    return paths.main()


def test_a_small_measurement_tells_both_ways_and_the_trees(monkeypatch, capsys):
    assert run(monkeypatch, "--paths", "60", "--plain", "5") == 0
    told = capsys.readouterr().out
    assert "the first 5 are the same to the last bit: yes" in told
    assert "ratio for each path" in told
    assert "1-2-3-5" in told
    assert "five seeds" in told


def test_another_bit_fails_it(monkeypatch, capsys):
    plain = paths.plain_path
    monkeypatch.setattr(paths, "plain_path", lambda world, seed, i: plain(world, seed + (i == 1), i))
    assert run(monkeypatch, "--paths", "60", "--plain", "2") == 1
    assert "NO" in capsys.readouterr().out


def test_no_more_paths_are_drawn_the_plain_way_than_in_all(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--paths", "5", "--plain", "6")
    assert "no more than in all" in capsys.readouterr().err


def test_the_invented_world_is_of_the_size_that_is_promised():
    world = paths.invented_world()
    assert len(world.hazards) == 30
    assert len(world.years) == 12
    assert len(world.economy.exchange.currencies) == 20
    assert np.linalg.eigvalsh(world.economy.exchange.correlation)[0] > 0.0
