"""What somebody may have meant."""

from __future__ import annotations

from roadstead.terms.spelling import meant

KNOWN = ("COUNTERVAILING", "countervail", "MFN")


def test_the_nearest_is_asked_about_as_it_is_written():
    assert meant("COUNTERVALING", KNOWN) == "did you mean `COUNTERVAILING`?"
    assert meant("countervaling", KNOWN, most=2) == "did you mean `COUNTERVAILING` or `countervail`?"


def test_where_none_is_near_all_are_named_or_what_was_said_for_that():
    assert meant("quota", KNOWN) == "one of COUNTERVAILING, countervail, MFN"
    assert meant("quota", KNOWN, "a kind of duty") == "a kind of duty"
