"""What case.yaml may hold, entry by entry, each with its type and bounds."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from roadstead.futures.events import ShiftKind  # noqa: TC001 - pydantic looks it up
from roadstead.terms.ids import Powertrain  # noqa: TC001 - pydantic looks it up
from roadstead.trade.amendment import Action  # noqa: TC001 - pydantic looks it up

MOST_PERCENT = 100


def _not_a_percentage(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 1 < value <= MOST_PERCENT:
        raise PydanticCustomError("percentage", "{value} looks like a percentage", {"value": f"{value:g}"})
    return value


def _is_a_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day", "a day of the calendar, for instance 2026-07-02") from None
    return value


def _is_a_setting(value: Any) -> Any:
    if value in ("low", "high"):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max:
        return float(value)
    raise PydanticCustomError("setting", "a number, or low or high for an end of the range")


Setting = Annotated[float | Literal["low", "high"], PlainValidator(_is_a_setting)]
Fraction = Annotated[float, BeforeValidator(_not_a_percentage), Field(ge=0.0, le=1.0)]
EARLIEST, LATEST = 1950, 2100
"""Years a case may speak of; past ones are for back-tests."""
Year = Annotated[int, Field(ge=EARLIEST, le=LATEST)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class Horizon(_Part):
    """First and last year planned, and the last in which something new may be committed to."""

    first: Year
    last: Year
    last_decision: Year


class Money(_Part):
    """Money of every total: real, of ``price_year``; sales and prices start from ``base_year``."""

    currency: str
    price_year: Year
    base_year: Year


class NodeEntry(_Part):
    """A node of the tree; its edge fires a named set of events."""

    id: str
    parent: str = ""
    probability: Fraction = 1.0
    fires: tuple[str, ...] = ()
    name: str
    name_zh: str


def _is_all(value: Any) -> Any:
    return () if value == "all" else value


class GrownEntry(_Part):
    """A tree grown from simulated paths: nodes of each stage, what the paths are drawn with, events that nodes may show.

    ``certain`` are events, with a degree behind a colon, and the year in which they come on every path; ``never`` come on none.
    """

    nodes: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    seed: Annotated[int, Field(ge=0)] | None = None
    paths: Annotated[int, Field(ge=1000, le=1_000_000)] = 20_000
    events: Annotated[tuple[str, ...], BeforeValidator(_is_all)] = ()
    economy: bool = True
    certain: dict[str, Year] = Field(default_factory=dict)
    never: tuple[str, ...] = ()


class TreeEntry(_Part):
    """The tree: first year of each stage, and the nodes, root first, or how it is grown.

    ``classes`` are shares of draws that are slow and fast, where paths do not say.
    """

    stages: tuple[Year, ...] = Field(min_length=1)
    nodes: tuple[NodeEntry, ...] = ()
    grown: GrownEntry | None = None
    classes: dict[Literal["slow", "fast"], Fraction] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> TreeEntry:
        if bool(self.nodes) == (self.grown is not None):
            raise PydanticCustomError("tree", "either `nodes:`, root first, or `grown:`")
        return self


class AmendmentEntry(_Part):
    """One change of the rulebook; trade/amendment.py says what each action does."""

    action: Action
    importer: str
    kind: str = ""
    measure: str = ""
    origins: tuple[str, ...] = ()
    powertrains: tuple[Powertrain, ...] = ()
    products: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()
    rate: Annotated[float, BeforeValidator(_not_a_percentage), Field(ge=0.0, le=5.0)] | None = None
    makers: tuple[str, ...] = ()
    money: Annotated[float, Field(gt=0.0)] | None = None
    currency: str = ""
    condition: str = ""


class ShiftEntry(_Part):
    """What an event moves that stands in no row of law; futures/events.py says what each kind does."""

    kind: ShiftKind
    place: str
    amount: Annotated[float, Field(ge=0.0, le=5.0)]
    makers: tuple[str, ...] = ()
    powertrains: tuple[Powertrain, ...] = ()


class ContentEntry(_Part):
    """A least local content in a place."""

    place: str
    least: Fraction


class LeastPriceEntry(_Part):
    """A least price of cars shipped from home, as a share of each model's reference price; 0 lifts one."""

    importer: str
    powertrains: tuple[Powertrain, ...] = Field(min_length=1)
    share: Annotated[float, Field(ge=0.0, le=3.0)]


