"""Names of nodes: dearest first, different among siblings, in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.futures.growth.node_names import MOST, EventWords, Seen, names
from roadstead.futures.growth.stakes import Stakes

WORDS = [
    EventWords("EU raises", "欧盟加税", "EU keeps duty", "欧盟维持关税", ("27 %", "45 %"), ("27%", "45%")),
    EventWords("Brazil raises", "巴西加税", "Brazil keeps duty", "巴西维持关税", ("35 %",), ("35%",)),
]


def stakes(**changes) -> Stakes:
    given = {
        "events": ((200.0, 400.0), (90.0,)),
        "demand": 500.0,
        "index": np.ones((1, 1)),
        "battery": 100.0,
        "rates": np.asarray([100.0]),
        "freight": 100.0,
        "year_weight": np.ones(1),
    }
    return Stakes(**(given | changes))


def told(parent, level, mean=None, share=None, worth=None):
    count = len(parent)
    seen = Seen(
        parent=np.asarray(parent),
        level=np.asarray(level, dtype=np.int8),
        mean=np.ones((count, 4)) if mean is None else np.asarray(mean),
        share=np.full(count, 1.0 / count) if share is None else np.asarray(share),
    )
    return names(seen, worth or stakes(), WORDS, ["BRL"])


def test_what_holds_here_and_not_at_siblings_is_told_dearest_first():
    mean = [[1.0] * 4, [1.3, 1.0, 1.0, 1.0], [0.7, 1.0, 1.0, 1.0]]
    english, chinese = told([-1, 0, 0], [[-1, -1], [-1, 0], [1, -1]], mean)
    assert english == (
        "today",
        "EU keeps duty, fast EVs, Brazil raises",
        "EU raises (45 %), slow EVs, Brazil keeps duty",
    )
    assert chinese == ("今天", "欧盟维持关税，电动化快，巴西加税", "欧盟加税（45%），电动化慢，巴西维持关税")


def test_what_matters_little_beside_the_dearest_is_left_out():
    english, _ = told([-1, 0, 0], [[-1, -1], [-1, 0], [1, -1]], worth=stakes(events=((200.0, 400.0), (9.0,))))
    assert english[1:] == ("EU keeps duty", "EU raises (45 %)")


def test_what_is_over_is_said_so_and_what_stays_away_only_where_a_sibling_has_it():
    english, chinese = told([-1, 0, 1, 1], [[-1, -1], [0, -1], [-1, -1], [0, -1]])
    assert english == ("today", "EU raises (27 %)", "EU raises: over", "EU raises (27 %)")
    assert chinese[2] == "欧盟加税：结束"


def test_factors_have_words_for_both_sides():
    mean = [[1.0] * 4, [1.0, 0.5, 2.0, 0.9], [1.0, 1.5, 0.5, 1.1]]
    english, chinese = told([-1, 0, 0], [[-1, -1]] * 3, mean)
    assert english[1:] == ("dear freight, cheap batteries", "cheap freight, dear batteries")
    assert chinese[2] == "运费低，电池昂贵"
    strong = told([-1, 0, 0], [[-1, -1]] * 3, [[1.0] * 4, [1.0, 1.0, 1.0, 1.2], [1.0, 1.0, 1.0, 0.8]])
    assert strong[0][1:] == ("strong BRL", "weak BRL")


def test_differences_are_told_from_the_mean_of_siblings_as_likely_as_they_are():
    three = [[-1, -1], [-1, -1], [-1, 0], [1, -1]]
    rare, often = [1.0, 0.90, 0.09, 0.01], [1.0, 0.90, 0.01, 0.09]
    assert told([-1, 0, 0, 0], three, share=rare)[0][1] == "Brazil keeps duty"
    assert told([-1, 0, 0, 0], three, share=often)[0][1] == "EU keeps duty"
    mean = [[1.0] * 4, [1.0, 1.0, 1.0, 1.0], [1.1, 1.0, 1.0, 1.0], [1.2, 1.0, 1.0, 1.0]]
    low, high = [1.0, 0.8, 0.1, 0.1], [1.0, 0.1, 0.1, 0.8]
    assert told([-1, 0, 0, 0], [[-1, -1]] * 4, mean, low)[0][2].startswith("fast EVs")
    assert told([-1, 0, 0, 0], [[-1, -1]] * 4, mean, high)[0][2].startswith("slow EVs")


def test_siblings_that_differ_in_nothing_are_numbered():
    english, chinese = told([-1, 0, 0], [[-1, -1]] * 3)
    assert english[1:] == ("as before (1)", "as before (2)")
    assert chinese[1:] == ("照旧（1）", "照旧（2）")


def test_an_only_child_is_named_by_what_changed():
    assert told([-1, 0, 1], [[-1, -1], [0, 0], [0, 0]])[0][1:] == ("EU raises (27 %), Brazil raises", "as before")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_names_of_siblings_differ_and_are_no_longer_than_that_takes(seed: int, siblings: int):
    rng = np.random.default_rng(seed)
    parent = np.asarray([-1] + [0] * siblings)
    level = np.stack([rng.integers(-1, 2, siblings + 1), rng.integers(-1, 1, siblings + 1)], axis=1)
    mean = rng.choice([0.9, 1.0, 1.1], size=(siblings + 1, 4))
    english, chinese = told(parent, level, mean)
    for found, mark in ((english, ", "), (chinese, "，")):
        assert len(set(found[1:])) == siblings
        if len({name.split(mark)[0] for name in found[1:]}) == siblings:
            assert max(name.count(mark) for name in found) < MOST


def test_all_names_are_text():
    english, chinese = told([-1, 0, 0], [[-1, -1], [-1, 0], [1, -1]])
    assert all(english)
    assert all(chinese)
    assert len(english) == len(chinese) == 3


def test_a_word_is_needed_for_every_event():
    with pytest.raises(IndexError):
        names(
            Seen(
                np.asarray([-1, 0, 0]),
                np.asarray([[-1, -1], [-1, 0], [1, -1]], dtype=np.int8),
                np.ones((3, 4)),
                np.full(3, 0.3),
            ),
            stakes(),
            WORDS[:1],
            ["BRL"],
        )
