"""`roadstead duty --compare` and `--timeline`: quotes side by side, and one lane over the years."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.cli.duty import as_json
from roadstead.cli.printing import answers, chart_faults, number, plain, print_blocks, print_json
from roadstead.showing import lanes
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.trade.comparison import Step, Variant
    from roadstead.trade.inquiry import Inquiry

Answer = TypeVar("Answer")


def compare(inquiry: "Inquiry", asked: str, chart: Path | None, faults: list[Fault], *, json: bool) -> None:
    """Print, and draw where asked, quotes side by side."""
    from roadstead.trade import comparison
    from roadstead.world import reference

    faults += chart_faults(chart)
    by, values = comparison.read_comparison(asked)
    variants = _unless(faults, lambda: comparison.compare(inquiry, by, values, reference.load()))
    if chart is not None:
        lanes.duties_drawn(_lane(inquiry, by), variants).save(chart)
    if json:
        print_json([_variant(variant) for variant in variants])
        return
    console = answers()
    console.print(f"{_lane(inquiry, by)}, customs value US${number(inquiry.value)}")
    console.print()
    print_blocks(lanes.side_by_side(variants))
    if chart is not None:
        console.print(f"drawn: {chart}", soft_wrap=True)


def timeline(inquiry: "Inquiry", asked: str, chart: Path | None, faults: list[Fault], *, json: bool) -> None:
    """Print, and draw where asked, what a lane pays over the years."""
    from roadstead.trade import comparison
    from roadstead.world import reference

    faults += chart_faults(chart)
    steps = _unless(faults, lambda: comparison.timeline(inquiry, comparison.read_years(asked), reference.load()))
    if chart is not None:
        lanes.lane_drawn(_lane(inquiry, "on"), steps).save(chart)
    if json:
        print_json([_step(step) for step in steps])
        return
    console = answers()
    console.print(f"{_lane(inquiry, 'on')}, customs value US${number(inquiry.value)}")
    console.print()
    print_blocks(lanes.over_years(steps))
    if chart is not None:
        console.print(f"drawn: {chart}", soft_wrap=True)


def _unless(faults: list[Fault], ask: "Callable[[], Answer]") -> "Answer":
    """The answer, unless something is wrong with the question; then everything that is."""
    said = {fault.where for fault in faults}
    try:
        found = ask()
    except RoadsteadError as error:
        raise RoadsteadError([*faults, *(fault for fault in error.faults if fault.where not in said)]) from None
    if faults:
        raise RoadsteadError(faults)
    return found


def _variant(variant: "Variant") -> dict[str, Any]:
    head = {"by": variant.by, "value": variant.value}
    return head | (as_json(variant.quote) if variant.quote else {"faults": plain(variant.faults)})


def _step(step: "Step") -> dict[str, Any]:
    head = {"first": plain(step.first), "last": plain(step.last)}
    return head | (as_json(step.quote) if step.quote else {"faults": plain(step.faults)})


def _lane(inquiry: "Inquiry", by: str) -> str:
    """What is asked, without what differs."""
    words = {
        "powertrain": inquiry.powertrain.upper(),
        "product": inquiry.product,
        "firm": f"of {inquiry.firm}" if inquiry.firm else "",
        "origin": f"from {inquiry.origin}",
        "importer": f"into {inquiry.importer}",
        "on": f"on {inquiry.on}",
    }
    return " ".join(word for name, word in words.items() if word and name != by)
