"""The folders of a case that hold rows of its own, and the world with those of any such folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.world import reference

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.world.reference import World

FACTS = "world"
"""Folder of a case's own facts."""
RULES = "rules"
"""Folder of a case's own rules."""


def check_folders(*folders: Path | None) -> None:
    """Refuse folders that are none; one that is not named is not looked at.

    Raises
    ------
    RoadsteadError
        RS-S721 for each folder that is not there.
    """
    missing = [folder for folder in folders if folder is not None and not folder.is_dir()]
    if missing:
        message, expected = "there is no such folder", f"a folder of tables, as `{RULES}/` or `{FACTS}/` of a case"
        raise RoadsteadError([Fault(str(folder), "RS-S721", message, expected) for folder in missing])


def world_with(facts: Path | None) -> World:
    """The reference world with the rows of a folder of facts in their places; as packaged where None.

    Raises
    ------
    RoadsteadError
        RS-S721 where there is no such folder, and whatever is wrong with its tables.
    """
    check_folders(facts)
    return reference.load(facts)
