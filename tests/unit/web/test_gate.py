"""Who is let into the desk, and what every answer of it carries."""

from __future__ import annotations

import errno
import os
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from desks import visitor
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from roadstead.terms.errors import RoadsteadError
from roadstead.web import asking, live, people, queue
from roadstead.web.app import build
from roadstead.web.database import begun, reading
from roadstead.web.gate import HEADERS, MOST_BYTES
from roadstead.web.queue import Wish
from roadstead.web.rates import Rate, Rates
from roadstead.web.settings import Desk, Settings, must_be_guarded
from roadstead.web.workplace import Workplace

if TYPE_CHECKING:
    from desks import Visitor
    from sqlalchemy import Engine

PAGES = ("/", "/cases", "/runs", "/runs/first", "/runs/first/playbook", "/runs/first/everything.zip")
TRAVERSALS = (
    "%2e%2e",
    "x%2f..%2ffirst",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2f.desk%2fdesk.sqlite",
    "....//....//etc/passwd",
    "%00",
    "first%00.html",
    "C:%5Cwindows",
    "/etc/passwd",
    ".desk",
)


def test_a_stranger_is_sent_to_sign_in(stranger: TestClient):
    for path in PAGES:
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?to={path}")


def test_a_link_to_runs_side_by_side_leads_there_through_signing_in(desk: Desk, stranger: TestClient):
    link = "/compare?run=a&run=b%20c"
    asked = stranger.get(link).headers["location"]
    field = re.search(r'name="to" value="([^"]*)"', stranger.get(asked).text)
    assert field
    token = people.one_time_token(desk.engine)
    assert stranger.post("/sign-in", data={"token": token, "to": unescape(field[1])}).headers["location"] == link


def test_a_program_without_a_token_is_told_so(stranger: TestClient):
    answer = stranger.get("/api/v1/openapi.json")
    assert answer.status_code == 401
    assert answer.json()["faults"][0]["code"] == "RS-B801"


def test_a_token_lets_in_once(desk: Desk, stranger: TestClient):
    token = people.one_time_token(desk.engine)
    first = stranger.get("/sign-in", params={"token": token, "to": "/runs"})
    assert (first.status_code, first.headers["location"]) == (303, "/runs")
    assert stranger.get("/runs").status_code == 200
    with TestClient(build(desk), base_url="http://127.0.0.1", follow_redirects=False) as another:
        assert another.get("/sign-in", params={"token": token}).status_code == 401
        assert another.get("/runs").status_code == 303


def test_a_token_does_not_wait_for_ever(desk: Desk, stranger: TestClient):
    token = people.one_time_token(desk.engine)
    with begun(desk.engine) as connection:
        connection.execute(text("UPDATE tokens SET ends_at = ends_at - 3601"))
    assert stranger.get("/sign-in", params={"token": token}).status_code == 401


