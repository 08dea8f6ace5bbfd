"""What a test does where the machine lacks what it needs."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(message: str) -> NoReturn:
    """Skip, saying why; in continuous integration fail, so that nothing missing there can hide behind a skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
