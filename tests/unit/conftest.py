"""The starter case, evaluated and planned once for all tests that look at what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roadstead.footprint.solve import Effort
from roadstead.study.entries import AssumptionsEntry
from roadstead.study.growing import begin
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import store
from roadstead.study.study import prepare, run
from roadstead.study.template import new_case

if TYPE_CHECKING:
    from roadstead.study.growing import Begun
    from roadstead.study.spec import Study
    from roadstead.study.study import Ready, Run

STARTER = Path(__file__).parents[2] / "cases" / "starter"


@pytest.fixture(scope="session")
def starter_study() -> Study:
    return read_study(STARTER)


@pytest.fixture(scope="session")
def starter_ready(starter_study: Study) -> Ready:
    """Evaluated on its tree, not planned."""
    return prepare(starter_study, Quiet())


@pytest.fixture(scope="session")
def starter_run(starter_study: Study) -> Run:
    """Planned within a hundredth of value added; what assumptions weigh is left to its own tests.

    What flexibility is worth has all the time it needs: on a busy machine the case's own would leave questions open.
    """
    in_time = starter_study.case.flexibility.model_copy(update={"times": 100.0})
    less = {"assumptions": AssumptionsEntry(most=0), "flexibility": in_time}
    case = starter_study.case.model_copy(update=less)
    with solver_silenced():
        return run(
            replace(starter_study, case=case), effort=Effort(gap=0.01, seconds=300.0, workers=1), progress=Quiet()
        )


@pytest.fixture(scope="session")
def stored(starter_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its run folder; a test that spoils it spoils a copy."""
    return store(starter_run, tmp_path_factory.mktemp("runs") / "first")


@pytest.fixture(scope="session")
def grown_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The starter case with a tree grown from paths in place of its declared one."""
    folder = tmp_path_factory.mktemp("grown") / "case"
    new_case(folder, grown=True)
    return read_study(folder)


@pytest.fixture(scope="session")
def grown_begun(grown_study: Study) -> Begun:
    """Its outlook and its tree."""
    return begin(grown_study, Quiet())
