"""case.yaml: read with the place of every key, checked by type, every fault in one go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarstring import ScalarString

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_PERCENT = 100


def _not_a_percentage(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 1 < value <= MOST_PERCENT:
        raise PydanticCustomError("percentage", "{value} looks like a percentage", {"value": f"{value:g}"})
    return value


Fraction = Annotated[float, BeforeValidator(_not_a_percentage), Field(ge=0.0, le=1.0)]
Year = Annotated[int, Field(ge=1990, le=2100)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Horizon(_Part):
    """First and last year planned, and the last in which something new may be committed to."""

    first: Year
    last: Year
    last_decision: Year


class Money(_Part):
    """Money of every total: real, of ``price_year``; sales and prices start from ``base_year``."""

    currency: str
    price_year: Year
    base_year: Year


class NodeEntry(_Part):
    """A node of the tree; its edge fires a named set of events."""

    id: str
    parent: str = ""
    probability: Fraction = 1.0
    fires: tuple[str, ...] = ()
    name: str
    name_zh: str


class TreeEntry(_Part):
    """The tree: first year of each stage, and the nodes, root first."""

    stages: tuple[Year, ...] = Field(min_length=1)
    nodes: tuple[NodeEntry, ...] = Field(min_length=1)


class AmendmentEntry(_Part):
    """One change of the rulebook; trade/amendment.py says what each action does."""

    action: Literal["end", "prolong", "set", "add", "lift", "enact"]
    importer: str
    kind: str = ""
    measure: str = ""
    origins: tuple[str, ...] = ()
    powertrains: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()
    rate: Annotated[float, BeforeValidator(_not_a_percentage), Field(ge=0.0, le=5.0)] | None = None


class ContentEntry(_Part):
    """A least local content in a place."""

    place: str
    least: Fraction


class EventEntry(_Part):
    """A named change with its probability and what that rests on."""

    id: str
    title: str
    title_zh: str
    probability: Fraction
    rests_on: str
    note: str = ""
    amendments: tuple[AmendmentEntry, ...] = ()
    demand: Literal["", "slow", "fast"] = ""
    route: Literal["", "SUEZ_OPEN", "SUEZ_CLOSED"] = ""
    content: tuple[ContentEntry, ...] = ()


class PinEntry(_Part):
    """A wish: a line or a market to open by a year, or never."""

    what: str
    do: Literal["open", "never"]
    by: Year | None = None


class AnnouncedEntry(_Part):
    """An announced line as announced: year of commitment and capacity steps."""

    year: Year
    modules: Annotated[float, Field(gt=0)]


class EffortEntry(_Part):
    """How hard to look: share of value added left to prove, and a limit of time. [fraction], [s]"""

    gap: Fraction = 0.01
    seconds: Annotated[float, Field(gt=0)] = 40.0


class CaseFile(_Part):
    """All of case.yaml."""

    name: str
    name_zh: str
    firm: str
    nationality: str
    home: str
    as_known_on: Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    route: Literal["SUEZ_OPEN", "SUEZ_CLOSED"]
    seed: int = 0
    draws: Annotated[int, Field(ge=100, le=100000)] = 1000
    horizon: Horizon
    money: Money
    declared: dict[str, dict[str, bool | float | str]] = Field(default_factory=dict)
    tree: TreeEntry
    events: tuple[EventEntry, ...]
    pins: tuple[PinEntry, ...] = ()
    effort: EffortEntry = EffortEntry()
    announced: dict[str, AnnouncedEntry] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """case.yaml with the place of everything in it."""

    name: str
    root: CommentedMap
    case: CaseFile

    def where(self, *path: str | int) -> str:
        """``file:line:column`` of the entry at a path of keys and indices."""
        return _place(self.name, self.root, path)


_AMBIGUOUS = re.compile(r"(?i)(no|yes|on|off|y|n)")
_YES_NO = "many YAML readers take it for yes or no"


def read_document(path: Path) -> Document:
    """Read and check a case file.

    Raises
    ------
    RoadsteadError
        With every fault: RS-S601 unreadable, RS-S602 duplicated key or ambiguous word, RS-S603 wrong or missing entry.
    """
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    try:
        root = yaml.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        expected = "a case folder with a case.yaml in it: `roadstead new FOLDER` makes one"
        raise RoadsteadError(Fault(str(path), "RS-S601", "there is no such file", expected)) from None
    except DuplicateKeyError as error:
        raise RoadsteadError(_duplicate(path.name, error)) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        raise RoadsteadError(
            Fault(where, "RS-S601", f"not readable as YAML: {error.problem}", "valid YAML 1.2")
        ) from None
    if not isinstance(root, CommentedMap):
        raise RoadsteadError(Fault(path.name, "RS-S601", "no keys stand here", "keys such as `name:` and `tree:`"))
    faults = list(_ambiguous(path.name, root))
    try:
        case = CaseFile.model_validate(_plain(root))
    except ValidationError as error:
        faults += [_fault(path.name, root, dict(found)) for found in error.errors()]
        raise RoadsteadError(faults) from None
    if faults:
        raise RoadsteadError(faults)
    return Document(path.name, root, case)


def _duplicate(name: str, error: DuplicateKeyError) -> Fault:
    mark = error.problem_mark
    key = re.search(r'"(.+?)"', str(error.problem))
    shown = f"`{key.group(1)}`" if key else "a key"
    return Fault(f"{name}:{mark.line + 1}:{mark.column + 1}", "RS-S602", f"{shown} stands twice", "each key once")


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _ambiguous(name: str, node: Any, path: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """Words such as NO that stand without quotes, keys and values alike."""
    if isinstance(node, CommentedMap):
        entries: Iterator[tuple[str | int, Any]] = iter(node.items())
        for key, value in entries:
            if isinstance(key, bool) or (isinstance(key, str) and _AMBIGUOUS.fullmatch(key)):
                yield _yes_no(_key_place(name, node, key), str(key))
            yield from _ambiguous(name, value, (*path, key))
    elif isinstance(node, CommentedSeq):
        for i, value in enumerate(node):
            where = f"{name}:{node.lc.item(i)[0] + 1}:{node.lc.item(i)[1] + 1}"
            if isinstance(value, str) and not isinstance(value, ScalarString) and _AMBIGUOUS.fullmatch(value):
                yield _yes_no(where, value)
            yield from _ambiguous(name, value, (*path, i))
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            if isinstance(value, str) and not isinstance(value, ScalarString) and _AMBIGUOUS.fullmatch(value):
                line, column = node.lc.value(key)
                yield _yes_no(f"{name}:{line + 1}:{column + 1}", value)


def _yes_no(where: str, text: str) -> Fault:
    norway = " For Norway write NOR." if text.lower() == "no" else ""
    return Fault(
        where, "RS-S602", f"{text} without quotes: {_YES_NO}", f'an alpha-3 code, or quotes: "{text}".{norway}'
    )


def _key_place(name: str, node: CommentedMap, key: Any) -> str:
    line, column = node.lc.key(key)
    return f"{name}:{line + 1}:{column + 1}"


def _place(name: str, root: Any, path: tuple[str | int, ...]) -> str:
    node, line, column = root, 0, 0
    for step in path:
        if isinstance(node, CommentedMap) and step in node:
            line, column = node.lc.value(step)
            node = node[step]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line, column = node.lc.item(step)
            node = node[step]
        else:
            break
    return f"{name}:{line + 1}:{column + 1}"


def _fault(name: str, root: CommentedMap, found: dict[str, Any]) -> Fault:
    path = tuple(found["loc"])
    shown = ".".join(str(step) for step in path)
    where = f"{_place(name, root, path)} ({shown})"
    match found["type"]:
        case "missing":
            return Fault(
                where, "RS-S603", f"`{path[-1]}` is missing", "every entry of the template: `roadstead new FOLDER`"
            )
        case "extra_forbidden":
            return Fault(
                where, "RS-S603", f"`{path[-1]}` is not known here", "an entry of the template: check the spelling"
            )
        case "percentage":
            value = float(found["input"])
            return Fault(where, "RS-T109", found["msg"], f"a fraction: write {value / 100:g} for {value:g} %")
        case "string_type" if isinstance(found["input"], bool):
            return _yes_no(where, "no" if found["input"] is False else "yes")
        case _:
            return Fault(where, "RS-S603", f"{found['input']!r} does not fit", found["msg"].lower())
