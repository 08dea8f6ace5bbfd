"""Answers that pages keep, and what is worked out before anybody asks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from roadstead.web import asking, warmth
from roadstead.web.kept import kept

if TYPE_CHECKING:
    from roadstead.web.settings import Desk


def test_who_asks_for_what_is_being_worked_out_waits_for_it():
    begun, may_end, count = threading.Event(), threading.Event(), []

    @kept(2)
    def answer(of: int) -> int:
        count.append(of)
        begun.set()
        may_end.wait()
        return of * 2

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(answer, 1)
        begun.wait()
        second = pool.submit(answer, 1)
        may_end.set()
        assert (first.result(), second.result(), count) == (2, 2, [1])
    assert [answer(of) for of in (2, 3, 1)] == [4, 6, 2]
    assert count == [1, 2, 3, 1], "the one asked for longest ago was forgotten"


def test_what_was_raised_is_told_and_not_kept():
    fails = iter([True, False])

    @kept(2)
    def answer() -> int:
        if next(fails):
            raise OSError("away")
        return 1

    with pytest.raises(OSError, match="away"):
        answer()
    assert answer() == 1


def test_a_desk_is_made_ready_while_nobody_asks(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    done, again = [], threading.Event()

    def fails() -> None:
        raise ValueError("an unsound case")

    def steps(_: Desk) -> list[object]:
        if done:
            again.set()
        return [fails, lambda: done.append(1)]

    monkeypatch.setattr(warmth, "steps", steps)
    monkeypatch.setattr(warmth, "PAUSE", 0.02)
    kept_ready = warmth.Warmth(desk, quiet=0.02)
    try:
        assert not again.wait(0.3), "who is not visited does nothing"
        desk.visits.note()
        assert again.wait(60)
    finally:
        kept_ready.close()


def test_a_case_that_cannot_be_looked_at_keeps_nothing_else_from_being_made_ready(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def gone(_: object) -> int:
        raise FileNotFoundError("taken away meanwhile")

    monkeypatch.setattr(asking, "last_change", gone)
    told = list(warmth.steps(desk))
    with pytest.raises(FileNotFoundError):
        told[2]()


def test_every_step_of_an_empty_workplace_can_be_taken(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desk.workplace, "cases", dict)
    monkeypatch.setattr(desk.workplace, "runs", dict)
    for step in warmth.steps(desk):
        step()
