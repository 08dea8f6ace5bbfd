"""A case with its patches worked in: a folder that is a case like any other, so that everything runs again from it."""

from __future__ import annotations

import difflib
import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from roadstead.futures.catalogue import catalogue
from roadstead.study import manifest, own_events, patch_events, patch_law, patch_tables, patch_tree, scenarios
from roadstead.study.bundled import CASE_FILE
from roadstead.study.document import plain
from roadstead.study.patch import Certain, Never, Setting, effective, read_all
from roadstead.study.spec import Study, read_study
from roadstead.study.workplace import place_for_work
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.placing import note_changes
from roadstead.terms.spelling import meant
from roadstead.trade import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.study.patch import Asked, Patch
    from roadstead.trade.rulebook import Rulebook

CASE, PINS = "case", "pins"
"""First parts of selectors of entries of case.yaml."""


@contextmanager
def patched(folder: Path, asked: Sequence[str | Asked]) -> Iterator[Path]:
    """A folder with the case as it stands with all patches; the case's own where none is asked for.

    Raises
    ------
    RoadsteadError
        With the faults of the case itself; of every patch that selects nothing or too much or has a bad value; of what the case with its
        patches does not hold.
    """
    wanted = read_all(asked)
    if not wanted:
        yield folder
        return
    base = read_study(folder)
    told = scenarios.resolved(base, wanted)
    with place_for_work() as place:
        into = Path(place) / (folder.resolve().name or CASE)
        work_in(base, [patch for _, inside in told for patch in inside], into, [text for text, _ in told])
        yield into


def work_in(base: Study, patches: Sequence[Patch], into: Path, texts: Sequence[str]) -> Study:
    """Write a case with patches to a new folder, and read it from there. ``texts``: what is told of them."""
    manifest.copy_case(base.folder, into)
    rewriting = _Rewriting(base, into)
    rewriting.work_in(effective(patches))
    rewriting.root["patched"] = [*rewriting.root.get("patched", ()), *texts]
    # JSON is YAML in which every text stands in quotes: no word can be taken for yes, no or a day.
    told = json.dumps(rewriting.root, ensure_ascii=False, indent=1, default=str)
    (into / CASE_FILE).write_text(told + "\n", encoding="utf-8")
    note_changes(into)
    try:
        return read_study(into)
    except RoadsteadError as error:
        with_ = f"with {', '.join(texts)}"
        raise RoadsteadError([replace(one, where=f"{with_}: {one.where}") for one in error.faults]) from None


