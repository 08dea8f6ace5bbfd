"""Patches as values: what is set to what, which event comes true when, which named scenario holds; told as they were asked.

A patch changes what goes in, never what comes out of a stage: the case is rewritten (study/patched.py), and everything runs again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ANNUAL = (
    re.compile(r"(?P<event>.*?\S)\s+(?:(?:from|in)\s+)?(?P<year>(?:19|20)\d\d)(?:\s*年起?)?"),
    re.compile(r"(?P<event>.*?[\u4e00-\u9fff])\s*(?:自|从)?\s*(?P<year>(?:19|20)\d\d)(?:\s*年起?)?"),
    re.compile(r"(?P<event>.*?[\u4e00-\u9fff])??(?:自|从)?\s*(?P<year>(?:19|20)\d\d)\s*年起?[,，]?\s*(?P<more>.*\S)"),
)
"""What asks for an event: its name and the year from which it is certain; in Chinese the year may stand first, or within."""
NOT_EVER = re.compile(r"(?P<event>.*\S)\s+(?:never|从不|永不)")
"""What asks for an event not to come at all."""
DATED = re.compile(r"(?P<value>.*\S)\s*@\s*(?P<year>(?:19|20)\d\d)")
ASK_SET = "--set 'EU27/COUNTERVAILING/BYD Group=0.30', --set figures/case/fill=0.8"
ASK_EVENT = (
    "--event 'us_lets_in 2029' or --event 'USA opens 2029': an event and the year from which it is certain; "
    "--event 'us_lets_in never'"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A selector and the value that what it selects takes.

    Attributes
    ----------
    path
        The selector's parts: EU27, COUNTERVAILING, BYD Group; or figures, case, fill.
    value
        As written: a number, a word, or a factor such as x1.2.
    year
        Year from which it holds, of a measure; None for the whole horizon.
    """

    path: tuple[str, ...]
    value: str
    year: int | None = None

    @property
    def selector(self) -> str:
        """What is selected, in a line."""
        return "/".join(self.path)

    @property
    def text(self) -> str:
        """The patch in a line."""
        return f"{self.selector}={self.value}{'' if self.year is None else f'@{self.year}'}"


@dataclass(frozen=True, slots=True)
class Certain:
    """An event that is certain from a year on; ``level`` names one of its degrees, empty for the likeliest."""

    event: str
    year: int
    level: str = ""

    @property
    def text(self) -> str:
        """The patch in a line."""
        return f"{self.event}{':' if self.level else ''}{self.level} {self.year}"


@dataclass(frozen=True, slots=True)
class Never:
    """An event that comes on no path."""

    event: str

    @property
    def text(self) -> str:
        """The patch in a line."""
        return f"{self.event} never"


@dataclass(frozen=True, slots=True)
class Named:
    """A scenario of the case, or one in a file, by its name or path."""

    name: str

    @property
    def text(self) -> str:
        """The patch in a line."""
        return self.name


Patch = Setting | Certain | Never
Asked = Setting | Certain | Never | Named


def setting(text: str) -> Setting:
    """Read ``SELECTOR=VALUE``.

    Raises
    ------
    RoadsteadError
        RS-S733 where it is not of that form.
    """
    selector, equals, value = text.partition("=")
    path = tuple(part.strip() for part in selector.split("/"))
    value = value.strip()
    if not equals or not value or not all(path):
        message = "this is no selector with a value" if not equals else "something is missing before or after ="
        raise RoadsteadError(Fault(f"--set {text}", "RS-S733", message, ASK_SET))
    dated = DATED.fullmatch(value)
    return Setting(path, dated["value"], int(dated["year"])) if dated else Setting(path, value)


def event(text: str) -> Certain | Never:
    """Read ``EVENT YEAR`` or ``EVENT never``; a level of the event stands behind a colon.

    Raises
    ------
    RoadsteadError
        RS-S733 where it is of neither form.
    """
    if never := NOT_EVER.fullmatch(text.strip()):
        return Never(never["event"])
    found = _annual(text)
    if found is None:
        raise RoadsteadError(Fault(f"--event {text}", "RS-S733", "this is no event with a year", ASK_EVENT))
    asked, year = found
    name, _, level = asked.rpartition(":")
    # A title may hold a colon of its own: a level is one word.
    if name and " " not in level.strip():
        return Certain(name.strip(), year, level.strip())
    return Certain(asked, year)


def _annual(text: str) -> tuple[str, int] | None:
    """An event with its year, by the first form that fits."""
    found = next((match for form in ANNUAL if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    parts = found.groupdict("")
    return f"{parts['event']}{parts.get('more', '')}", int(found["year"])


def read(asked: str | Asked) -> Asked:
    """A patch as it is written in one place: ``SELECTOR=VALUE``, ``EVENT YEAR``, ``EVENT never``, or a scenario's name or file."""
    if not isinstance(asked, str):
        return asked
    if "=" in asked:
        return setting(asked)
    return event(asked) if NOT_EVER.fullmatch(asked.strip()) or _annual(asked) else Named(asked.strip())


def read_all(asked: Iterable[str | Asked]) -> tuple[Asked, ...]:
    """All patches in their order, with every one that is none told at once."""
    return _each(partial(read, one) for one in asked)


def patches(scenarios: Iterable[str], events: Iterable[str], settings: Iterable[str]) -> tuple[Asked, ...]:
    """What a command line asks for, in order: scenarios, events, values; all that are none are told at once."""
    readers: list[Callable[[], Asked]] = [partial(event, text) for text in events]
    readers += [partial(setting, text) for text in settings]
    return (*map(Named, scenarios), *_each(readers))


def _each(readers: Iterable[Callable[[], Asked]]) -> tuple[Asked, ...]:
    found: list[Asked] = []
    faults: list[Fault] = []
    for read_one in readers:
        try:
            found.append(read_one())
        except RoadsteadError as error:
            faults += error.faults
    raise_if_any(faults)
    return tuple(found)


def effective(patches: Iterable[Patch]) -> tuple[Patch, ...]:
    """The patches that count, in order: of two about the same thing the later one.

    The same thing is the same selector from the same year, or the same event. A factor does not stand in place of what was set before: it
    multiplies it, so it counts beside it.
    """
    kept: dict[object, Patch] = {}
    for i, patch in enumerate(patches):
        about: object
        match patch:
            case Certain() | Never():
                about = ("event", patch.event.casefold())
            case Setting() if factor(patch.value) is not None:
                about = i
            case Setting():
                about = (tuple(part.casefold() for part in patch.path), patch.year)
        kept.pop(about, None)
        kept[about] = patch
    return tuple(kept.values())


def factor(value: str) -> float | None:
    """The factor of a value such as ``x1.2``; None where it is none."""
    if value[:1] not in {"x", "×"}:
        return None
    return number(value[1:].strip())


def number(value: str) -> float | None:
    """A finite number as it is written; None where it is none."""
    try:
        found = float(value)
    except ValueError:
        return None
    return found if "_" not in value and abs(found) < float("inf") else None
