"""The form of a case: what a person fills in becomes what-if patches, the same that `roadstead plan` takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, cast

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.queue import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.datastructures import FormData

PERCENT = 100.0
MOST_PATCHES = 200
RATE, SHARE, CHANGE, PIN, EVENT, SINCE = "rate ", "share ", "change ", "pin ", "event ", "since "
"""What names of fields begin with; the selector, line or event stands behind."""


def wish_of(form: FormData, language: Literal["en", "zh"]) -> Wish:
    """What a form wishes.

    Raises
    ------
    RoadsteadError
        RS-B809 for every field that cannot be read.
    """
    faults: list[Fault] = []
    said = [(key, value.strip()) for key, value in form.multi_items() if isinstance(value, str) and value.strip()]
    one = dict(said)
    gap = _number(one.get("gap", ""), "gap", faults)
    wish = Wish(
        case=one.get("case", ""),
        patches=tuple(_patches(said, one, faults)),
        language=cast('Literal["en", "zh"]', one["language"]) if one.get("language") in {"en", "zh"} else language,
        gap=None if gap is None else gap / PERCENT,
        seconds=_number(one.get("seconds", ""), "seconds", faults),
    )
    if len(wish.patches) > MOST_PATCHES:
        message = f"{len(wish.patches)} changes at once"
        faults.append(Fault("", "RS-B809", message, f"at most {MOST_PATCHES}; a case of its own holds more"))
    if faults:
        raise RoadsteadError(faults)
    return wish


def _patches(said: Iterable[tuple[str, str]], one: dict[str, str], faults: list[Fault]) -> list[str]:
    """Scenarios, then events, then values, then what was written freely: what is said last holds."""
    scenarios: list[str] = []
    events: list[str] = []
    settings: list[str] = []
    for key, text in said:
        if key == "scenario":
            scenarios.append(text)
        elif key.startswith(EVENT):
            events.append(f"{key.removeprefix(EVENT)} {text}")
        elif key.startswith(PIN):
            settings.append(f"pins/{key.removeprefix(PIN)}={text}")
        elif key.startswith((RATE, SHARE)):
            selector = key.partition(" ")[2]
            value = _number(text, selector, faults)
            since = one.get(f"{SINCE}{selector}", "")
            settings += [] if value is None else [f"{selector}={value / PERCENT:.10g}{f'@{since}' if since else ''}"]
        elif key.startswith(CHANGE):
            selector = key.removeprefix(CHANGE)
            value = _number(text, selector, faults)
            settings += [] if value is None else [f"{selector}=x{1 + value / PERCENT:.10g}"]
    free = [line.strip() for line in one.get("patches", "").splitlines() if line.strip()]
    return [*scenarios, *events, *settings, *free]


def _number(text: str, where: str, faults: list[Fault]) -> float | None:
    """A number of a form; None where nothing is said."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        expected = "a number with a point, for instance 27.5"
        faults.append(Fault(where[:80], "RS-B809", f"{text[:40]!r} is no number", expected))
        return None
    return value
