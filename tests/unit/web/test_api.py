"""What programs are told: the same as people, with statuses that the description names."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from desks import visitor
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.testclient import TestClient

from roadstead.web import people, queue
from roadstead.web.app import build
from roadstead.web.rates import Rate, Rates
from roadstead.web.settings import Desk, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = 12
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
)


@pytest.fixture
def ann(desk: Desk) -> Iterator[TestClient]:
    """A program with Ann's token."""
    bearer = {"authorization": f"Bearer {people.add_person(desk.engine, 'ann')}"}
    with TestClient(build(desk), base_url="http://127.0.0.1", headers=bearer) as client:
        yield client


@pytest.fixture
def schema(desk: Desk) -> Any:
    """The description, of a desk that also answers to the name under which it is asked here, as often as it likes."""
    desk = Desk(desk.workplace, desk.engine, Settings(names=("testserver",)), Rates(Rate(1e9, 1.0)))
    bearer = {"authorization": f"Bearer {people.add_person(desk.engine, 'ann')}"}
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", build(desk), headers=bearer).exclude(
        path_regex="events"
    )


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_question_breaks_what_the_description_says(schema: Any, mode: GenerationMode):
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        with suppress(Unsatisfiable):  # where nothing can be asked there is no wrong question
            ask()
            asked.append(operation.label)
    assert len(asked) >= 8


def test_what_is_described_is_of_this_version(ann: TestClient):
    told = ann.get("/api/v1/openapi.json").json()
    assert told["info"]["title"] == "Roadstead"
    assert not [path for path in told["paths"] if not path.startswith("/api/v1/")]


def test_a_program_plans_by_name(ann: TestClient, desk: Desk):
    wanted = {"case": "starter", "patches": ["figures/case/fill=0.8", "high_walls"], "gap": 0.05, "language": "zh"}
    answer = ann.post("/api/v1/plans", json=wanted)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["person"], told["ahead"], told["patches"]) == ("waiting", "ann", 0, wanted["patches"])
    assert ann.get(f"/api/v1/plans/{told['plan_id']}").json() == told
    ended = ann.post(f"/api/v1/plans/{told['plan_id']}/stop", json={"how": "at_once"}).json()
    assert ended["state"] == "dropped"
    assert [one["plan_id"] for one in ann.get("/api/v1/plans").json()] == [told["plan_id"]]
    assert queue.planning(desk.engine, told["plan_id"]).wish.gap == 0.05


def test_faults_are_told_as_the_command_line_tells_them(ann: TestClient):
    answer = ann.post("/api/v1/plans", json={"case": "starter", "patches": ["figures/nothing=1"]})
    assert answer.status_code == 422
    [fault] = answer.json()["faults"]
    assert fault["code"] == "RS-S731"
    assert fault["where"] == "--set figures/nothing=1"


def test_a_session_must_prove_itself_to_change_something(desk: Desk, stranger: TestClient):
    owner = visitor(stranger, people.one_time_token(desk.engine))
    wanted = {"case": "starter"}
    assert stranger.post("/api/v1/plans", json=wanted).status_code == 403
    assert stranger.post("/api/v1/plans", json=wanted, headers={"x-csrf-token": owner.csrf}).status_code == 201


def test_a_program_reads_runs_duties_and_levers(ann: TestClient):
    [run] = ann.get("/api/v1/runs").json()
    assert (run["name"], run["npv"], run["currency"]) == ("first", 2.5e9, "EUR")
    assert ann.get("/api/v1/runs/first").json() == run
    assert ann.get("/api/v1/runs/first/files/tables/flows.parquet").content == b"PAR1"
    asked = {
        "importer": "EU27",
        "origin": "CHN",
        "powertrain": "BEV",
        "on": "2025-03-01",
        "value": 20000,
        "firm": "BYD",
    }
    assert ann.get("/api/v1/duty", params=asked).json()["total_duty_rate"] == pytest.approx(0.27)
    found = ann.get("/api/v1/cases/starter/levers").json()
    assert {lever["selector"] for lever in found["duties"]} >= {"EU27/EU27-001", "GBR/GBR-001"}
    assert {one["name"] for one in ann.get("/api/v1/cases").json()} == {"byd", "starter"}
