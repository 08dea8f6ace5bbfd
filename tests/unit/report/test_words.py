"""The catalogues hold every word a book can ask for, in both languages."""

from __future__ import annotations

import ast
import csv
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import roadstead
from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.signs_book import Kind
from roadstead.report.words import INPUTS, PLACE, MissingWordsError, Words, labels, phrases, sentences
from roadstead.study.items import ITEMS
from roadstead.terms.ids import EntryMode
from roadstead.trade.schemas import MEASURES

SOURCE = Path(roadstead.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OPENED = [f"open.{mode}" for mode in EntryMode if mode is not EntryMode.EXPORT]
DECISIONS = [*OPENED, "convert", "tool", "expand", "close", "retire", "enter"]
SEEN = [f"if.{kind}" for kind in get_args(Kind)] + [f"sign.{kind}" for kind in get_args(Kind) if kind != "event"]


def calls(folder: str, name: str) -> list[ast.Call]:
    """Calls of a function or class in the Python files of a room."""
    return [call for call in every_call(folder) if isinstance(call.func, ast.Name) and call.func.id == name]


@cache
def every_call(folder: str) -> list[ast.Call]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / folder).rglob("*.py"))]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def told() -> dict[str, set[str] | None]:
    """Terms of every sentence written out in the rooms that make books, by key; None where some come from elsewhere."""
    found: dict[str, set[str] | None] = {}
    for call in [*calls("playbook", "Sentence"), *calls("study", "Sentence")]:
        key, terms = call.args
        if isinstance(key, ast.Constant) and isinstance(terms, ast.Dict):
            named = {k.value for k in terms.keys if isinstance(k, ast.Constant)}
            found[key.value] = named if len(named) == len(terms.keys) else None
    return found


