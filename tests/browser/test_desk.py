"""The web desk in a browser, served for real: nothing from outside, readable, and alive while processes are killed."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openpyxl
import pytest
from desks import made_up_run, small_case
from playwright.sync_api import expect
from screenshots import keep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
SERVE = "import sys; from roadstead.cli import main; sys.exit(main(sys.argv[1:]))"
ADDRESS = re.compile(r"http://\S+")
PATIENCE = 120_000
"""Only a test that has failed waits so long. [ms]"""
PAGES = (
    "/cases", "/cases/starter", "/runs", "/runs/first", "/plans", "/compare", "/duty", "/outlook?market=BRA", "/futures?case=harbour",
)  # fmt: skip
WIDTHS = (1280, 390)


@dataclass
class Served:
    """A desk that is being served, and the context of somebody who has signed in."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    context: BrowserContext

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> str:
        """Serve; the address at which one signs in."""
        command = [sys.executable, "-c", SERVE, "serve", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        with self.process.stdout as said:
            found = ADDRESS.search(said.readline())
            said.readline()
        assert found, "the desk did not say where it is"
        return found[0]

    @contextmanager
    def page(self, width: int = 1280, scheme: str = "light", called: str = "") -> Iterator[Page]:
        """A page whose requests and messages are looked at as it closes; of one that is called something a picture is kept."""
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith((self.base, "data:")) else troubles.append(one.url))
        yield page
        if called:
            keep(page, "desk", called, scheme, width)
        page.close()
        assert troubles == []


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk")
    small_case(folder / "harbour")
    (folder / "runs").mkdir()
    made_up_run(folder / "runs" / "first")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    desk = Served(folder, port, None, browser.new_context())
    page = desk.context.new_page()
    page.goto(desk.start())
    assert page.url == f"{desk.base}/cases"
    page.close()
    yield desk
    desk.context.close()
    desk.process.send_signal(signal.SIGINT)
    desk.process.wait(60)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_every_page_fits_and_asks_nobody_else(served: Served, width: int, language: str, scheme: str):
    with served.page(width, scheme) as page:
        for path in PAGES:
            page.goto(f"{served.base}{path}{'&' if '?' in path else '?'}lang={language}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[language]
            ink, paper = page.locator("body").evaluate(
                "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
            )
            assert (brightness(ink) > brightness(paper)) == (scheme == "dark"), path
            keep(page, "desk", path, language, scheme, width)


def brightness(colour: str) -> int:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_fields_have_names_and_the_menu_is_passed_with_one_key(served: Served):
    with served.page() as page:
        page.goto(f"{served.base}/cases/starter")
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('main input, main select, main textarea, main button')]
                .filter(e => e.type !== 'hidden')
                .filter(e => !(e.labels && e.labels.length) && !e.ariaLabel && !e.textContent.trim())
                .map(e => e.name)"""
        )
        assert nameless == []
        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_quote_follows_what_is_typed_and_declared(served: Served):
    with served.page(called="typed quote") as page:
        page.goto(f"{served.base}/duty?lang=en")
        duty = page.locator("#quote dd").first
        page.locator("#on").fill("2026-07-01")
        page.locator("#origin").fill("MEX")
        page.locator("#importer").fill("USA")
        expect(duty).to_contain_text("27.5%")
        page.locator("select[name='fact qualifies.USMCA']").select_option("true")
        expect(duty).not_to_contain_text("27.5%")
        page.locator("#importer").fill("Atlantis")
        expect(page.locator("#quote .faults")).to_contain_text("Atlantis")


def test_what_is_declared_while_an_answer_is_under_way_is_kept(served: Served):
    with served.page() as page:
        page.goto(
            f"{served.base}/duty?lang=en&importer=USA&origin=MEX&powertrain=BEV&product=car&on=2026-07-01&value=20000&firm="
        )
        duty = page.locator("#quote dd").first
        expect(duty).to_contain_text("27.5%")
        page.route("**/duty/quote?*", lambda _: None)  # the answer waits until that is taken back
        with page.expect_request("**/duty/quote?*"):
            page.locator("#value").fill("30000")
        page.locator("select[name='fact qualifies.USMCA']").select_option("true")
        page.unroute("**/duty/quote?*")
        expect(duty).to_contain_text("25% US$7,500")


def handed_in(page: Page, book: Path) -> None:
    page.locator("#packed").set_input_files(book)
    page.get_by_role("button", name="Take it in").click()


def test_a_workbook_is_filled_in_handed_in_and_planned_through_a_killed_server(served: Served, tmp_path: Path):
    with served.context.new_page() as page:
        page.goto(f"{served.base}/cases?lang=en")
        with page.expect_download() as handed:
            page.locator("a[href='/cases/harbour/workbook']").click()
        assert handed.value.suggested_filename == "harbour.xlsx"
        handed.value.save_as(tmp_path / "mine.xlsx")
        filled_in = openpyxl.load_workbook(tmp_path / "mine.xlsx")
        sound = filled_in["Models"]["G4"].value
        filled_in["Models"]["G4"], filled_in["Volumes"]["C4"] = 85, "4,000"
        filled_in.save(tmp_path / "bad.xlsx")
        handed_in(page, tmp_path / "bad.xlsx")
        expect(page.locator(".faults-table tbody th")).to_contain_text(["Models!G4", "Volumes!C4"], timeout=PATIENCE)
        filled_in["Models"]["G4"], filled_in["Volumes"]["C4"] = sound, 4000
        filled_in.save(tmp_path / "good.xlsx")
        handed_in(page, tmp_path / "good.xlsx")
        expect(page).to_have_url(f"{served.base}/cases/harbour-motors", timeout=PATIENCE)
        page.locator("input[name='rate GBR/GBR-001']").fill("15")
        page.locator("#gap").fill("5")
        page.get_by_role("button", name="Plan it").press("Enter")
        expect(page.locator(".stages li").first).to_be_visible(timeout=PATIENCE)
        served.process.kill()
        served.process.wait()
        served.start()
        expect(page.locator(".state")).to_have_text("done", timeout=PATIENCE)
        assert "/plans/" in page.url
        page.get_by_role("link", name="Read the result").click()
        expect(page.locator("dl.worth dd").first).to_contain_text("bn")
        assert "GBR/GBR-001=0.15" in page.locator("header").inner_text()
        frame = page.locator("iframe.document")
        expect(page.frame_locator("iframe.document").locator("h1")).to_have_text("Harbour Motors")
        page.wait_for_timeout(100)
        assert frame.bounding_box()["height"] > 3000
        keep(page, "desk", "result", "light", 1280)
    with served.page(390, called="result") as page:
        run = next(path.name for path in (served.folder / "runs").iterdir() if path.name.startswith("harbour"))
        page.goto(f"{served.base}/runs/{run}?lang=en")
        expect(page.frame_locator("iframe.document").locator("h1")).to_have_text("Harbour Motors")
        with page.expect_download() as handed:
            page.get_by_role("link", name="Workbook").click()
        assert handed.value.suggested_filename == f"{run}-playbook.xlsx"
