"""Trails of where ways to act break: counted again on the same paths, drawn and looked at again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.breaks import breaks
from roadstead.playbook.discovery import discover
from roadstead.study.trail import errors
from roadstead.study.trail.fresh import kept_paths
from roadstead.study.trail.signs import behind_sight
from roadstead.study.trail.steps import ERROR, Keyed, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roadstead.playbook.breaks_book import Broken, Restriction
    from roadstead.playbook.discovery import Found
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.study.trail.fresh import Kept
    from roadstead.study.trail.ground import Ground
    from roadstead.study.trail.steps import Step
    from roadstead.terms.arrays import Flags

SHARES = ("share", "coverage", "density")
LIMIT = "limit"
"""Begins the name of where a limit of what shows the paths lies; their number in the sentence ends it."""
HALF = slice(1, None, 2)
"""Paths that a box is judged on (``discovery``)."""


def listed(g: Ground) -> Iterator[Keyed]:
    """Every figure of where a way breaks."""
    for told in g.book.rehearsal.broken if g.book.rehearsal else ():
        for name, amount in _figures(told).items():
            yield Keyed(f"breaks/{told.key}/{name}", _what(told, name), amount)


def _figures(told: Broken) -> dict[str, Amount]:
    """Its figures by name, as they are printed."""
    found: dict[str, Amount] = {"paths": Amount(float(told.paths), "count")}
    for name in SHARES:
        estimate: Estimate | None = getattr(told, name)
        if estimate is not None:
            found[name] = Amount(estimate.value, "share")
            found[f"{name}{ERROR}"] = Amount(estimate.error, "share")
    return found | {name: _limit(limit) for name, limit in _limits(told).items()}


def _limits(told: Broken) -> Mapping[str, Restriction]:
    """Limits that lie somewhere, by name: an event has come or has not."""
    return {f"{LIMIT}{i}": one for i, one in enumerate(told.where, 1) if one.kind != "event"}


def _limit(one: Restriction) -> Amount:
    return Amount(one.threshold, "cars" if one.kind == "size" else "share")


def _what(told: Broken, name: str) -> Sentence:
    if known := errors.figure(name):
        return errors.of(_what(told, known))
    if name.startswith(LIMIT):
        return Sentence("trail.breaks.limit", {"which": told.key, "where": (_limits(told)[name].said,)})
    return {
        "paths": Sentence("trail.breaks.paths", {"which": told.key}),
        "share": Sentence("trail.breaks.share", {"which": told.key}),
        "coverage": Sentence("trail.breaks.coverage", {"which": told.key}),
        "density": Sentence("trail.breaks.density", {"which": told.key}),
    }[name]


def broken_where(g: Ground, key: str, way: str, *names: str) -> Step:
    """Where a way to act breaks."""
    kept, name = kept_paths(g, key), "/".join(names)
    assert g.book.rehearsal is not None
    known = {one.key: one for one in g.book.rehearsal.broken}
    g.among(key, way, known, "way to act that was told to break")
    told = known[way]
    g.among(key, name, _figures(told), "figure of it")
    fell = breaks(kept.rehearsed, told.how)[:, kept.rehearsed.policies.index(way)]
    weight, what = kept.rehearsed.weight, _what(told, name)
    if name == f"share{ERROR}":
        share = float(weight @ fell)
        error = float(((weight**2) @ (fell - share) ** 2) ** 0.5)
        how = Sentence("trail.how.error", {"paths": Amount(float(len(fell)), "count")})
        whole = step(what, error, "share", key=key)
        return errors.by_groups(whole, fell.astype(float), weight, errors.yes_and_no(fell), how)
    if name in {"share", "paths"}:
        value, kind = (float(weight @ fell), "share") if name == "share" else (float(fell.sum()), "count")
        return step(what, value, kind, key=key, how=_counted(told, fell))
    return _of_box(g, step(what, 0.0, "share", key=key), told, name, (kept, fell))


def _counted(told: Broken, fell: Flags) -> Sentence:
    """Paths on which it breaks, and what counts as that."""
    counts = {"count": Amount(float(fell.sum()), "count"), "paths": Amount(float(len(fell)), "count")}
    return {
        "exports": Sentence("trail.how.breaks.exports", counts),
        "worst": Sentence("trail.how.breaks.worst", counts),
        "regret": Sentence("trail.how.breaks.regret", counts),
    }[told.how]


def _of_box(g: Ground, whole: Step, told: Broken, name: str, on: tuple[Kept, Flags]) -> Step:
    """A figure of what shows the paths, found again."""
    kept, fell = on
    box = _again(g, kept, fell)
    assert box is not None
    if name.startswith(LIMIT):
        i = int(name.removeprefix(LIMIT)) - 1
        limit = told.where[i]
        roots = behind_sight(g, limit.kind, limit.of, limit.year)
        amount = replace(_limit(limit), value=box.box[i].threshold)
        return replace(whole, amount=amount, how=Sentence("trail.how.breaks.limit", {}), rests_on=roots, equation="P.7")
    known = errors.figure(name)
    found: Estimate = getattr(box, known or name)
    of = box.rows if (known or name) == "density" else int(fell[HALF].sum())
    if known:
        return errors.counted(replace(whole, amount=Amount(found.error, "share")), found.value, of)
    roots = tuple(root for one in told.where for root in behind_sight(g, one.kind, one.of, one.year))
    where = tuple(limit.said for limit in told.where)
    count, paths = Amount(float(round(found.value * of)), "count"), Amount(float(of), "count")
    how = Sentence("trail.how.breaks.where", {"where": where, "count": count, "paths": paths})
    return replace(whole, amount=Amount(found.value, "share"), how=how, rests_on=roots, equation="P.7")


def _again(g: Ground, kept: Kept, fell: Flags) -> Found | None:
    """What shows some of the paths, looked for again; once for all ways that break on the same. Shape (P,)."""
    if (same := fell.tobytes()) not in g.boxes:
        visible = g.visible(kept.first, len(fell))
        g.boxes[same] = discover(visible.value, fell, visible.step)
    return g.boxes[same]
