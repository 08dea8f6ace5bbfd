"""Roadstead: export, assemble kits or build locally, per market and year, with a proven gap and every number's source.

>>> import roadstead as rs
>>> quote = rs.duty(importer="EU27", origin="CHN", powertrain="BEV", firm="BYD", on="2025-03-01", value=20000)
>>> round(quote.total_duty_rate, 4)
0.27
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roadstead.study.api import (
        check,
        duty,
        duty_compare,
        duty_timeline,
        other_rules,
        plan,
        read_case,
        rules_diff,
        rules_list,
        rules_show,
        solve_problem,
        verify,
        world,
    )
    from roadstead.study.back_tests import backtest_japan, backtest_makers, backtest_walls
    from roadstead.study.diversions import divert
    from roadstead.study.evidence import claims, markets, precedents, world_diff, world_snapshot
    from roadstead.study.foresight import futures, watch, why
    from roadstead.study.origins import origin
    from roadstead.study.outlooks import (
        outlook,
        outlook_backtest,
        outlook_beside,
        outlook_beside_published,
        outlook_nowcast,
        outlook_projections,
        outlook_size_backtest,
    )
    from roadstead.study.problem import load_problem, save_problem
    from roadstead.study.template import new_case
    from roadstead.study.what_ifs import compare, sweep
    from roadstead.terms.errors import Fault, RoadsteadError

    __version__: str

__all__ = [
    "Fault",
    "RoadsteadError",
    "__version__",
    "backtest_japan",
    "backtest_makers",
    "backtest_walls",
    "check",
    "claims",
    "compare",
    "demand",
    "divert",
    "duty",
    "duty_compare",
    "duty_timeline",
    "futures",
    "load_problem",
    "markets",
    "new_case",
    "origin",
    "other_rules",
    "outlook",
    "outlook_backtest",
    "outlook_beside",
    "outlook_beside_published",
    "outlook_nowcast",
    "outlook_projections",
    "outlook_size_backtest",
    "plan",
    "precedents",
    "read_case",
    "rules_diff",
    "rules_list",
    "rules_show",
    "save_problem",
    "solve_problem",
    "sweep",
    "verify",
    "watch",
    "why",
    "world",
    "world_diff",
    "world_snapshot",
]
_ASKED_ROOMS = frozenset({"futures", "outlook", "world"})
"""Rooms whose name is also a question."""


class _AskedRoom(ModuleType):
    """A room that is also a function: ``rs.world()`` beside ``from roadstead.world import reference``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Answer as the function of the same name does."""
        return _asked(self.__name__.rpartition(".")[2])(*args, **kwargs)


class _House(ModuleType):
    """The package; the import of a room sets it as an attribute, which must not hide the function of its name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _ASKED_ROOMS and isinstance(value, ModuleType):
            value.__class__ = _AskedRoom
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    """Load what is asked for as it is asked for: importing the package alone costs next to nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "__version__":
        from importlib.metadata import version

        return version("roadstead")
    if name in _ASKED_ROOMS or name == "demand":
        from importlib import import_module

        return import_module(f"roadstead.{name}")
    if name in {"Fault", "RoadsteadError"}:
        from roadstead.terms import errors

        return getattr(errors, name)
    return _asked(name)


def _asked(name: str) -> Any:
    """A question by its name."""
    from roadstead.study import (
        api,
        back_tests,
        diversions,
        evidence,
        foresight,
        origins,
        outlooks,
        problem,
        template,
        what_ifs,
    )

    alone = {
        "backtest_japan": back_tests,
        "backtest_makers": back_tests,
        "backtest_walls": back_tests,
        "origin": origins,
        "divert": diversions,
        "claims": evidence,
        "markets": evidence,
        "precedents": evidence,
        "world_diff": evidence,
        "world_snapshot": evidence,
        "futures": foresight,
        "watch": foresight,
        "why": foresight,
        "new_case": template,
        "compare": what_ifs,
        "sweep": what_ifs,
        "save_problem": problem,
        "load_problem": problem,
    }
    return getattr(outlooks if name.startswith("outlook") else alone.get(name, api), name)


def telling(result: Any) -> Any:
    """What a result shows of itself in a notebook; it asks this as it is looked at."""
    from roadstead.showing.showroom import telling as told

    return told(result)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _House
