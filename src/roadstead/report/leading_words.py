"""Sentences of the page: a number in them that is a figure of the book leads to its trail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.book import Amount
    from roadstead.report.trails import Asked

BEGINS, SAYS, ENDS = "\x02", "\x03", "\x04"
"""Around a number that leads on, until its sentence is whole: control characters, which no name can be read with."""
LEADS = re.compile(f"{BEGINS}(#why-[^{SAYS}]*){SAYS}([^{ENDS}]*){ENDS}")


@dataclass(frozen=True, slots=True)
class LeadingWords(Words):
    """The catalogues, with figures marked where they lead; what is said is for ``led`` alone."""

    asked: Asked

    def amount(self, amount: Amount) -> str:
        """An amount as its kind is printed, marked where it leads to a trail."""
        text, address = Words.amount(self, amount), self.asked.says(amount)
        return f"{BEGINS}{address}{SAYS}{text}{ENDS}" if address else text


def led(said: str) -> Markup:
    """What was said as markup, marked numbers as links."""
    return Markup(LEADS.sub(r'<a class="asked" href="\1">\2</a>', str(escape(said))))  # noqa: S704 -- escaped before