@dataclass(slots=True)
class _Rewriting:
    """A case on its way from one folder to another."""

    base: Study
    into: Path
    root: dict[str, Any]
    declared: tuple[dict[str, Any], ...]
    book: Rulebook

    def __init__(self, base: Study, into: Path) -> None:
        self.base, self.into = base, into
        text = (base.folder / CASE_FILE).read_text(encoding="utf-8-sig")
        self.root = plain(YAML(typ="rt").load(text))
        self.declared = tuple(self.root.get("events", ()))
        self.book = rulebook.load(base.as_known_on, base.own_rules, base.world.dollars().keys())

    def work_in(self, patches: Sequence[Patch]) -> None:
        """Every patch in its order; all that cannot be worked in are told at once."""
        faults: list[Fault] = []
        self.root.setdefault("events", [])
        declared = "nodes" in self.root["tree"]
        if declared and any(isinstance(patch, Certain | Never) for patch in patches):
            # The halves of the outlook stay what they are.
            classes = {event.event_id: event.demand for event in self.base.events.values()}
            shares = patch_tree.demand_shares(self.root["tree"], classes)
            self.root["tree"].setdefault("classes", shares)
        for i, patch in enumerate(patches):
            try:
                self._one(patch, i)
            except RoadsteadError as error:
                faults += error.faults
        raise_if_any(faults)

    def _one(self, patch: Patch, i: int) -> None:
        if isinstance(patch, Certain):
            self._event(patch)
        elif isinstance(patch, Never):
            self._never(patch)
        elif patch.path[0] in {CASE, PINS} and len(patch.path) == 1:
            expected = f"{CASE}/ENTRY or {PINS}/LINE"
            raise RoadsteadError(Fault(f"--set {patch.text}", "RS-S732", f"that is all of `{patch.path[0]}`", expected))
        elif patch.path[0] == CASE:
            _set_entry(self.root, patch)
        elif patch.path[0] == PINS:
            _set_pin(self.root, patch)
        elif patch.path[0] in patch_tables.TABLES:
            patch_tables.apply(self.into, patch, self.base.world.gazetteer)
        elif self.base.world.gazetteer.find(patch.path[0]):
            self._law(patch, i)
        else:
            raise RoadsteadError(_nowhere(patch))

    def _law(self, patch: Setting, i: int) -> None:
        first = self.base.case.horizon.first
        year = first if patch.year is None else patch.year
        known = {event["id"] for event in self.root["events"]} | set(
            self.base.catalogue.events if self.base.catalogue else ()
        )
        name = next(f"patch_{n}" for n in range(i + 1, i + 2 + len(known)) if f"patch_{n}" not in known)
        entry = patch_law.entry(patch, name, self.book, self.base.world.gazetteer, date(max(year, first), 1, 1))
        self._fire(entry, year, f"--set {patch.text}")

    def _event(self, patch: Certain) -> None:
        where = f"--event {patch.text}"
        # An event before may have taken the branches that bring this one: it is still one of the case.
        present = {one["id"] for one in self.root["events"]}
        gone = [one for one in self.declared if one["id"] == patch.event and one["id"] not in present]
        self.root["events"] = [*self.root["events"], *gone]
        found = patch_events.find(patch, self.base, self.root["events"])
        if self._grown is not None:
            self._sure(patch, where, own=isinstance(found, str))
        elif isinstance(found, str):
            self._make_certain(found, patch.year, where)
        else:
            self._fire(found, patch.year, where)

    @property
    def _grown(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.root["tree"].get("grown")
        return found

    def _sure(self, patch: Certain, where: str, *, own: bool) -> None:
        """An event certain in a year, for a tree that is grown anew; what the case declares is certain from its first day as it is."""
        first, last, grown = self.base.case.horizon.first, self.base.case.horizon.last, self._grown
        assert grown is not None
        if own and patch.year != first:
            message = (
                f"`{patch.event}` holds from the first day on, as everything that a case with a grown tree declares"
            )
            raise RoadsteadError(Fault(where, "RS-S735", message, f"{first}, or an event of the catalogue"))
        if not first <= patch.year <= last:
            message = f"{patch.year} lies outside the years planned"
            raise RoadsteadError(Fault(where, "RS-S735", message, f"a year from {first} to {last}"))
        if not own:
            name = f"{patch.event}:{patch.level}" if patch.level else patch.event
            others = {key: year for key, year in grown.get("certain", {}).items() if _event_of(key) != patch.event}
            grown["certain"] = others | {name: patch.year}
            grown["never"] = [one for one in grown.get("never", ()) if one != patch.event]

    def _never(self, patch: Never) -> None:
        """An event that comes on no path."""
        where, grown = f"--event {patch.text}", self._grown
        own = any(one["id"] == patch.event for one in self.root["events"])
        if grown is None:
            patch_tree.make_never(self.root["tree"], patch.event, where)
            self._keep_fired()
        elif own:
            self.root["events"] = [one for one in self.root["events"] if one["id"] != patch.event]
        else:
            patch_events.of_catalogue(patch, self.base)
            certain = grown.get("certain", {})
            grown["certain"] = {key: year for key, year in certain.items() if _event_of(key) != patch.event}
            grown["never"] = [*dict.fromkeys((*grown.get("never", ()), patch.event))]
            if isinstance(grown.get("events"), list):
                grown["events"] = [one for one in grown["events"] if one != patch.event]

    def _fire(self, entry: dict[str, Any], year: int, where: str) -> None:
        self.root["events"] = [*self.root["events"], entry]
        if self._grown is None:
            self._make_certain(entry["id"], year, where)
        elif year != self.base.case.horizon.first:
            self.root["events"].pop()
            own_events.write(self.into / catalogue.FOLDER, entry, year)
            if isinstance(self._grown.get("events"), list):
                self._grown["events"] = [*self._grown["events"], entry["id"]]

    def _make_certain(self, event: str, year: int, where: str) -> None:
        budget = [int(one) for one in self.root.get("budget", {})]
        patch_tree.make_certain(self.root["tree"], event, year, self.base.case.horizon.last, budget, where)
        self._keep_fired(event)

    def _keep_fired(self, certain: str = "") -> None:
        """Events that some node still brings."""
        fired = {one for node in self.root["tree"]["nodes"] for one in node.get("fires", ())}
        self.root["events"] = [
            one | {"probability": 1.0} if one["id"] == certain else one
            for one in self.root["events"] if one["id"] in fired
        ]  # fmt: skip


def _event_of(name: str) -> str:
    """The event of an entry under ``certain``, whose degree may stand behind a colon."""
    return name.partition(":")[0]


def _nowhere(patch: Setting) -> Fault:
    known = (CASE, PINS, *patch_tables.TABLES)
    near = difflib.get_close_matches(patch.path[0], known, 1, 0.6)
    guess = f"did you mean `{near[0]}`? " if near else ""
    expected = f"{guess}a country or bloc whose law is meant, or one of {', '.join(known)}"
    message = f"`{patch.path[0]}` is no place, and no table or part of a case"
    return Fault(f"--set {patch.text}", "RS-S731", message, expected)


def _set_entry(root: dict[str, Any], patch: Setting) -> None:
    """An entry of case.yaml; an entry of a list is found by its id."""
    where, node = f"--set {patch.text}", root
    *way, last = patch.path[1:]
    for step in way:
        node = _step(node, step, where)
    if not isinstance(node, dict):
        raise RoadsteadError(Fault(where, "RS-S731", f"nothing stands under `{last}`", "an entry of case.yaml"))
    if last not in node and node is root:
        raise RoadsteadError(Fault(where, "RS-S731", f"case.yaml has no `{last}`", meant(last, root)))
    if isinstance(node.get(last), (dict, list)):
        under = ", ".join(f"{patch.selector}/{name}" for name in _under(node[last]))
        expected = f"one of {under}" if under else "an entry that holds one value"
        raise RoadsteadError(Fault(where, "RS-S732", f"`{last}` holds several entries", expected))
    try:
        value = YAML(typ="safe").load(patch.value)
    except (YAMLError, ValueError, TypeError, AttributeError):  # ruamel lets some of Python's own errors out
        value = []
    if isinstance(value, (dict, list)):
        raise RoadsteadError(Fault(where, "RS-S733", f"{patch.value!r} is no single value", "a number or a word"))
    node[last] = value


def _under(node: Any) -> dict[str, Any]:
    """What stands under an entry by its name: keys, or the ids of a list's entries."""
    if isinstance(node, dict):
        return node
    return {str(one["id"]): one for one in node if isinstance(one, dict) and "id" in one}


def _step(node: Any, step: str, where: str) -> Any:
    known = _under(node)
    if step not in known or not isinstance(known[step], (dict, list)):
        raise RoadsteadError(Fault(where, "RS-S731", f"case.yaml has no `{step}` there", meant(step, known)))
    return known[step]


def _set_pin(root: dict[str, Any], patch: Setting) -> None:
    """``pins/izmir=never``, ``pins/izmir=open 2029``, ``pins/izmir=free``."""
    what, (do, _, by) = "/".join(patch.path[1:]), patch.value.partition(" ")
    others = [pin for pin in root.get("pins", ()) if pin["what"] != what]
    if do == "free" and not by:
        root["pins"] = others
    elif do == "never" and not by:
        root["pins"] = [*others, {"what": what, "do": "never"}]
    elif do == "open" and by.isdigit():
        root["pins"] = [*others, {"what": what, "do": "open", "by": int(by)}]
    else:
        expected = f"pins/{what}=never, pins/{what}=open 2029, or pins/{what}=free"
        raise RoadsteadError(Fault(f"--set {patch.text}", "RS-S733", f"{patch.value!r} is no pin", expected))
