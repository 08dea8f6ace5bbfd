"""What holds for all tests: none depends on the clock, so examples may take the time they need, and all can be interrupted."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from hypothesis import settings
from screenshots import emptied

if TYPE_CHECKING:
    import pytest

# Few examples each time the suite runs, other ones every time; `make thorough` looks at many.
settings.register_profile("house", deadline=None, print_blob=True, max_examples=40)
settings.register_profile("thorough", settings.get_profile("house"), max_examples=400)
settings.load_profile(os.environ.get("ROADSTEAD_EXAMPLES", "house"))

# A suite that a shell begins in the background is deaf to interrupts, and so would be what it starts; tests send some.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Pictures of pages are those of this run; helpers of xdist begin after that."""
    if not hasattr(config, "workerinput"):
        emptied()
