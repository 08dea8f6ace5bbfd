"""Small files in the exact layouts of publishers, written by the test that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def world():
    return reference.load()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file."""

    def write(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture
def refused() -> Callable[..., list[tuple[str, str]]]:
    """Place and code of every fault of a call."""

    def call(read, *arguments, **named) -> list[tuple[str, str]]:
        with pytest.raises(RoadsteadError) as caught:
            read(*arguments, **named)
        return [(fault.where, fault.code) for fault in caught.value.faults]

    return call
