"""Conditions of law: what the little language says, against Kleene's tables worked out by brute force."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.condition import Among, Compared, Joined, Known, Not, names, parse
from roadstead.trade.facts import is_known, parse_fact

FACTS = ("in_quota", "qualifies.A", "qualifies.B", "approved.X")

leaves = st.sampled_from([Known(name) for name in FACTS])
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.tuples(st.booleans(), st.lists(inner, min_size=2, max_size=3)).map(lambda t: Joined(t[0], tuple(t[1]))),
    ),
    max_leaves=7,
)
knowledge = st.dictionaries(st.sampled_from(FACTS), st.booleans())


def write(tree) -> str:
    match tree:
        case Known(name=name):
            return name
        case Not(of=inner):
            return f"not ({write(inner)})"
        case Joined(all_of=all_of, parts=parts):
            return (" and " if all_of else " or ").join(f"({write(part)})" for part in parts)


def by_tables(tree, facts) -> bool | None:
    """Kleene's strong logic as minimum and maximum over false < unknown < true."""

    def rank(node) -> float:
        match node:
            case Known(name=name):
                return {None: 0.5, True: 1.0, False: 0.0}[facts.get(name)]
            case Not(of=inner):
                return 1.0 - rank(inner)
            case Joined(all_of=all_of, parts=parts):
                return (min if all_of else max)(rank(part) for part in parts)

    return {0.0: False, 0.5: None, 1.0: True}[rank(tree)]


@given(trees, knowledge)
def test_verdicts_are_kleenes(tree, facts):
    assert tree.judge(facts).holds is by_tables(tree, facts)


@given(trees, knowledge)
def test_a_verdict_never_claims_more_than_every_completion_of_the_facts(tree, facts):
    """Where it says yes or no, so does each way the missing facts may turn out."""
    open_facts = [name for name in FACTS if name not in facts]
    worlds = [
        facts | dict(zip(open_facts, told, strict=True))
        for told in itertools.product((True, False), repeat=len(open_facts))
    ]
    verdict = tree.judge(facts)
    if verdict.holds is not None:
        assert {tree.judge(world).holds for world in worlds} == {verdict.holds}
        assert not verdict.missing
    else:
        assert verdict.missing
        assert verdict.missing <= names(tree) - facts.keys()


@given(trees)
def test_what_is_written_is_what_is_read(tree):
    def same(one, other) -> bool:
        return all(
            one.judge(dict(zip(FACTS, told, strict=True))) == other.judge(dict(zip(FACTS, told, strict=True)))
            for told in itertools.product((True, False), repeat=len(FACTS))
        )

    assert same(parse(write(tree)), tree)
    assert names(parse(write(tree))) == names(tree)


def test_or_binds_weaker_than_and_and_not_tightest():
    assert parse("in_quota or qualifies.A and not qualifies.B") == Joined(
        False, (Known("in_quota"), Joined(True, (Known("qualifies.A"), Not(Known("qualifies.B")))))
    )
    assert parse("not power_kw >= 59") == Not(Compared("power_kw", ">=", 59.0))


@given(st.floats(0, 400), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_comparisons_compare(power, sign):
    truth = {
        "<": power < 59,
        "<=": power <= 59,
        ">": power > 59,
        ">=": power >= 59,
        "==": power == 59,
        "!=": power != 59,
    }
    assert parse(f"power_kw {sign} 59").judge({"power_kw": power}).holds is truth[sign]


def test_lists():
    condition = parse('fuel in {"petrol", "diesel"}')
    assert condition == Among("fuel", frozenset({"petrol", "diesel"}))
    assert condition.judge({"fuel": "diesel"}).holds is True
    assert condition.judge({"fuel": "electric"}).holds is False
    assert condition.judge({}).missing == {"fuel"}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("power_kw >=", 12),
        ("power_kw >= 59 and", 19),
        ("(in_quota", 10),
        ("in_quota in_quota", 10),
        ("power_kw >= fuel", 13),
        ('fuel < "diesel"', 1),
        ("and in_quota", 1),
        ("fuel in petrol", 9),
        ('fuel in {"petrol"', 18),
        ("power_kw => 59", 10),
        ("59 < power_kw", 1),
        ("", 1),
    ],
)
def test_a_condition_that_states_nothing_is_told_with_its_place(text, at):
    with pytest.raises(RoadsteadError) as caught:
        parse(text, "measures.csv:7:20 (condition)")
    (fault,) = caught.value.faults
    assert fault.code == "RS-L201"
    assert fault.where == f"measures.csv:7:20 (condition) at character {at}"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("in_quota", {"in_quota": 1.0}),
        ("power_kw >= 59", {"power_kw": "59"}),
        ("power_kw >= 59", {"power_kw": True}),
        ('fuel == "diesel"', {"fuel": 2.0}),
        ('fuel in {"diesel"}', {"fuel": 2.0}),
        ("model_year in {2027, 2028}", {"model_year": "2027"}),
        ("model_year in {1, 2}", {"model_year": True}),
    ],
)
def test_a_fact_of_the_wrong_kind_is_no_answer(text, facts):
    with pytest.raises(RoadsteadError) as caught:
        parse(text).judge(facts)
    assert caught.value.faults[0].code == "RS-L203"


def test_every_condition_of_the_packaged_rules_asks_for_known_facts():
    asked = {name for m in rulebook.load().every_measure() if m.condition is not None for name in names(m.condition)}
    assert asked
    assert all(is_known(name) for name in asked)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("power_kw=150", ("power_kw", 150.0)),
        ("qualifies.ACFTA = yes", ("qualifies.ACFTA", True)),
        ("in_quota=false", ("in_quota", False)),
        ('fuel="diesel"', ("fuel", "diesel")),
    ],
)
def test_facts_as_a_person_types_them(text, fact):
    assert parse_fact(text) == fact


@pytest.mark.parametrize("text", ["power_kw", "=150", "power_kw=", "horsepower=200"])
def test_what_is_no_fact_is_told(text):
    with pytest.raises(RoadsteadError) as caught:
        parse_fact(text)
    assert caught.value.faults[0].code == "RS-L202"
