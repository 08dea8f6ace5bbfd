"""A wall that may rise: the smallest problem in which waiting, building and giving up all have their price."""

from __future__ import annotations

import numpy as np

from roadstead.futures.prospect import Arcs, Demand, Labels, NodeYears, Options, Prospect, Resources
from roadstead.futures.tree import ScenarioTree

M = 1e6
PLANT = 0
"""The one option."""


def wall_or_no_wall() -> tuple[ScenarioTree, Prospect]:
    """One model in one market, shipped from home or made in a plant there; from 2029 a wall may bar what comes from home.

    2027 and 2028 are the root's years; 2029 to 2031, run alike, those of `wall` and `open`, each with probability 1/2.
    Nothing is discounted. The market takes 10,000 cars a year, and home can make as many: 1,000 a car from home, 1,200 from
    the plant behind the wall and 500 elsewhere. The site costs 1 M and 0.4 M a year, each of up to two steps of 4,000 cars
    4 M and 0.8 M a year, and 0.6 M of a step is left at the end. Both take a year; a step yields half in its first year.
    To close the site costs 4 M.
    """
    tree = ScenarioTree(
        np.asarray([-1, 0, 0]), np.asarray([2027, 2029, 2029]), np.asarray([2, 3, 3]), np.asarray([1.0, 0.5, 0.5]),
        ("today", "wall", "open"), ("", "", ""),
    )  # fmt: skip
    spans = np.asarray([1, 1, 3, 3])
    width = np.full((4, 1, 1), 10_000.0)
    first, every_year, every_node = np.zeros(1, dtype=int), np.ones((4, 1)), np.ones((3, 1))
    home_or_plant = np.asarray([-1, 0])
    prospect = Prospect(
        labels=Labels(
            ("land",), ("car",), ((0, 0),), ("home", "plant"), ("land",), ("home", "plant"), ("plant",), ("k",)
        ),
        node_years=NodeYears(np.asarray([0, 0, 1, 2]), np.asarray([2027, 2028, 2029, 2029]), spans),
        arcs=Arcs(
            cell=np.zeros(2, dtype=int),
            supply=np.asarray([0, 1]),
            regime=("", ""),
            supply_option=home_or_plant,
            entry_option=np.asarray([-1, -1]),
            risk=np.zeros(2, dtype=int),
            margin=np.asarray([[1000.0, 500.0], [1000.0, 500.0], [1000.0, 1200.0], [1000.0, 500.0]]),
            allowed=np.asarray([[True, True], [True, True], [False, True], [True, True]]),
        ),
        demand=Demand(first, first, width, np.zeros_like(width), width, np.zeros_like(width), first, first),
        resources=Resources(
            option=home_or_plant,
            use_arc=np.asarray([0, 1]),
            use_resource=np.asarray([0, 1]),
            use_amount=np.ones(2),
            free=every_year * [10_000.0, 0.0],
            existing=every_year * [0.0, 0.0],
            usable=every_year * [1.0, 1.0],
            size=np.asarray([1.0, 4000.0]),
            limit=np.asarray([0.0, 2.0]),
            whole=np.asarray([False, True]),
            lead=np.asarray([0, 1]),
            ramp=np.asarray([[1.0, 1.0], [0.5, 1.0]]),
            cost=every_node * [0.0, 4 * M],
            fixed=every_year * [0.0, 0.8 * M],
            scrap=every_node * [0.0, 0.0],
            salvage=every_node * [0.0, 0.6 * M],
            minimum_take=np.zeros(2),
            take_price=np.zeros(2),
            risk=np.zeros(2, dtype=int),
        ),
        options=Options(
            opens=np.asarray([9999]),
            lead=np.asarray([1]),
            cost=every_node * M,
            fixed=every_year * 0.4 * M,
            exit_cost=every_node * 4 * M,
            allowed=every_node > 0,
            risk=first,
        ),
        discount=spans[:, None].astype(float),
        node_discount=np.ones((3, 1)),
        end_discount=np.ones(1),
    )
    return tree, prospect
