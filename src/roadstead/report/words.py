"""What the report says, in English or in Chinese: sentences with their terms put in, and labels.

Sentences stand in ``data/sentences.csv``, labels in ``data/labels.csv``, those of the web desk in ``data/desk.csv``; what other rooms write in
English, and no reader of Chinese should have to read, in ``data/phrases.csv``.
A place ``{npv}`` takes a term as its kind is printed; ``{npv:abs}`` without its sign; ``{model:short}`` a name without its trailing bracket; ``{models:few}`` the first of
several; ``{site:at place}`` a site with its country unless it names it; ``{mode:by}`` the label ``by.export`` of a mode; ``{bar:cost}`` a bar of a waterfall. A sentence may have several rows, each
with a condition on a term (``saving<0``, ``count=1``, ``low=high``); the first that holds is said.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.report.amounts import plain, printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.playbook.book import Term
    from roadstead.playbook.fronts_book import Front
    from roadstead.report.amounts import Language

PLACE = re.compile(r"\{(\w+)(?::([^{}]+))?\}")
BRACKET = re.compile(r"\s*[(（][^()（）]*[)）]$")
CONDITION = re.compile(r"(\w+)([<=])(\w+)")
INPUTS = ("kit", "parts", "battery")
"""What crosses the border before a car is finished; its bars carry the word in front."""
NAMED, FEW = 5, 3
"""Names of a list that are said, and where ``{models:few}`` asks for few; of a longer one, one fewer and how many more."""


class MissingWordsError(LookupError):
    """The catalogues of words lack a key, or a sentence a term."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say a sentence, and the condition under which it is the right one."""

    when: str
    template: str


@cache
def sentences(language: Language) -> Mapping[str, tuple[Wording, ...]]:
    """Every sentence by key, its wordings in order."""
    found: dict[str, tuple[Wording, ...]] = {}
    for row in _rows("sentences.csv"):
        found[row["key"]] = (*found.get(row["key"], ()), Wording(row["when"], row[language]))
    return found


@cache
def labels(language: Language) -> Mapping[str, str]:
    """Every label by key: the report's, and those of the desk that shows it."""
    return {row["key"]: row[language] for name in ("labels.csv", "desk.csv") for row in _rows(name)}


