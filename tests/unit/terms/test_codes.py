"""Every code in the source is explained, and every explanation belongs to a code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from roadstead.terms.codes import every_code, explanation
from roadstead.terms.errors import RoadsteadError

SOURCE = Path(__file__).parents[3] / "src" / "roadstead"
CODE = re.compile(r"RS-[A-Z]\d{3}")
CATALOGUE = {entry.code for entry in every_code()}


def used() -> dict[str, str]:
    """Codes with the first place in the source that names them."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for code in CODE.findall(line):
                found.setdefault(code, f"{path.relative_to(SOURCE)}:{number}")
    return found


def test_every_code_is_explained():
    missing = [
        f"{code} of {place} is not in terms/data/codes.csv" for code, place in used().items() if code not in CATALOGUE
    ]
    assert not missing, "\n".join(missing)


def test_every_explanation_belongs_to_a_code():
    unused = sorted(CATALOGUE - used().keys())
    assert not unused, f"no fault in the source carries {', '.join(unused)}: delete from terms/data/codes.csv"


@pytest.mark.parametrize("entry", every_code(), ids=lambda entry: entry.code)
def test_an_explanation_is_complete(entry):
    chinese = explanation(entry.code, "zh")
    assert CODE.fullmatch(entry.code)
    for english, translated in (
        (entry.title, chinese.title),
        (entry.meaning, chinese.meaning),
        (entry.next_step, chinese.next_step),
    ):
        assert not re.search(r"[\u4e00-\u9fff]", english)
        assert re.search(r"[\u4e00-\u9fff]", translated)
    assert ": " in entry.example or "; " in entry.example


@pytest.mark.parametrize("written", ["RS-T109", "rs-t109", "T109", "[RS-T109]"])
def test_a_code_is_found_as_people_write_it(written):
    assert explanation(written).title == "A percentage stands where a fraction is meant"


def test_no_such_code():
    with pytest.raises(RoadsteadError) as caught:
        explanation("RS-X999")
    assert caught.value.faults[0].code == "RS-T113"