@pytest.mark.parametrize("to", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(desk: Desk, stranger: TestClient, to: str):
    answer = stranger.get("/sign-in", params={"token": people.one_time_token(desk.engine), "to": to})
    assert answer.headers["location"] == "/"


def test_no_secret_stands_in_the_database(desk: Desk, owner: Visitor):
    token = people.add_person(desk.engine, "ann")
    cookie = owner.client.cookies["roadstead"]
    with reading(desk.engine) as connection:
        kept = [
            str(tuple(row))
            for table in ("tokens", "sessions")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(kept) == 2
    assert not [row for row in kept if token in row or cookie in row]


def test_a_person_keeps_a_token_until_it_is_taken_away(desk: Desk, stranger: TestClient):
    token = people.add_person(desk.engine, "ann")
    visitor(stranger, token)
    stranger.cookies.clear()
    ann = {"authorization": f"Bearer {token}"}
    assert stranger.get("/runs", headers=ann).status_code == 200
    assert people.people(desk.engine) == ("ann",)
    assert people.remove_person(desk.engine, "ann")
    assert stranger.get("/runs", headers=ann).status_code == 303


def test_a_reader_looks_and_takes_away_and_changes_nothing(desk: Desk, stranger: TestClient):
    token = people.add_person(desk.engine, "board", reads_only=True)
    board = visitor(stranger, token)
    plan_id = queue.new_id()
    queue.ask(desk.engine, plan_id, "ann", Wish("starter"))
    for path in ("/cases/starter", "/runs/first", "/runs/first/everything.zip", f"/plans/{plan_id}", "/workbook"):
        answer = board.get(path)
        assert answer.status_code == 200
        assert b"<button>Plan" not in answer.content
        assert b"Drop it" not in answer.content
    for path, fields in (
        ("/plans", {"case": "starter"}),
        (f"/plans/{plan_id}/stop", {"how": "at_once"}),
        ("/cases", {}),
    ):
        refused = board.post(path, **fields)
        assert (refused.status_code, "RS-B814" in refused.text) == (403, True)
    bearer = {"authorization": f"Bearer {token}"}
    assert stranger.post("/api/v1/plans", json={"case": "starter"}, headers=bearer).status_code == 403
    assert [one.state for one in queue.listed(desk.engine)] == [queue.State.WAITING]
    assert board.post("/sign-out").headers["location"] == "/sign-in"


def test_a_new_token_ends_the_old_one_and_its_sessions(desk: Desk, stranger: TestClient):
    visitor(stranger, people.add_person(desk.engine, "ann"))
    people.add_person(desk.engine, "ann")
    assert stranger.get("/runs").status_code == 303


@pytest.mark.parametrize("path", ["/plans/{}/events", "/api/v1/plans/{}/events"])
def test_who_is_let_in_no_longer_hears_no_more(
    desk: Desk, stranger: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "LOOK", 0.01)
    monkeypatch.setattr(live, "STILL_THERE", 0.02)
    plan_id = queue.new_id()
    queue.ask(desk.engine, plan_id, "ann", Wish("starter"))
    ann = {"authorization": f"Bearer {people.add_person(desk.engine, 'ann')}"}
    told = live.look

    def look(engine: Engine, of: str) -> live.Seen:
        people.remove_person(engine, "ann")  # as soon as she listens
        return told(engine, of)

    monkeypatch.setattr(live, "look", look)
    heard = stranger.get(path.format(plan_id), headers=ann)
    assert heard.text.count("event: progress") == 1
    assert "event: ended" not in heard.text


def test_signing_out_ends_the_session(owner: Visitor):
    cookie = owner.client.cookies["roadstead"]
    assert owner.post("/sign-out").status_code == 303
    owner.client.cookies.set("roadstead", cookie)
    assert owner.get("/runs").status_code == 303


@pytest.mark.parametrize("csrf", [None, "", "0" * 64])
def test_a_form_from_elsewhere_changes_nothing(owner: Visitor, csrf: str | None):
    answer = owner.client.post("/sign-out", data={} if csrf is None else {"csrf": csrf})
    assert answer.status_code == 403
    assert "RS-B804" in answer.text
    assert owner.get("/runs").status_code == 200


def test_a_form_that_the_browser_says_is_from_elsewhere_is_refused(owner: Visitor):
    answer = owner.client.post("/sign-out", data={"csrf": owner.csrf}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_the_cookie_is_kept_from_scripts_and_other_sites(desk: Desk, stranger: TestClient):
    answer = stranger.get("/sign-in", params={"token": people.one_time_token(desk.engine)})
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "secure" not in said  # a browser keeps such a cookie from plain HTTP, which a desk of one's own speaks


def test_behind_https_the_cookie_stays_there(desk: Desk, stranger: TestClient):
    token = people.one_time_token(desk.engine)
    answer = stranger.get("/sign-in", params={"token": token}, headers={"x-forwarded-proto": "https"})
    assert "; secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("path", ["/cases", "/runs/first", "/runs/none", "/static/desk.css", "/nowhere", "/sign-in"])
def test_every_answer_carries_the_headers(owner: Visitor, path: str):
    said = owner.get(path).headers
    assert {name for name in HEADERS if name not in said} == set()
    assert "unsafe" not in said["content-security-policy"]


def test_a_playbook_may_be_framed_by_the_desk_alone_and_runs_nothing(owner: Visitor):
    policy = owner.get("/runs/first/playbook").headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "localhost:80@example.org", ""])
def test_a_name_that_is_not_the_desks_is_refused(owner: Visitor, host: str):
    answer = owner.get("/runs", headers={"host": host})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["localhost:8642", "127.0.0.1", "[::1]:8642"])
def test_the_desk_answers_to_the_loopbacks_names(host: str):
    assert Settings().answers_to(host)


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (Settings(host="fd00::5"), "[fd00::5]:8642"),
        (Settings(names=("Desk.Example.org",)), "desk.example.org"),
        (Settings(names=("desk.example.org",)), "DESK.example.org:443"),
    ],
)
def test_the_desk_answers_to_its_own_address_and_names_however_written(settings: Settings, host: str):
    assert settings.answers_to(host)
    assert not settings.answers_to(f"x{host}")


@pytest.mark.parametrize("shelf", ["/runs/{}", "/runs/first/files/{}", "/static/{}", "/cases/{}"])
def test_no_name_leads_out_of_the_lists(owner: Visitor, shelf: str):
    for name in TRAVERSALS:
        answer = owner.get(shelf.format(name))
        assert answer.status_code == 404, name
        assert "root:" not in answer.text


