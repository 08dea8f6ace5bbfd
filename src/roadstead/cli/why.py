"""`roadstead why`: from a figure of a run's playbook back to the rows and documents it rests on."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from roadstead.cli.printing import answers, print_json, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.report.words import Words
    from roadstead.study.trail.steps import Root, Step
    from roadstead.study.trail.why import Keyed

LEAST = 0.5
"""Money or cars below which a part without a trail of its own is not printed."""
HEADS = {"en": ("key", "figure", ">value"), "zh": ("键", "数字", ">数值")}
CONFIDENCE = {
    "en": {"high": "high confidence", "medium": "medium confidence", "low": "low confidence"},
    "zh": {"high": "可信度高", "medium": "可信度中", "low": "可信度低"},
}
WORDS = {
    "en": {
        "more": "Any other lane, year or node may be asked, too:",
        "ask": "`roadstead why {run} KEY` follows one of them; @n3 after a year asks about node 3 of the tree.",
        "rests": "Rests on:",
        "assumption": "assumption",
        "none": "no source located",
        "equation": "equation {equation}",
        "figure": "{what}: {amount}",
        "as_of": "as of {as_of}",
    },
    "zh": {
        "more": "也可查询其他线路、年份或节点：",
        "ask": "用`roadstead why {run} 键`追溯其中一项；年份后加@n3可查询情景树的节点3。",
        "rests": "依据：",
        "assumption": "假设",
        "none": "未找到来源",
        "equation": "公式{equation}",
        "figure": "{what}：{amount}",
        "as_of": "截至{as_of}",
    },
}


def why(run: Path, key: str = "", /, *, language: Literal["en", "zh"] = "en", json: bool = False) -> None:
    """Walk from a figure of a run's playbook back through the computation to the rows it rests on.

    Parameters
    ----------
    run
        Run folder.
    key
        Key of the figure; all keys of the playbook are listed where none is named.
    language
        en or zh.
    json
        Print JSON, in both languages.
    """
    from roadstead.cli.progress import Watch
    from roadstead.report.words import Words
    from roadstead.study.foresight import why as asked

    with Watch() as watched:
        found = asked(run, key, progress=watched)
    words = Words(language, found.currency)
    if json:
        both = Words("en", found.currency), Words("zh", found.currency)
        keys = [as_json(one, *both) for one in found.keys]
        told = {"run": found.folder, "currency": found.currency}
        print_json(told | ({"keys": keys} if found.trail is None else as_json(found.trail, *both)))
    elif found.trail is None:
        _print_keys(found.keys, run, words)
    else:
        _print(found.trail, words)


def as_json(one: "Step | Keyed", english: "Words", chinese: "Words") -> dict[str, Any]:
    """A figure with what it was worked out from."""
    from roadstead.study.trail.steps import Step

    told: dict[str, Any] = {
        "key": one.key,
        "what": english.say(one.what),
        "what_zh": chinese.say(one.what),
        "value": one.amount.value,
        "kind": one.amount.kind,
    }
    if isinstance(one, Step):
        told |= {
            "how": english.say(one.how) if one.how else "",
            "how_zh": chinese.say(one.how) if one.how else "",
            "equation": one.equation,
            "parts": [as_json(part, english, chinese) for part in one.parts],
            "rests_on": one.rests_on,
        }
    return told


def _print_keys(keys: "tuple[Keyed, ...]", run: Path, words: "Words") -> None:
    from roadstead.study.trail.ground import PATTERNS

    console, own = answers(), WORDS[words.language]
    rows = ((one.key, words.say(one.what), words.amount(one.amount)) for one in keys)
    console.print(table("", HEADS[words.language], rows))
    console.print(own["more"])
    for pattern in PATTERNS:
        console.print(f"  {pattern}", soft_wrap=True)
    console.print(own["ask"].format(run=run), soft_wrap=True)


def _print(step: "Step", words: "Words") -> None:
    """The figure, its parts, and under each the rows that it rests on; what a row rests on is said once."""
    own, shown = WORDS[words.language], set["Root"]()

    def say(text: str, indent: int = 0) -> None:
        console.print(" " * indent + text, soft_wrap=True)

    def rows(one: "Step", indent: int) -> None:
        for root in one.rests_on:
            say(rests_on(root, words, whole=root not in shown), indent)
            shown.add(root)

    console = answers()
    say(_figure(step, words))
    for line in _how(step, words):
        say(line, 2)
    for part in (part for part in step.parts if part.key or part.rests_on or abs(part.amount.value) >= LEAST):
        say(f"{_figure(part, words)}{f'  [{part.key}]' if part.key else ''}", 2)
        for line in _how(part, words):
            say(line, 6)
        rows(part, 6)
    if step.rests_on:
        say(own["rests"])
        rows(step, 2)


def _figure(one: "Step", words: "Words") -> str:
    what = words.say(one.what).rstrip(".。")
    return WORDS[words.language]["figure"].format(what=what, amount=words.amount(one.amount))


def _how(one: "Step", words: "Words") -> "Iterator[str]":
    """How a figure is worked out, with its equation, in a line; none where its rows say it all."""
    equation = WORDS[words.language]["equation"].format(equation=one.equation) if one.equation else ""
    how = words.listed(filter(None, (words.say(one.how) if one.how else "", equation)))
    if how:
        yield how


def rests_on(root: "Root", words: "Words", *, whole: bool = True) -> str:
    """A row in a line: where it stands, what it says, and what it rests on."""
    own = WORDS[words.language]
    row = f"{' '.join(filter(None, (root.at, root.table, root.row)))}: {words.listed(root.says)}"
    source = own["assumption"] if root.is_assumption else " ".join(filter(None, (root.source, root.url))) or own["none"]
    if root.is_assumption and root.table == "events":
        source = root.source
    parts = (
        source,
        own["as_of"].format(as_of=root.as_of) if root.as_of else "",
        CONFIDENCE[words.language][root.confidence],
        root.note,
    )
    return f"{row} ({words.listed(filter(None, parts))})" if whole else row
