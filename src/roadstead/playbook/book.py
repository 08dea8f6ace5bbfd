"""The playbook as plain values: everything a page may show, worked out, named in both languages, and cited.

Whoever draws a book computes nothing: a sentence is a key into the catalogues of words with its terms, a chart is its
marks, a table its rows. Money is in the book's currency, real, of its price year; cars are cars per year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.playbook.demand_book import ImpliedDemand
    from roadstead.playbook.fronts_book import Front
    from roadstead.playbook.map_book import Atlas
    from roadstead.playbook.parts_book import Pull
    from roadstead.playbook.regret_book import Regrets
    from roadstead.playbook.rehearsal_book import FreshPaths
    from roadstead.playbook.signs_book import Signpost
    from roadstead.playbook.sources_book import SourceRow
    from roadstead.playbook.trails_book import Trails
    from roadstead.playbook.weights_book import Weights
    from roadstead.playbook.worth_book import Worth


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the kind that says how to print it, and the key of the figure it is, where it is one (docs/trail.md)."""

    value: float
    kind: Literal["money", "money_per_car", "cars", "share", "year", "years", "count", "ratio"]
    key: str = ""


Term: TypeAlias = "Name | Amount | str | tuple[Name, ...] | tuple[Sentence, ...]"
"""What a sentence may speak of; sentences among it are parts that hold together."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the catalogues of words: its key, and the terms its places take by name."""

    key: str
    terms: Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Cover:
    """What was planned, on what knowledge, in what money, and how close to the best plan.

    Attributes
    ----------
    conventions
        Sentences printed beside every total: money, tax, discounting, price year.
    world_as_of, rules_as_of
        ISO dates of the newest facts and rules used.
    gap_value_added, gap_npv
        Proven distance to the best plan, as shares of value added over baseline (a) and of NPV. [fraction]
    bound
        Which bound proves it: "certified" (weak duality, no solver) or "solver" (branch and bound).
    seconds
        Time the planning took.
    patches
        What was worked into the case before it was planned; empty for the case itself.
    """

    carmaker: Name
    run: str
    currency: str
    price_year: int
    first_year: int
    last_year: int
    as_known_on: str
    world_as_of: str
    rules_as_of: str
    conventions: tuple[Sentence, ...]
    gap_value_added: float
    gap_npv: float
    bound: Literal["certified", "solver"]
    seconds: float
    patches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoNow:
    """A commitment to make as the horizon begins.

    Attributes
    ----------
    costs_to_skip
        Expected NPV lost when it is pinned off and the plan solved again, None where what the case asks cannot be kept without
        it; the gap that solve left. [money]
    unsourced
        Assumptions and unsourced rows the line rests on, in words.
    key
        Kind and subject of the decision: what ends the key of its figure.
    flip
        Said where the mode would differ if cars from home bore full home cost.
    """

    what: Sentence
    why: Sentence
    costs_to_skip: float | None
    skip_gap: float
    unsourced: tuple[str, ...]
    flip: Sentence | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Events to watch for that come together: when they may be known, how likely they are, and what they change.

    Attributes
    ----------
    probability
        That they happen, as the tree implies it. [fraction]
    watch_in
        First year in which the tree lets them happen.
    then, otherwise
        What the plan does where they happen, and where they do not.
    rests_on
        Source or reasoning behind the probability.
    key
        Nodes of the tree at which they have happened, with a plus sign between: what ends the key of the probability.
    """

    event: Name
    probability: float
    watch_in: int
    then: tuple[Sentence, ...]
    otherwise: tuple[Sentence, ...]
    rests_on: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """A decision that can wait: the year it is due, how likely it is to be taken, and what ends the key of that. [fraction]"""

    what: Sentence
    year: int
    probability: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Expected NPV of the plan or of something it is held against.

    Attributes
    ----------
    key
        plan, standing (a), announced (b), export_only (c), central (d).
    capital
        Expected present value of capital committed. [money]
    worst
        NPV in its worst future. [money]
    """

    key: Literal["plan", "standing", "announced", "export_only", "central"]
    npv: float
    plan_is_better_by: float
    capital: float
    worst: float


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    """A market's main mode over some years on the most likely future, with its cars and the share made abroad in that year.

    Attributes
    ----------
    key
        Market, year and node: what ends the keys of its figures.
    """

    market: Name
    year: int
    span: int
    mode: str
    cars: float
    local_share: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node of the policy tree: what has become known as it begins, and what is decided there."""

    node: int
    parent: int
    name: Name
    year: int
    years: int
    probability: float
    fires: tuple[Name, ...]
    decisions: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a waterfall: a cost line in words, its amount per car, and the measures it comes from."""

    key: str
    amount: float
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From the gate to the dealer on one lane, beside what the maker keeps of the price. [money/car]

    Attributes
    ----------
    key
        Lane and year: what ends the keys of its figures. Everything in a book may be asked why by its key (docs/trail.md).
    """

    model: Name
    market: Name
    supply: Name
    mode: str
    year: int
    bars: tuple[Bar, ...]
    net_price: float
    retail_price: float
    cars: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class VolumeYear:
    """Expected cars by mode in a year, and the 10-90 % span of the total over futures."""

    year: int
    mode: str
    cars: float
    low_total: float
    high_total: float


@dataclass(frozen=True, slots=True)
class SiteYear:
    """Expected capacity and output of a line in a year, and what ends the keys of its figures. [cars/year]"""

    site: Name
    mode: str
    year: int
    capacity: float
    output: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class FutureValue:
    """NPV of one path through the tree under the plan or a baseline."""

    leaf: int
    name: Name
    probability: float
    key: str
    npv: float


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market in a year, in expectation over futures, and what ends the keys of its figures."""

    market: Name
    year: int
    size: float
    nev_share: float
    sales: float
    exported: float
    kits: float
    contract: float
    local: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision at a node. ``capital`` is in money of its own year; kind, subject and node end its key. [money]"""

    node: Name
    year: int
    probability: float
    what: Sentence
    capital: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A figure of the case and what it rests on."""

    figure: str
    value: str
    unit: str
    source: str
    url: str
    as_of: str
    confidence: str
    is_assumption: bool
    note: str


