"""`roadstead explain`: a code in both languages, all codes, and a code that does not exist."""

from __future__ import annotations

import pytest

from roadstead.terms.codes import every_code, explanation


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_code_for_people(language, run):
    told = explanation("RS-T109", language)
    out = run("explain", "RS-T109", "--language", language).out
    for text in (f"RS-T109  {told.title}", told.meaning, told.example, told.next_step):
        assert "".join(text.split()) in "".join(out.split())


def test_a_code_as_json(run):
    told = run("explain", "t109", "--json").json
    assert told["code"] == "RS-T109"
    assert told.keys() == {"code", "title", "meaning", "example", "next_step"}


def test_all_codes(run):
    expected = [entry.code for entry in every_code()]
    assert [entry["code"] for entry in run("explain", "--json").json] == expected
    assert [line.split()[0] for line in run("explain").out.splitlines()[1:]] == expected


def test_no_such_code(run):
    said = run("explain", "RS-X999", "--json")
    assert (said.status, said.codes) == (2, ["RS-T113"])
    assert said.json["faults"][0]["code"] == "RS-T113"


@pytest.mark.parametrize(
    "words",
    [
        ["duty"],
        ["check", "no-such-case"],
        ["outlook", "Narnia"],
        ["sources", "--table", "x"],
        ["new", ".", "--from", "x"],
    ],
    ids=lambda words: words[0],
)
def test_whatever_a_command_refuses_can_be_explained(words, run):
    said = run(*words)
    assert said.status == 2
    assert said.codes
    for code in said.codes:
        assert run("explain", code).status == 0
