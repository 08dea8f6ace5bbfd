"""What is seen of a plan in the making: lines in a log, one line on a terminal, and an end to it on Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import threading
import time

import pytest
from rich.console import Console

from roadstead.cli import interrupt, progress
from roadstead.cli.interrupt import interruptible
from roadstead.footprint.session import News


def log() -> Console:
    return Console(file=io.StringIO(), width=120)


def test_a_log_has_a_line_a_stage():
    console = log()
    with progress.Watch(console) as watch:
        for stage in ("facts", "plan", "playbook"):
            watch.begin(stage)
    lines = console.file.getvalue().splitlines()
    assert [line.partition(" (")[0] for line in lines] == ["reading the case", "planning", "telling the playbook"]


def test_a_log_does_not_repeat_itself(monkeypatch):
    console = log()
    clock = iter([0.0, 0.0, *(float(i) for i in range(1, 13))])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.Watch(console) as watch:
        watch.begin("plan")
        for i in range(12):
            watch.gap(News(10e9, 12e9 - i * 1e8, 6e9, float(i)))
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "planning (0 s)"
    assert lines[1:] == [
        "planning: best NPV 10.00 bn, bound 11.60 bn, gap 40 % of value added, 16 % of NPV (5 s)",
        "planning: best NPV 10.00 bn, bound 11.10 bn, gap 27.5 % of value added, 11 % of NPV (10 s)",
    ]


@pytest.mark.parametrize(
    ("value", "bound", "told"),
    [
        (float("-inf"), 12e9, "no plan yet"),
        (10e9, float("inf"), "best NPV 10.00 bn, no bound yet"),
        (-1e9, 2e9, "best NPV -1.00 bn, no bound yet"),
        (10e9, 9.99e9, "gap 0 % of NPV"),
    ],
)
def test_bounds_that_are_not_there_yet(value, bound, told):
    watch = progress.Watch(log())
    watch.gap(News(value, bound, float("-inf"), 1.0))
    assert watch.detail.endswith(told)


def test_a_terminal_shows_one_live_line_and_leaves_nothing():
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with progress.Watch(console) as watch:
        watch.begin("comparisons")
        watch.done(2, 7)
        assert watch.live is not None
        watch.live.refresh()
        assert "planning again for comparison: 2 of 7" in console.file.getvalue()
    assert watch.live is None
    assert console.file.getvalue().endswith("\x1b[2K"), "the line is wiped as the work ends"


def test_work_gives_back_its_result_or_its_error():
    assert interruptible(lambda: threading.current_thread().name, tidy=lambda: None) == "plan"

    def fails():
        raise LookupError("as told")

    with pytest.raises(LookupError, match="as told"):
        interruptible(fails, tidy=lambda: None)


def interrupted_wait(monkeypatch):
    """The waiting thread meets Ctrl-C as it waits for the first time."""
    wait = interrupt._Work.has_ended
    met = []

    def first_raises(self, within):
        if not met:
            met.append(True)
            raise KeyboardInterrupt
        return wait(self, within)

    monkeypatch.setattr(interrupt._Work, "has_ended", first_raises)


@pytest.fixture
def left(monkeypatch) -> list[int]:
    """The status with which the process leaves, without leaving."""
    statuses = []

    def leave(status):
        statuses.append(status)
        raise SystemExit(status)

    monkeypatch.setattr(interrupt.os, "_exit", leave)
    return statuses


def test_an_interrupt_ends_work_whose_workers_are_gone(monkeypatch, left):
    interrupted_wait(monkeypatch)
    ended = threading.Event()

    def falls_over():
        time.sleep(0.2)
        ended.set()
        raise LookupError("the workers are gone")

    with pytest.raises(SystemExit):
        interruptible(falls_over, tidy=lambda: None)
    assert ended.is_set()
    assert left == [130]


def test_an_interrupt_that_comes_too_late_loses_nothing(monkeypatch):
    interrupted_wait(monkeypatch)
    assert interruptible(lambda: time.sleep(0.2) or "written", tidy=lambda: None) == "written"


def test_an_interrupt_leaves_work_that_does_not_listen(monkeypatch, capsys, left):
    interrupted_wait(monkeypatch)
    monkeypatch.setattr(interrupt, "GRACE", 0.05)
    tidied, release = [], threading.Event()
    with pytest.raises(SystemExit):
        interruptible(release.wait, tidy=lambda: tidied.append(True))
    release.set()
    assert (left, tidied) == ([130], [True])
    assert interrupt.MESSAGE in capsys.readouterr().err


def test_the_first_interrupt_ends_a_plan_early_and_the_second_leaves():
    watch = progress.Watch(log())
    watch.begin("facts")
    assert not watch.end_early(), "nothing to end with yet"
    watch.begin("plan")
    assert not watch.stopped()
    assert watch.end_early()
    assert watch.stopped()
    assert not watch.end_early(), "asked before"
    assert "best plan so far" in watch.console.file.getvalue()


def test_an_interrupt_ends_what_flexibility_is_worth_early():
    watch = progress.Watch(log())
    watch.begin("comparisons")
    assert not watch.end_early(), "these have to be finished"
    watch.begin("flexibility")
    assert watch.end_early()
    assert watch.stopped()
    assert "telling what has been worked out" in watch.console.file.getvalue()


def test_work_asked_to_end_is_waited_for():
    """An interrupt that the work listens to gives what it has."""
    begun, ended = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        ended.wait(30.0)
        return "the best so far"

    def interrupt_when_begun() -> None:
        begun.wait(30.0)
        os.kill(os.getpid(), signal.SIGINT)

    def end_early() -> bool:
        ended.set()
        return True

    threading.Thread(target=interrupt_when_begun).start()
    met = interruptible(work, tidy=lambda: pytest.fail("it leaves at once"), end_early=end_early)
    assert met == "the best so far"