@cache
def phrases() -> tuple[Mapping[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Phrases in Chinese by their English; and those with places, ``{text} is no number``, in the order in which they are tried."""
    rows = [(row["en"], row["zh"]) for row in _rows("phrases.csv")]
    whole = {english: chinese for english, chinese in rows if "{" not in english}
    parted = ((re.split(r"\{(\w+)\}", english), chinese) for english, chinese in rows if "{" in english)
    return whole, tuple((re.compile(_pattern(parts), re.DOTALL), chinese) for parts, chinese in parted)


def _pattern(parts: Sequence[str]) -> str:
    """A pattern from what stands between places and their names in turn."""
    return "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("roadstead.report").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogues in one language, with the currency money is printed in."""

    language: Language
    currency: str

    def label(self, key: str) -> str:
        """A label; a missing key raises."""
        try:
            return labels(self.language)[key]
        except KeyError:
            raise MissingWordsError(f"labels.csv has no {key!r}") from None

    def phrase(self, text: str) -> str:
        """A phrase that other rooms write in English, in the report's language where the catalogue knows it; so is what fills its places."""
        if self.language == "en":
            return text
        whole, with_places = phrases()
        if text in whole:
            return whole[text]
        for pattern, template in with_places:
            if found := pattern.fullmatch(text):
                return template.format(**{name: self.phrase(part) for name, part in found.groupdict().items()})
        return text

    def assumed(self, text: str) -> str:
        """An assumption of the case put in words: ``conversion 1,350 money/car``, ``price of small``."""
        item, *rest = text.split(" ")
        known = labels(self.language).get(f"item.{item}", item)
        if rest[:1] == ["of"]:
            return self.tell("assumed.of", item=known, of=" ".join(rest[1:]))
        said = [_counted(word) for word in rest]
        if len(said) > 1:
            said[-1] = self.unit(said[-1])
        return " ".join([known, *said])

    def unit(self, text: str) -> str:
        """A unit with the currency for ``money``; nothing for a plain number's."""
        return "" if text == "1" else text.replace("money", self.currency)

    def changes(self, text: str) -> str:
        """What an event changes, the words of its amendments put in the report's language where they are known."""
        known = labels(self.language)
        said = (
            known.get(f"change.{token.rstrip(';')}", token.rstrip(";")) + ";" * token.endswith(";")
            for token in text.split()
        )
        return " ".join(filter(None, said))

    def currency_name(self) -> str:
        """What the language calls the currency; its code where the catalogue does not know it."""
        return labels(self.language).get(f"currency.{self.currency}", self.currency)

    def name(self, name: Name) -> str:
        """A proper name."""
        return name.zh if self.language == "zh" else name.en

    def short(self, name: Name) -> str:
        """A proper name without its trailing bracket."""
        whole = self.name(name)
        return BRACKET.sub("", whole) or whole

    def amount(self, amount: Amount) -> str:
        """An amount as its kind is printed."""
        money_name = self.currency_name() if self.language == "zh" else self.currency
        return printed(amount, self.currency, self.language, money_name)

    def money(self, value: float) -> str:
        """An amount of money."""
        return self.amount(Amount(value, "money"))

    def more(self, value: float, kind: Literal["money", "cars", "share"] = "money") -> str:
        """An amount more or less, with its sign."""
        return f"{'+' if value > 0 else ''}{self.amount(Amount(value, kind))}"

    def share(self, value: float) -> str:
        """A fraction in per cent."""
        return self.amount(Amount(value, "share"))

    def cars(self, value: float) -> str:
        """A number of cars."""
        return self.amount(Amount(value, "cars"))

    def names(self, names: Sequence[Name], most: int = NAMED, cut: str = "list.some") -> str:
        """Names joined; brackets left out where no two names become one, a list longer than ``most`` cut as ``cut`` says."""
        short = [self.short(name) for name in names]
        said = short if len(set(short)) == len(short) else [self.name(name) for name in names]
        if len(said) > most:
            shown = said[: most - 1]
            terms = {"names": self.in_a_row(shown), "rest": str(len(said) - len(shown)), "total": str(len(said))}
            return self.say(Sentence(cut, terms))
        return self.in_a_row(said) if self.language == "zh" else _anded(said)

    def in_a_row(self, said: Iterable[str]) -> str:
        """Names with what stands between two of them."""
        return ("、" if self.language == "zh" else ", ").join(said)

    def cost(self, key: str) -> str:
        """A bar of a waterfall: a cost line, with what crossed the border in front where it was not the car."""
        head, _, tail = key.partition("_")
        if head in INPUTS and f"cost.{tail}" in labels(self.language):
            return self.label(f"cost.of.{head}") + lowered(self.label(f"cost.{tail}"))
        return self.label(f"cost.{key}")

    def say(self, sentence: Sentence) -> str:
        """A sentence with its terms put in; a missing key or term raises."""
        wordings = sentences(self.language).get(sentence.key)
        if not wordings:
            raise MissingWordsError(f"sentences.csv has no {sentence.key!r}")
        template = next(w.template for w in wordings if not w.when or _holds(w.when, sentence))
        return PLACE.sub(lambda match: self._put(match, sentence), template)

    def tell(self, key: str, /, **terms: Term) -> str:
        """A sentence of the report itself."""
        return self.say(Sentence(key, terms))

    def fill(self, key: str, /, **terms: str | float) -> str:
        """A sentence of the page itself: numbers named ``count`` are counted, others are years."""
        kinds: dict[str, Term] = {
            name: term if isinstance(term, str) else Amount(float(term), "count" if name == "count" else "year")
            for name, term in terms.items()
        }
        return self.say(Sentence(key, kinds))

    def joined(self, said: Iterable[Sentence]) -> str:
        """Sentences one after the other."""
        return ("" if self.language == "zh" else " ").join(map(self.say, said))

    def listed(self, parts: Iterable[str]) -> str:
        """Short statements in a row."""
        return ("；" if self.language == "zh" else "; ").join(parts)

    def headed(self, head: str, text: str) -> str:
        """A text after what it is of."""
        return f"{head}：{text}" if self.language == "zh" else f"{head}: {text}"

    def front(self, key: str, row: Front) -> str:
        """A row of the three fronts: its name, what it is measured against, its source."""
        terms: dict[str, Term] = {
            "who": row.who, "year": Amount(row.year, "year"), "denominator": self.phrase(row.denominator),
            "source": self.phrase(row.source),
        }  # fmt: skip
        return self.say(Sentence(f"fronts.{key}", terms))

    def brief(self, sentence: Sentence) -> str:
        """A decision in a few words with its money; any other sentence as it is."""
        key = f"brief.{sentence.key}"
        return self.say(Sentence(key, sentence.terms) if key in sentences(self.language) else sentence)

    def skip(self, cost: float | None, gap: float) -> str:
        """What leaving a decision out costs."""
        if cost is None:
            return self.tell("skip.must")
        if cost < -gap:  # pinned, most likely
            return self.tell("skip.costly", cost=Amount(cost, "money"), gap=Amount(gap, "money"))
        return self.tell("skip", cost=Amount(cost, "money"), gap=Amount(gap, "money"))

    def _put(self, match: re.Match[str], sentence: Sentence) -> str:
        term, spec = _term(sentence, match[1]), match[2] or ""
        match term:
            case Amount():
                text = self.amount(replace(term, value=abs(term.value)) if spec == "abs" else term)
            case tuple():
                text = self._several(term, match[1], spec)
            case str():
                text = self._word(term, spec)
            case Name() if spec.startswith("at "):
                text = self._at(term, _term(sentence, spec.removeprefix("at ")))
            case Name():
                text = self.short(term) if spec == "short" else self.name(term)
        return text

    def _several(self, terms: tuple[Name, ...] | tuple[Sentence, ...], name: str, spec: str) -> str:
        """Names in a row; parts of a sentence that hold together."""
        parts = [self.say(term) for term in terms if isinstance(term, Sentence)]
        if parts:
            return "，且".join(parts) if self.language == "zh" else _anded(parts)
        names = [term for term in terms if isinstance(term, Name)]
        return self.names(names, FEW, f"list.{name}") if spec == "few" else self.names(names)

    def _word(self, term: str, family: str) -> str:
        if family == "currency":
            return labels(self.language).get(f"currency.{term}", term)
        if family == "cost":
            return self.cost(term)
        return self.label(f"{family}.{term}") if family else term

    def _at(self, site: Name, place: Term) -> str:
        """A site with its country, unless its name says it."""
        if not isinstance(place, Name):
            raise MissingWordsError(f"{place!r} is not the name of a place")
        here, country = self.name(site), self.name(place)
        if country in here:
            return here
        return country + here if self.language == "zh" else f"{here} ({country})"


def _anded(said: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))


def lowered(label: str) -> str:
    """A label inside a phrase: its first letter small, unless it begins an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _counted(word: str) -> str:
    """A number written for people where a word is one."""
    try:
        return plain(float(word.replace(",", "")), 4)
    except ValueError:
        return word


def _term(sentence: Sentence, name: str) -> Term:
    try:
        return sentence.terms[name]
    except KeyError:
        raise MissingWordsError(f"{sentence.key!r} lacks its term {name!r}") from None


def _number(term: Term) -> float:
    if isinstance(term, Amount):
        return term.value
    return float(len(term)) if isinstance(term, tuple) else float(str(term))


def _holds(when: str, sentence: Sentence) -> bool:
    parts = CONDITION.fullmatch(when)
    if parts is None:
        raise MissingWordsError(f"{sentence.key!r} has a condition nobody can read: {when!r}")
    name, sign, other = parts.groups()
    value = _number(_term(sentence, name))
    bound = float(other) if other.isdigit() else _number(_term(sentence, other))
    return value < bound if sign == "<" else value == bound