def test_more_than_a_form_holds_is_refused(owner: Visitor):
    said = owner.client.post("/sign-out", content=b"x" * (MOST_BYTES + 1))
    assert said.status_code == 413

    def drip():
        for _ in range(MOST_BYTES // 1024 + 2):
            yield b"csrf=" + b"x" * 1024

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert owner.client.post("/sign-out", content=drip(), headers=form).status_code == 413


def test_trying_tokens_is_slowed_down(stranger: TestClient):
    statuses = [stranger.get("/sign-in", params={"token": f"guess-{i}"}).status_code for i in range(12)]
    assert statuses[:8] == [401] * 8
    assert statuses[-1] == 429


def test_a_bucket_fills_again():
    at = [0.0]
    rates = Rates(Rate(2.0, 0.5), clock=lambda: at[0])
    assert [rates.allows("a"), rates.allows("a"), rates.allows("a"), rates.allows("b")] == [True, True, False, True]
    at[0] = 2.0
    assert [rates.allows("a"), rates.allows("a")] == [True, False]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "desk.example.org"])
def test_others_are_let_near_only_where_people_are_told_apart(desk: Desk, host: str):
    with pytest.raises(RoadsteadError) as refused:
        must_be_guarded(Settings(host=host), desk.engine)
    assert refused.value.faults[0].code == "RS-B802"
    must_be_guarded(Settings(host=host, user_header="x-user", proxies=frozenset({"192.0.2.1"})), desk.engine)
    people.add_person(desk.engine, "ann")
    must_be_guarded(Settings(host=host), desk.engine)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_the_loopback_needs_nobody(desk: Desk, host: str):
    must_be_guarded(Settings(host=host), desk.engine)


def test_a_header_that_anybody_might_send_is_refused(desk: Desk):
    with pytest.raises(RoadsteadError):
        must_be_guarded(Settings(user_header="x-user"), desk.engine)


@pytest.mark.parametrize(
    ("header", "proxy"),
    [("", "192.0.2.1"), ("x-user", "proxy.example.org"), ("x-user", "FD00::5"), ("x-user", "10.0.0.0/8")],
)
def test_a_proxy_that_would_never_be_believed_is_told(desk: Desk, header: str, proxy: str):
    with pytest.raises(RoadsteadError) as refused:
        must_be_guarded(Settings(user_header=header, proxies=frozenset({proxy})), desk.engine)
    assert refused.value.faults[0].code == "RS-B802"


@pytest.mark.parametrize(("proxies", "status"), [(frozenset({"testclient"}), 200), (frozenset({"192.0.2.1"}), 303)])
def test_a_proxys_header_counts_from_the_proxy_alone(desk: Desk, proxies: frozenset[str], status: int):
    behind = Desk(desk.workplace, desk.engine, Settings(user_header="x-user", proxies=proxies))
    with TestClient(build(behind), base_url="http://127.0.0.1", follow_redirects=False) as client:
        assert client.get("/runs", headers={"x-user": "ann"}).status_code == status
        assert client.get("/runs", headers=[("x-user", "owner"), ("x-user", "ann")]).status_code == 303
        assert client.get("/runs").status_code == 303


def test_a_database_that_is_gone_gives_a_clear_page(owner: Visitor, desk: Desk):
    with begun(desk.engine) as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO elsewhere"))
    answer = owner.get("/runs")
    assert answer.status_code == 503
    assert "RS-B807" in answer.text
    assert "SELECT" not in answer.text
    with begun(desk.engine) as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO sessions"))
    assert owner.get("/runs").status_code == 200


def test_where_a_database_lies_is_told_to_its_keeper_alone(desk: Desk, caplog: pytest.LogCaptureFixture):
    nobody = create_engine("postgresql+psycopg://keeper@127.0.0.1:9/desk")
    with TestClient(build(Desk(desk.workplace, nobody)), base_url="http://127.0.0.1") as client:
        for answer in (
            client.get("/runs", headers={"authorization": "Bearer none"}),
            client.get("/sign-in", params={"token": "none"}),
        ):
            assert (answer.status_code, "RS-B807" in answer.text, "port 9" in answer.text) == (503, True, False)
    nobody.dispose()
    assert caplog.text.count("port 9") == 2


def test_a_full_disk_gives_a_clear_page_and_leaves_nothing_half_done(
    owner: Visitor, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(asking.shutil, "copyfile", full)
    answer = owner.post("/plans", case="starter")
    assert answer.status_code == 503
    assert "No space left on device" in answer.text
    assert queue.listed(desk.engine) == ()
    monkeypatch.undo()
    assert owner.post("/plans", case="starter").status_code == 303


def test_what_nobody_foresaw_says_nothing_of_the_inside(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(Workplace, "runs", broken)
    with TestClient(
        build(desk), base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False
    ) as client:
        visitor(client, people.one_time_token(desk.engine))
        answer = client.get("/runs")
    assert answer.status_code == 500
    assert "RS-B812" in answer.text
    assert "the inside" not in answer.text


def test_faults_have_a_chinese_name_on_chinese_pages(owner: Visitor):
    assert "工作台没有此名称的内容" in owner.get("/runs/none?lang=zh").text
    assert "工作台没有此名称的内容" not in owner.get("/runs/none?lang=en").text
