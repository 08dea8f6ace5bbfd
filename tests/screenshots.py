"""What browsers saw in a run of the tests, kept to be looked at: one folder, emptied as a run begins."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).parents[1] / "build" / "screenshots"
TALLEST = 16_000
"""Pixels that a picture is high at most; browsers draw no higher ones."""


def emptied() -> None:
    """No picture of an earlier run is left."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def keep(page: Page, *named: object) -> None:
    """A page as it stands, from its top to where browsers draw no further, under a name of words that one test alone gives."""
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(map(str, named)).lower()).strip("-")
    FOLDER.mkdir(parents=True, exist_ok=True)
    wide, high = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    shown = {"x": 0, "y": 0, "width": wide, "height": min(high, TALLEST)}
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=shown, animations="disabled")