@dataclass(frozen=True, slots=True)
class OtherRule:
    """A rule of planned markets that is no duty.

    Attributes
    ----------
    standing
        Whether the plan works it out (``acts``), takes it from another table (``elsewhere``), or only shows it (``shown``).
    printed
        Amount and condition as the source prints them.
    first, last
        ISO dates; empty where open.
    """

    markets: tuple[Name, ...]
    measure: str
    standing: Literal["acts", "elsewhere", "shown"]
    effect: str
    title: str
    printed: str
    first: str
    last: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event of the tree: the probability its author states, the one the tree implies, what both rest on, and its id as key."""

    event: Name
    stated: float
    implied: float
    changes: str
    rests_on: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The whole playbook."""

    cover: Cover
    headline: tuple[Sentence, ...]
    do_now: tuple[DoNow, ...]
    triggers: tuple[Trigger, ...]
    later: tuple[Later, ...]
    comparisons: tuple[Comparison, ...]
    fronts: tuple[Front, ...]
    atlas: Atlas
    timeline: tuple[TimelineSpan, ...]
    tree: tuple[TreeNode, ...]
    waterfalls: tuple[Waterfall, ...]
    volumes: tuple[VolumeYear, ...]
    sites: tuple[SiteYear, ...]
    futures: tuple[FutureValue, ...]
    markets: tuple[MarketRow, ...]
    decisions: tuple[DecisionRow, ...]
    evidence: tuple[EvidenceRow, ...]
    events: tuple[EventRow, ...]
    warnings: tuple[Sentence, ...]
    other_rules: tuple[OtherRule, ...] = ()
    pull: Pull | None = None
    demand: ImpliedDemand | None = None
    flexibility: tuple[Worth, ...] = ()
    signposts: tuple[Signpost, ...] = ()
    rehearsal: FreshPaths | None = None
    regrets: Regrets | None = None
    sources: tuple[SourceRow, ...] = ()
    weights: Weights | None = None
    trails: Trails | None = None