def test_the_rooms_that_make_books_write_their_sentences_out():
    every = [*calls("playbook", "Sentence"), *calls("study", "Sentence")]
    hidden = [call for call in every if not isinstance(call.args[0], ast.Constant)]
    assert len(every) > 15
    # One sentence takes its key from the kind of a decision, two theirs from what is seen; DECISIONS and SEEN list what they can be.
    assert [ast.unparse(call.args[0]) for call in hidden] == ["f'if.{sight.kind}'", "key", "f'sign.{kind}'"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_of_a_book_can_be_said(language: str):
    known = sentences(language)
    missing = [key for key in [*told(), *DECISIONS, *SEEN] if key not in known]
    assert not missing


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_ask_only_for_terms_they_are_given(language: str):
    known = sentences(language)
    unknown = {
        key: asked - given
        for key, given in told().items()
        if given is not None
        for wording in known[key]
        if (asked := asked_for(wording.template, wording.when)) - given
    }
    assert not unknown


def asked_for(template: str, when: str) -> set[str]:
    names = {name for name, _ in PLACE.findall(template)}
    return names | ({re.split("[<=]", when)[0]} if when else set())


def test_decisions_have_a_short_and_a_brief_form():
    known = sentences("en")
    assert not [key for key in DECISIONS for form in ("short", "brief") if f"{form}.{key}" not in known]


def test_both_languages_say_the_same_things():
    english, chinese = sentences("en"), sentences("zh")
    for key in english.keys() - {
        "list.some",
        "list.models",
        "list.markets",
    }:  # English counts those left out, Chinese all
        wordings = english[key]
        pairs = zip(wordings, chinese[key], strict=True)
        odd = [w.template for w, z in pairs if asked_for(w.template, "") != asked_for(z.template, "")]
        assert not odd, key


def test_chinese_is_chinese():
    plain = [key for key, wordings in sentences("zh").items() for w in wordings if not has_chinese(w.template)]
    known = ["futures.mark", "trail.bar", "trail.sign.node"]
    assert plain == known, (
        "a future, a plan and its worth need no word between them, nor does a cost's name, or a node's chance"
    )
    assert not [key for key, label in labels("zh").items() if label and not has_chinese(label)]


def has_chinese(text: str) -> bool:
    return CHINESE.search(text) is not None


def test_the_last_wording_needs_no_condition():
    for key, wordings in sentences("en").items():
        assert wordings[-1].when == "", key
        assert all(w.when for w in wordings[:-1]), key


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("family", ["mode", "by", "via"])
def test_every_mode_has_its_words(language: str, family: str):
    assert not [mode for mode in EntryMode if f"{family}.{mode}" not in labels(language)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cost_line_has_a_name(language: str):
    words = Words(language, "USD")
    kinds = next(column.choices for column in MEASURES.columns if column.name == "kind")
    for key in cost_keys() | {f"{prefix}_{kind.lower()}" for kind in kinds for prefix in INPUTS}:
        assert words.cost(key)


def cost_keys() -> set[str]:
    """Keys of bars written out where costs are worked out; those with a prefix are spelled with each of the inputs."""
    made = [*calls("trade", "CostLine"), *calls("futures", "CostLine"), *calls("futures", "item")]
    plain = {call.args[0].value for call in made if isinstance(call.args[0], ast.Constant)}
    prefixed = {
        "".join(part.value for part in call.args[0].values if isinstance(part, ast.Constant))
        for call in made
        if isinstance(call.args[0], ast.JoinedStr)
    } - {""}
    assert "ex_works" in plain
    assert "freight" in prefixed
    return plain | prefixed | {f"{prefix}_{key}" for prefix in INPUTS for key in prefixed}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_of_a_case_has_a_name(language: str):
    assert not [item for item in ITEMS if f"item.{item}" not in labels(language)]


def test_no_key_stands_twice():
    text = (SOURCE / "report" / "data" / "labels.csv").read_text(encoding="utf-8")
    keys = [line.split(",", 1)[0] for line in text.splitlines()]
    assert len(keys) == len(set(keys))


def test_labels_the_report_names_exist():
    known = labels("en")
    named: set[str] = set()
    for path in [*(SOURCE / "report").rglob("*.py"), *(SOURCE / "report" / "templates").glob("*.html")]:
        named |= set(re.findall(r"label\(\"([\w.]+)\"\)", path.read_text(encoding="utf-8")))
    assert len(named) > 20
    assert not named - known.keys()


def test_a_missing_key_or_term_raises(words: Words):
    with pytest.raises(MissingWordsError, match=r"no\.such"):
        words.say(Sentence("no.such", {}))
    with pytest.raises(MissingWordsError, match=r"no\.such"):
        words.label("no.such")
    with pytest.raises(MissingWordsError, match="market"):
        words.say(Sentence("enter", {}))


ENTER = {
    "market": Name("Norway", "挪威"),
    "models": (Name("Tern", "燕鸥"), Name("Heron (long)", "苍鹭（长）")),
    "cost": Amount(70e6, "money"),
}


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "BRL in 2030 is worth 80% or less of what the case expects."),
        (2, "what the case expects and BRL in 2031"),
        (3, "what the case expects, BRL in 2031 is worth 80% or less of what the case expects and BRL in 2032"),
    ],
)
def test_parts_of_a_sentence_hold_together(count: int, said: str):
    parts = tuple(
        Sentence(
            "if.rate",
            {
                "currency": "BRL",
                "year": Amount(year, "year"),
                "threshold": Amount(0.8, "share"),
                "above": Amount(0, "count"),
            },
        )
        for year in range(2030, 2030 + count)
    )
    terms = {name: Amount(0.1, "share") for name in ("share", "coverage", "coverage_error", "density", "density_error")}
    whole = Sentence("break.where", {"how": "exports", "where": parts, **terms})
    assert said in Words("en", "USD").say(whole)
    assert Words("zh", "USD").say(whole).count("，且") == count - 1


def test_a_sentence_in_english():
    said = Words("en", "USD").say(Sentence("enter", ENTER))
    assert said == "Enter Norway with Tern and Heron, for $70\u00a0m of homologation and network."


def test_a_sentence_in_chinese():
    said = Words("zh", "USD").say(Sentence("enter", ENTER))
    assert said == "进入挪威市场，导入燕鸥、苍鹭，认证与渠道投入7,000万美元。"


def test_long_lists_are_cut():
    models = tuple(Name(c, c) for c in "ABCDE")
    words = Words("en", "USD")
    assert words.names(models) == "A, B, C, D and E"
    assert words.names(models, 3) == "A, B and 3 more"
    assert Words("zh", "USD").names(models, 3) == "A、B等5个"


