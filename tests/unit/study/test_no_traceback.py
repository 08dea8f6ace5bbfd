"""Whatever stands in a case, a person gets faults with a place and a code, never a traceback."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from roadstead.study.spec import read_study
from roadstead.terms.errors import Fault, RoadsteadError

STARTER = Path(__file__).parents[3] / "cases" / "starter"
TABLES = sorted(path.relative_to(STARTER).as_posix() for path in STARTER.rglob("*.csv") if path.name != "sources.csv")
WORDS = [
    "", " ", "0", "-1", "1e309", "nan", "27", "27%", "1,5", "NO", "yes", "*", "DEU", "EU27", "XXX", "USD", "BEV", "ICE",
    "city|city", "|", "港", "2027", "1990", "9999", "2026-13-01", "CHN>", ">", "assumption", "rm -rf", "=1+1", '"', "\x00",
    "null", "[]", "{a: 1}", "&x", "*x", "!!int a", "- ", "? ", ": ",
]  # fmt: skip
JUNK = st.sampled_from(WORDS) | st.text(max_size=8) | st.integers().map(str) | st.floats().map(str)
QUIET = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


def hold(folder: Path) -> None:
    """The case is read, or refused with faults that a person can act on."""
    faults: tuple[Fault, ...] | None = None
    try:
        read_study(folder)
    except RoadsteadError as error:
        faults = error.faults
    assert faults is None or faults
    for fault in faults or ():
        assert fault.where, fault
        assert re.fullmatch(r"RS-[A-Z]\d{3}", fault.code), fault
        assert fault.message, fault


def spoilt(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case"
        shutil.copytree(STARTER, case)
        (case / name).write_bytes(content)
        hold(case)


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", errors="surrogatepass")


@st.composite
def spoilt_tables(draw):
    name = draw(st.sampled_from(TABLES))
    with (STARTER / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    for _ in range(draw(st.integers(1, 3))):
        line = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, len(rows[line]) - 1)) if rows[line] else 0
        match draw(st.sampled_from(["cell", "cell", "cell", "row", "twice", "short"])):
            case "cell" if rows[line]:
                rows[line][column] = draw(JUNK)
            case "row" if len(rows) > 1:
                del rows[line]
            case "twice":
                rows.append(list(rows[line]))
            case "short":
                rows[line] = rows[line][:column]
            case _:
                pass
    return name, as_csv(rows)


@QUIET
@given(spoilt_tables())
def test_a_spoilt_table(spoilt_table):
    spoilt(*spoilt_table)


def paths(node, path=()):
    """Every entry of a document, containers too."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from paths(value, (*path, key))


def parent_of(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | JUNK | st.lists(JUNK, max_size=2) | st.dictionaries(
    JUNK, JUNK, max_size=2
)  # fmt: skip


@st.composite
def spoilt_documents(draw):
    document = YAML(typ="safe").load((STARTER / "case.yaml").read_text(encoding="utf-8"))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(list(paths(document))))
        if draw(st.booleans()):
            del parent_of(document, path)[path[-1]]
        else:
            parent_of(document, path)[path[-1]] = draw(VALUES)
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(document, text)
    return text.getvalue().encode("utf-8", errors="surrogatepass")


@QUIET
@given(spoilt_documents())
def test_a_spoilt_document(document):
    spoilt("case.yaml", document)


@QUIET
@given(st.data())
def test_a_spoilt_line_of_yaml(data):
    lines = (STARTER / "case.yaml").read_text(encoding="utf-8").splitlines()
    line = data.draw(st.sampled_from([i for i, text in enumerate(lines) if text and not text.startswith("#")]))
    at = data.draw(st.integers(0, len(lines[line])))
    lines[line] = lines[line][:at] + data.draw(JUNK) + lines[line][data.draw(st.integers(at, len(lines[line]))) :]
    spoilt("case.yaml", "\n".join(lines).encode("utf-8", errors="surrogatepass"))


@QUIET
@given(st.sampled_from([*TABLES, "case.yaml"]), st.binary(max_size=60))
def test_a_file_of_anything(name, content):
    spoilt(name, content)
