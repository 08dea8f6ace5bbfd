"""Scenarios: named patches over a case, written in it under ``scenarios`` or in files of their own, which may stand on one another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from roadstead.study import patch_events
from roadstead.study.document import plain
from roadstead.study.entries import ScenarioEntry
from roadstead.study.patch import Named, Setting, event, setting
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.study.patch import Asked, Patch
    from roadstead.study.spec import Study

ENDINGS = (".yaml", ".yml")
FORM = "over: [SCENARIO, ...], set: ['SELECTOR=VALUE', ...], events: ['EVENT YEAR', ...]"


def resolved(study: Study, asked: Sequence[Asked]) -> list[tuple[str, tuple[Patch, ...]]]:
    """What was asked for, scenarios opened: what is told of each, and its patches.

    Raises
    ------
    RoadsteadError
        RS-S736 for a scenario that is not there, is no scenario, or stands on itself; RS-S733 for a patch in one that is none;
        RS-S734 for an event that is none, or may be several.
    """
    found: list[tuple[str, tuple[Patch, ...]]] = []
    faults: list[Fault] = []
    for one in asked:
        try:
            if isinstance(one, Named):
                inside = tuple(_by_id(study, patch) for patch in patches_of(one.name, study.case.scenarios, ()))
                found.append((f"{_short(one.name)} ({', '.join(patch.text for patch in inside)})", inside))
            else:
                patch = _by_id(study, one)
                found.append((one.text if patch == one else f"{one.text} ({patch.text})", (patch,)))
        except RoadsteadError as error:
            faults += error.faults
    raise_if_any(faults)
    return found


def _by_id(study: Study, patch: Patch) -> Patch:
    """The patch with an event called by its id, so that it is one whatever it was called."""
    return patch if isinstance(patch, Setting) else patch_events.named(patch, study)


def patches_of(name: str, known: Mapping[str, ScenarioEntry], above: tuple[str, ...]) -> list[Patch]:
    """Patches of a scenario in order: those it stands on first, then its values, then its events."""
    if name in above:
        circle = " on ".join((*above, name))
        raise RoadsteadError(
            Fault(
                f"scenario {name}",
                "RS-S736",
                f"it stands on itself: {circle}",
                "an `over` that leads to no scenario twice",
            )
        )
    entry = _entry(name, known, may_be_file=not above)
    found: list[Patch] = []
    faults: list[Fault] = []
    for below in entry.over:
        found += patches_of(below, known, (*above, name))
    readers: list[tuple[str, Callable[[str], Patch]]] = [(text, setting) for text in entry.set]
    readers += [(text, event) for text in entry.events]
    for text, reader in readers:
        try:
            found.append(reader(text))
        except RoadsteadError as error:
            where = f"scenario {name}"
            faults += [Fault(where, one.code, f"{text!r}: {one.message}", one.expected) for one in error.faults]
    raise_if_any(faults)
    return found


def _entry(name: str, known: Mapping[str, ScenarioEntry], *, may_be_file: bool) -> ScenarioEntry:
    """A scenario of the case; a file's only where a person asks for it, so that a case does not hang on files beside it."""
    if name in known:
        return known[name]
    if may_be_file and name.endswith(ENDINGS):
        return _read(Path(name))
    own = f"one of {', '.join(known)}" if known else "an entry under `scenarios:` of case.yaml"
    file = ", or the path of a .yaml file" if may_be_file else ""
    expected = meant(name, known, f"{own}{file}")
    raise RoadsteadError(Fault(f"scenario {name}", "RS-S736", f"there is no scenario `{name}`", expected))


def _read(path: Path) -> ScenarioEntry:
    """A scenario in a file of its own."""
    try:
        return ScenarioEntry.model_validate(plain(YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "not readable as UTF-8"
        raise RoadsteadError(Fault(str(path), "RS-S736", reason, f"a file with {FORM}")) from None
    except YAMLError as error:
        said = str(error).strip().splitlines()[0]
        raise RoadsteadError(Fault(str(path), "RS-S736", f"not readable as YAML: {said}", FORM)) from None
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg'].lower()}" for one in error.errors())
        raise RoadsteadError(Fault(str(path), "RS-S736", f"this is no scenario: {told}", FORM)) from None


def _short(name: str) -> str:
    return Path(name).stem if name.endswith(ENDINGS) else name
