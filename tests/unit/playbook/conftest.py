"""The starter case's plan, read in the words of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.playbook.reading import Names, Reading

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.study.study import Run


@pytest.fixture(scope="session")
def book(starter_run: Run) -> Book:
    return starter_run.book


@pytest.fixture(scope="session")
def reading(starter_run: Run) -> Reading:
    ready, solved = starter_run.ready, starter_run.solved
    study = ready.study
    names = Names(
        study.names,
        {event.event_id: (event.title, event.title_zh) for event in study.events.values()},
        ready.grown.names,
    )
    return Reading(ready.grown.tree, ready.evaluation, solved.plan, solved.certificate, names)
