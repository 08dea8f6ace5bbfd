"""Run the command line in this process, and look at what it says where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from roadstead.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """Codes of the faults on standard error, one a line."""
        return [line.rsplit("[", 1)[1].rstrip("]") for line in self.err.splitlines() if line.endswith("]")]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command line within this process."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        status = main([str(word) for word in words])
        told = capsys.readouterr()
        return Said(status, told.out, told.err)

    return call


@pytest.fixture
def spawn() -> Callable[..., Said]:
    """The command line in a process of its own, as a shell would run it."""

    def call(*words: object) -> Said:
        code = "import sys; from roadstead.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return call