class EventEntry(_Part):
    """A named change with its probability and what that rests on."""

    id: str
    title: str
    title_zh: str
    probability: Fraction
    rests_on: str
    note: str = ""
    amendments: tuple[AmendmentEntry, ...] = ()
    demand: Literal["", "slow", "fast"] = ""
    route: Literal["", "SUEZ_OPEN", "SUEZ_CLOSED"] = ""
    content: tuple[ContentEntry, ...] = ()
    terms: dict[str, Setting] = Field(default_factory=dict)
    least_prices: tuple[LeastPriceEntry, ...] = ()
    shifts: tuple[ShiftEntry, ...] = ()


class PinEntry(_Part):
    """A wish: a line or a market to commit to by a year, or never."""

    what: str
    do: Literal["open", "never"]
    by: Year | None = None


class AnnouncedEntry(_Part):
    """An announced line as announced: year of commitment and capacity steps, which only a conversion may do without."""

    year: Year
    modules: Annotated[float, Field(ge=0)]


class EffortEntry(_Part):
    """How hard to look: share of value added left to prove, and a limit of time. [fraction], [s]"""

    gap: Fraction = 0.01
    seconds: Annotated[float, Field(gt=0)] = 40.0


class FlexibilityEntry(_Part):
    """What flexibility is tried with, and the time it may take over the plan's own; nothing of it where that is 0."""

    times: Annotated[float, Field(ge=0.0, le=100.0)] = 2.0
    half_step_dearer: Annotated[float, Field(ge=0.0, le=3.0)] = 0.1
    site_right: Fraction = 0.1
    site_sooner: Annotated[int, Field(ge=0, le=10)] = 1


class OutlookEntry(_Part):
    """What the outlook may use beside histories: a published projection and its weight, dated steps of policy."""

    outside_view: str = ""
    weight: Fraction = 0.5
    policy_steps: bool = False


class RiskEntry(_Part):
    """The worst futures weighed beside the mean: share of futures that are the worst, and what their mean counts."""

    level: Annotated[Fraction, Field(gt=0.0)]
    weight: Fraction


class ScenarioEntry(_Part):
    """Named patches over the case: scenarios it stands on, selectors with values, events with the year they are certain from."""

    title: str = ""
    title_zh: str = ""
    over: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


class CaseFile(_Part):
    """All of case.yaml. ``patched``: what was worked into it, written where a case with patches is kept."""

    name: str
    name_zh: str
    firm: str
    nationality: str
    home: str
    as_known_on: Annotated[str, BeforeValidator(str), AfterValidator(_is_a_day)]
    route: Literal["SUEZ_OPEN", "SUEZ_CLOSED"]
    seed: Annotated[int, Field(ge=0)] = 0
    draws: Annotated[int, Field(ge=100, le=100000)] = 1000
    outlook: OutlookEntry = OutlookEntry()
    horizon: Horizon
    money: Money
    declared: dict[str, dict[str, bool | float | str]] = Field(default_factory=dict)
    tree: TreeEntry
    events: tuple[EventEntry, ...] = ()
    pins: tuple[PinEntry, ...] = ()
    budget: dict[Year, Annotated[float, Field(ge=0.0)]] = Field(default_factory=dict)
    risk: RiskEntry | None = None
    effort: EffortEntry = EffortEntry()
    flexibility: FlexibilityEntry = FlexibilityEntry()
    announced: dict[str, AnnouncedEntry] = Field(default_factory=dict)
    scenarios: dict[str, ScenarioEntry] = Field(default_factory=dict)
    patched: tuple[str, ...] = ()
