"""What holds for all tests: no test depends on the clock, so examples may take the time they need on a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
