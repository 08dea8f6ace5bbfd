"""Time the web desk as a browser meets it: ready, first progress after the button, report, and every page of a stored run.

python -m benchmarks.desk [--only starter]

The desk runs in processes of its own over an empty folder, with the bundled cases. A page's first visit comes once the desk has come to
rest; processor time is that of the server alone, which other work on the machine moves least. It fails where an aim is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.clock import yardstick

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVE = "import sys; from roadstead.cli import main; sys.exit(main(['serve', sys.argv[1], '--port', '0']))"
PAGE, PROGRESS, REPORT = 0.2, 2.0, 5.0
"""What a page at the server, the first progress after the button, and the report may take. [s]"""
VISITS = 9
REST, PATIENCE = 2.5, 900.0
"""Time in which the server must have done nothing to be at rest, and time after which a plan is given up. [s]"""


@dataclass
class Desk:
    """A desk being served, and who is signed in."""

    process: subprocess.Popen[str]
    host: str
    cookie: str = ""
    csrf: str = ""
    missed: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """One request by a connection of its own."""
        connection = HTTPConnection(self.host, timeout=PATIENCE)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if form is not None:
            body = urlencode(form | {"csrf": self.csrf})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def worked(self) -> float:
        """Processor time of the server so far; nothing where the system does not tell. [s]"""
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def come_to_rest(self) -> float:
        """Wait until the server has nothing to do; how long that took. [s]"""
        began, before = time.perf_counter(), -1.0
        while (now := self.worked()) > before + 0.02:
            before = now
            time.sleep(REST)
        return time.perf_counter() - began

    def told(self, what: str, seconds: float, aim: float | None = None, note: str = "") -> None:
        """Print a row."""
        over = aim is not None and seconds > aim
        self.missed += [what] if over else []
        within = "" if aim is None else f"{'OVER' if over else 'within'} {aim:g} s"
        print(f"{what:44}{seconds:9.3f} s   {within:14} {note}", flush=True)


def opened(folder: str) -> Desk:
    """Serve a folder, sign in, and tell how long that took."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", SERVE, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"http://([\d.:]+)(/\S+)", process.stdout.readline())
    if found is None:
        raise SystemExit("the desk did not open")
    ready = time.perf_counter() - began
    desk = Desk(process, found[1])
    _, headers, _ = desk.ask("GET", found[2])
    desk.cookie = headers["set-cookie"].partition(";")[0]
    token = re.search(r'name="csrf" value="(\w+)"', desk.ask("GET", "/cases")[2].decode())
    assert token is not None
    desk.csrf = token[1]
    desk.told("ready", ready, note="from the command to the address")
    desk.told("first page", time.perf_counter() - began - ready, note="signing in and the page of cases, at once")
    desk.told("at rest", desk.come_to_rest(), note=f"{desk.worked():.1f} s of a processor so far")
    return desk


def planned(desk: Desk, case: str, patches: str) -> str:
    """Press the button and follow the plan to its end; its run."""
    began = time.perf_counter()
    _, headers, _ = desk.ask("POST", "/plans", {"case": case, "patches": patches})
    place = headers["location"]
    desk.told(f"{case}: button", time.perf_counter() - began, note="until its page is told")
    connection = HTTPConnection(desk.host, timeout=PATIENCE)
    connection.request("GET", f"/api/v1{place}/events", headers={"Cookie": desk.cookie})
    answer = connection.getresponse()
    told: dict[str, object] = {}
    is_first = True
    while line := answer.readline().decode():
        if line.startswith("data: {"):
            told = json.loads(line[6:])
            if is_first and told["stages"]:
                is_first = False
                desk.told(f"{case}: first progress", time.perf_counter() - began, PROGRESS)
        if line.startswith("event: ended"):
            break
    connection.close()
    desk.told(f"{case}: plan", time.perf_counter() - began, note=f"{told['state']}, on one processor")
    if told["state"] != "done":
        raise SystemExit(f"{case}: {told['faults']}")
    stages = {one["stage"]: one["seconds"] for one in told["stages"]}  # type: ignore[attr-defined]
    whole = told["ended_at"] - told["begun_at"]  # type: ignore[operator]
    desk.told(f"{case}: report", whole - stages["pages"], REPORT, "pages, workbook and run folder")
    return str(told["run"])


def pages(runs: dict[str, list[str]]) -> Iterator[str]:
    """Every page that is asked for."""
    yield from ("/cases", "/runs", "/plans", "/duty", "/outlook", "/outlook/fan.svg", "/outlook?market=DEU")
    yield from ("/outlook/fan.svg?market=DEU", "/futures")
    yield "/duty/quote?importer=USA&origin=MEX&powertrain=BEV&product=car&on=2026-07-01&value=20000&firm="
    for case, named in runs.items():
        yield from (f"/cases/{case}", f"/futures?case={case}", f"/cases/{case}?lang=zh")
        run = named[0]
        yield from (f"/runs/{run}", f"/runs/{run}/playbook", f"/runs/{run}/files/playbook.xlsx")
        if len(named) > 1:
            both = urlencode([("run", one) for one in named])
            yield from (f"/compare?{both}", f"/compare/page?{both}", f"/api/v1/comparison?{both}")


def visited(desk: Desk, path: str) -> None:
    """Visit a page several times; its first visit, and what the others took in the middle."""
    taken, status, size = [], 0, 0
    before = desk.worked()
    for visit in range(VISITS + 1):
        if visit == 1:
            before = desk.worked()
        began = time.perf_counter()
        status, _, body = desk.ask("GET", path)
        taken.append(time.perf_counter() - began)
        size = len(body)
    busy = (desk.worked() - before) / VISITS
    note = (
        f"then {1000 * statistics.median(taken[1:]):.0f} ms, of a processor {1000 * busy:.0f} ms, {size / 1000:,.0f} kB"
    )
    desk.told(path.partition("&")[0][:44], taken[0], PAGE, note if status == 200 else f"answered {status}")
    if status != 200:
        desk.missed.append(path)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--only", choices=("starter", "byd"), help="leave the other case out")
    asked = parser.parse_args()
    cases = (asked.only,) if asked.only else ("starter", "byd")
    print(f"yardstick {1000 * yardstick():.1f} ms (docs/benchmarks.md says on which machine it takes how long)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        desk = opened(folder)
        try:
            runs = {case: [planned(desk, case, "")] for case in cases}
            if "starter" in runs:  # two of the quicker case to compare
                runs["starter"].append(planned(desk, "starter", "EU27/MFN=0.2"))
            desk.ask("GET", "/runs")
            desk.come_to_rest()
            for path in pages(runs):
                visited(desk, path)
        finally:
            desk.process.send_signal(signal.SIGINT)
            desk.process.wait(60)
    print(f"missed: {', '.join(desk.missed)}" if desk.missed else "every aim is met")
    return 1 if desk.missed else 0


if __name__ == "__main__":
    sys.exit(main())
