"""Nothing of one person's machine, and no address of a package index, stands in a file of the project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Put together from parts, so that this file does not match itself.
PATHS = re.compile(rb"(?<![\w./-])/(?:%s)/[\w.-]+" % b"|".join([b"root", b"work", b"home", b"Users", b"tmp"]))
HOSTS = re.compile(
    rb"(?:%s)"
    % b"|".join([rb"pypi\.(?:org|python|tuna)", rb"python" + rb"hosted", rb"npm" + rb"js", rb"conda\.anaconda"])
)
OPTIONS = re.compile(rb"--(?:extra-)?index-" + rb"url|--find-" + rb"links|--trusted-" + rb"host")


def hits(pattern: re.Pattern[bytes], root: Path, files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {found.group().decode(errors='replace')}"
        for path in files
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if (found := pattern.search(line))
    ]


@pytest.mark.parametrize("pattern", [PATHS, HOSTS, OPTIONS], ids=["path of a machine", "index host", "index option"])
def test_nothing_of_one_machine(pattern: re.Pattern[bytes], root: Path, files: list[Path]):
    found = hits(pattern, root, files)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (PATHS, "cd /" + "work/main"),
        (PATHS, '"/' + "home/ann/roadstead"),
        (HOSTS, "https://files.python" + "hosted.org/packages"),
        (OPTIONS, "pip install --index-" + "url https://example.org"),
    ],
)
def test_the_patterns_bite(pattern: re.Pattern[bytes], text: str):
    assert pattern.search(text.encode())


@pytest.mark.parametrize("text", ["https://example.org/work/page", "src/roadstead/trade/data", "and/or/home/away"])
def test_the_patterns_spare_addresses_and_prose(text: str):
    assert not PATHS.search(text.encode())


def test_constraints_hold_versions_only(root: Path):
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    odd = [line for line in pins if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.!+]*", line)]
    assert not odd, "\n".join(odd)