def test_a_long_list_counts_what_it_lists():
    many = tuple(Name(c, c) for c in "ABCDE")
    said = Words("zh", "USD").say(Sentence("enter", {**ENTER, "models": many}))
    assert "等5款车型" in said
    flagged = Words("zh", "USD").say(Sentence("brief.demand.outside", {"check": "curve_error", "markets": many}))
    assert "等5个市场" in flagged


def test_brackets_stay_where_they_tell_names_apart():
    pair = (Name("Heron (long)", "长"), Name("Heron (short)", "短"))
    assert Words("en", "USD").names(pair) == "Heron (long) and Heron (short)"


@pytest.mark.parametrize(("amount", "word"), [(2.0, "more"), (-2.0, "less")])
def test_the_sign_of_a_term_chooses_the_wording(amount: float, word: str):
    said = Words("en", "USD").say(Sentence("trigger.npv", {"npv": Amount(amount * 1e9, "money")}))
    assert said == f"From then on the plan is worth $2\u00a0bn {word}."


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (9e6, "Leaving it out costs $9\u00a0m of NPV, to within $2\u00a0m."),
        (-1e6, "Leaving it out makes no difference that can be told from the gap of $2\u00a0m that solve left."),
        (-9e6, "Leaving it out would be worth $9\u00a0m of NPV, to within $2\u00a0m."),
    ],
)
def test_what_a_wish_costs_is_not_called_no_difference(cost: float, said: str):
    assert Words("en", "USD").skip(cost, 2e6) == said


def test_a_site_names_its_country_once():
    words, country = Words("en", "USD"), Name("Spain", "西班牙")
    terms = {"site": Name("Spain (idle plant)", ""), "place": country, "capacity": Amount(75e3, "cars")}
    assert "Spain (idle plant)." in words.say(Sentence("retire", terms))
    assert "Zaragoza (Spain)." in words.say(Sentence("retire", terms | {"site": Name("Zaragoza", "")}))


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("conversion 1,350 money/car", "assembly cost 1,350 USD/car", "组装制造费 1,350 USD/car"),
        ("entry_cost 7e+07 money", "cost of entry 70,000,000 USD", "进入成本 70,000,000 USD"),
        ("local_content 0.4", "local content 0.4", "本地化率 0.4"),
        ("price of small", "price of small", "small的售价"),
        ("something else", "something else", "something else"),
    ],
)
def test_assumptions_in_words(text: str, english: str, chinese: str):
    assert Words("en", "USD").assumed(text) == english
    assert Words("zh", "USD").assumed(text) == chinese


def test_phrases_say_the_same_in_chinese_and_are_said_somewhere():
    whole, with_places = phrases()
    assert all(has_chinese(chinese) for chinese in (*whole.values(), *(chinese for _, chinese in with_places)))
    for pattern, chinese in with_places:
        assert set(pattern.groupindex) == set(re.findall(r"\{(\w+)\}", chinese)), pattern.pattern
    files = [*SOURCE.rglob("*.py"), *SOURCE.glob("trade/data/*.csv"), *SOURCE.glob("world/data/places.csv")]
    written = "".join(path.read_text(encoding="utf-8") for path in files)
    written = re.sub(r'"\n +"', "", written)  # a text over several lines is one
    parts = {part for row in rows_of_phrases() for part in re.split(r"\{\w+\}|(?=; did you mean )", row)}
    of_the_system = {"No space left on device", "Permission denied"}
    assert not [part for part in parts - of_the_system if part not in written]


def rows_of_phrases() -> list[str]:
    path = SOURCE / "report" / "data" / "phrases.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row["en"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("dealer price", "经销商价格"),
        ("EU27-003 not applied: its rate is not in the table", "EU27-003 未适用：税率不在表中"),
        ("'{x}' is no number", "'{x}' 不是数字"),
        ("nobody has put this into Chinese", "nobody has put this into Chinese"),
    ],
)
def test_a_phrase_is_said_with_what_fills_its_places(english: str, chinese: str):
    assert Words("zh", "USD").phrase(english) == chinese
    assert Words("en", "USD").phrase(english) == english
