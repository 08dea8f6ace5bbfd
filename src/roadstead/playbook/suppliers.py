"""What a supplier may count on: what each line makes, when it begins, and what its cars take of each part group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.futures.tree import history, leaves, node_probability
from roadstead.playbook.parts import HEADINGS
from roadstead.playbook.parts_book import LineBrief, LineContent, LineOutput, LineStart
from roadstead.playbook.quantiles import HIGH, LOW, MIDDLE, quantile
from roadstead.playbook.reading import weight_by_year
from roadstead.world.carmaker import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import Name
    from roadstead.playbook.parts import Drawn
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.carmaker import Line

GROUPS: tuple[Literal["kit", "battery", "other"], ...] = ("kit", "battery", "other")
"""Part groups, in the order of GOODS after the built-up car."""


def production(reading: Reading, found: Drawn) -> tuple[LineOutput, ...]:
    """Cars by line, model and calendar year, for every line and model that is made in some future."""
    models, weight = reading.evaluation.prospect.labels.model, weight_by_year(reading)
    rows = []
    for i, line in enumerate(reading.evaluation.ledger.lines):
        for k in np.flatnonzero(found.made[:, i].any(0)).tolist():
            of, cars = (*_named(reading, line), models[k], reading.model(models[k])), found.made[:, i, k]
            for year, w in zip(reading.years, weight, strict=True):
                p10, p50, p90 = (float(quantile(cars, w, level)) for level in (LOW, MIDDLE, HIGH))
                rows.append(LineOutput(*of, year, float(w @ cars), p10, p50, p90))
    return tuple(rows)


def _named(reading: Reading, line: Line) -> tuple[str, Name, str, Name, str]:
    return line.line_id, reading.names.line(line.line_id), line.place, reading.place(line.place), line.mode.value


def starts(reading: Reading, found: Drawn) -> tuple[LineStart, ...]:
    """Probability of every line's first year, and of none within the horizon."""
    rows = []
    chance = start_chances(reading, found.made.sum(-1))
    for i, line in enumerate(reading.evaluation.ledger.lines):
        named = (*_named(reading, line), line.standing.value)
        runs = line.standing is Standing.OPERATING and line.opens < reading.tree.first_year
        by_year = np.zeros(len(reading.years)) if runs else chance[:-1, i]
        never = 0.0 if runs else float(chance[-1, i])
        if runs:
            rows.append(LineStart(*named, line.opens, 1.0, 1.0))
        for year, starting, started in zip(reading.years, by_year, np.cumsum(by_year), strict=True):
            rows.append(LineStart(*named, year, float(starting), 1.0 if runs else float(started)))
        rows.append(LineStart(*named, None, never, 1.0 - never))
    return tuple(rows)


def start_chances(reading: Reading, made: Floats) -> Floats:
    """Probability that a line's first car is made in each year, and last that none is. Shape (T + 1, L).

    ``made`` is cars by node-year and line. Shape (Y, L).
    """
    years, tree = reading.evaluation.prospect.node_years, reading.tree
    probability = node_probability(tree)
    chance = np.zeros((len(reading.years) + 1, made.shape[1]))
    for leaf in leaves(tree):
        on_path = np.flatnonzero(np.isin(years.node, history(tree, leaf)))
        runs = made[on_path] > 0
        first = np.where(runs.any(0), _starts_of(years.year, on_path)[runs.argmax(0)] - tree.first_year, -1)
        chance[first, np.arange(made.shape[1])] += probability[leaf]
    return chance


def _starts_of(year: Ints, on_path: Ints) -> Ints:
    """First calendar years of a path's node-years, which the tree sorts."""
    found = year[on_path]
    assert np.all(np.diff(found) > 0)
    return np.asarray(found)


def content(reading: Reading, found: Drawn) -> tuple[LineContent, ...]:
    """What lines take by model, calendar year and part group, where they make cars."""
    models = reading.evaluation.prospect.labels.model
    home, local = (found.made[..., None] * each for each in (found.sent, found.bought))
    rows = []
    for year, w in zip(reading.years, weight_by_year(reading), strict=True):
        cars, sent, bought = (np.tensordot(w, each, 1) for each in (found.made, home, local))
        for i, line in enumerate(reading.evaluation.ledger.lines):
            for k in np.flatnonzero(cars[i]).tolist():
                for g, group in enumerate(GROUPS, 1):
                    here, there = float(bought[i, k, g]), float(sent[i, k, g])
                    if here == there == 0.0:
                        continue
                    of = (*_named(reading, line), models[k], reading.model(models[k]), year, group, HEADINGS[g])
                    made = float(cars[i, k])
                    rows.append(LineContent(*of, made, there, here, there / made, here / made))
    order = {line.line_id: i for i, line in enumerate(reading.evaluation.ledger.lines)}
    return tuple(sorted(rows, key=lambda row: (order[row.line_id], models.index(row.model_id), row.year)))


def briefs(reading: Reading, found: Drawn, begun: Sequence[LineStart]) -> tuple[LineBrief, ...]:
    """One row for every line that makes cars in some future, with what it makes and takes as the horizon ends."""
    w, made = weight_by_year(reading)[-1], found.made.sum(-1)
    rows = []
    for i, line in enumerate(reading.evaluation.ledger.lines):
        if not made[:, i].any():
            continue
        chance = {row.year: row.starts for row in begun if row.line_id == line.line_id and row.year is not None}
        likely = max(chance, key=lambda year: chance[year])
        cars = float(w @ made[:, i])
        taken = (float(w @ (found.made[:, i, :, None] * each[:, i]).sum((1, 2))) for each in (found.sent, found.bought))
        home, local = (worth / cars if cars else None for worth in taken)
        p10, p50, p90 = (float(quantile(made[:, i], w, level)) for level in (LOW, MIDDLE, HIGH))
        _, name, _, country, mode = _named(reading, line)
        started = sum(chance.values())
        rows.append(LineBrief(name, country, mode, started, likely, cars, p10, p50, p90, home, local, line.line_id))
    return tuple(rows)
