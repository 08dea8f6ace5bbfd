"""Whose producer group a maker belongs to, however its name is written."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.trade.rulebook import Rulebook

LEGAL_WORDS = frozenset(
    {"auto", "automobile", "automotive", "cars", "co", "company", "corporation", "group", "limited", "ltd", "motor"}
    | {"motors"}
)
"""Words that come with a company's name and do not tell it from another's."""


def read_firm(rulebook: Rulebook, firm: str) -> tuple[str, tuple[str, ...]]:
    """The maker as the table of producer groups writes it, and a remark where that differs from what was asked.

    A maker the table does not know stays as written: it is one of all the others.
    """
    written = firm.strip().casefold()
    if not written or any(written in members for members in rulebook.groups.values()):
        return firm.strip(), ()
    wanted = _bare(firm)
    for group, members in rulebook.groups.items():
        if _bare(group) == wanted:
            own = min(members, key=lambda member: (_groups_of(rulebook, member), member))
            return own, (f"{firm} read as the producer group {group}",)
        for member in sorted(members):
            if _bare(member) == wanted:
                return member, (f"{firm} read as {member} of the producer group {group}",)
    return firm.strip(), ()


def no_group(rulebook: Rulebook, firm: str) -> str:
    """What to say of a maker that pays the rate of all the others."""
    known = sorted(set().union(*rulebook.groups.values()))
    near = difflib.get_close_matches(firm.casefold(), known, 1, 0.6)
    guess = f"; did you mean {near[0]}?" if near else ""
    return f"{firm} is in no producer group of the table, so it pays the rate of all other makers{guess}"


def _bare(name: str) -> tuple[str, ...]:
    """The words of a name that tell it apart."""
    words = re.findall(r"\w+", name.casefold())
    return tuple(word for word in words if word not in LEGAL_WORDS) or tuple(words)


def _groups_of(rulebook: Rulebook, member: str) -> int:
    return sum(member in members for members in rulebook.groups.values())
