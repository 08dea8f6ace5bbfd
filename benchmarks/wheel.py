"""Progressive hedging by mpi-sppy on one frozen instance: what each of the three processes that ``hedging.py`` starts does.

The first runs progressive hedging, the second bounds from above (Lagrangian, at the first one's weights), the third tries what the
first proposes and values it (mpi-sppy's shuffled looper). Money is the scenario models' own, with the other sign inside. The first
prints a line for every round, the third writes every better plan, so that an end by force loses nothing.
"""

from __future__ import annotations

import importlib
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.instances import as_prospect, generate
from benchmarks.scenario_model import decided, scenario_model
from benchmarks.scenarios import cut, write_answers

pyo: Any = importlib.import_module("pyomo.environ")
MPI: Any = importlib.import_module("mpi4py.MPI")
PH: Any = importlib.import_module("mpisppy.opt.ph").PH
PHBase: Any = importlib.import_module("mpisppy.phbase").PHBase
XhatEval: Any = importlib.import_module("mpisppy.utils.xhat_eval").Xhat_Eval
PHHub: Any = importlib.import_module("mpisppy.cylinders.hub").PHHub
Bounder: Any = importlib.import_module("mpisppy.cylinders.lagrangian_bounder").LagrangianOuterBound
Looper: Any = importlib.import_module("mpisppy.cylinders.xhatshufflelooper_bounder").XhatShuffleInnerBound
Spinner: Any = importlib.import_module("mpisppy.spin_the_wheel").WheelSpinner
Node: Any = importlib.import_module("mpisppy.scenario_tree").ScenarioNode
CoeffRho: Any = importlib.import_module("mpisppy.extensions.coeff_rho").CoeffRho
layer: Any = importlib.import_module("mpisppy.utils.sputils").solver_options_layer

ROUNDS = 100_000
"""More than there is time for."""
SOLVER, BRANCH_SOLVER = "appsi_highs", "highs_on_a_branch"


class Hub(PHHub):  # type: ignore[misc]
    """Tells both bounds after every round, as the first process learns them."""

    def is_converged(self) -> bool:
        """As its parent."""
        done = bool(super().is_converged())
        tell(self, self.opt.options["began"])
        return done


class Incumbents(Looper):  # type: ignore[misc]
    """Keeps every better plan on file."""

    def try_scenario_dict(self, xhat_scenario_dict: dict[str, str]) -> bool:
        """As its parent, and what it found is written."""
        better = bool(super().try_scenario_dict(xhat_scenario_dict))
        if better:
            write(self.opt)
        return better


def tell(hub: Any, began: float) -> None:
    """One line of what is known by now."""
    bounds = {"value": -float(hub.BestInnerBound), "bound": -float(hub.BestOuterBound)}
    print(json.dumps({"seconds": time.perf_counter() - began, **bounds}), flush=True)


def write(opt: Any) -> None:
    """The best plan so far."""
    asked = opt.options
    write_answers(
        Path(asked["plan"]),
        -opt.best_solution_obj_val,
        [
            (asked["scenarios"][name], decided(asked["prospect"], model, model._mpisppy_data.best_solution_cache))  # noqa: SLF001
            for name, model in opt.local_scenarios.items()
        ],
    )


def spin(asked: dict[str, Any]) -> None:
    """Run the three processes' parts to the gap or the limit of time."""
    tree, prospect = as_prospect(generate(asked["size"], asked["seed"]))
    scenarios = {one.name: one for one in cut(tree, asked["stage"])}
    MPI.COMM_WORLD.Barrier()
    began = time.perf_counter()

    def creator(name: str) -> Any:
        model, one = scenario_model(tree, prospect, scenarios[name]), scenarios[name]
        model._mpisppy_probability = one.probability  # noqa: SLF001
        model._mpisppy_node_list = [  # noqa: SLF001
            Node(
                place,
                float(tree.branch_probability[n]),
                stage,
                0.0,
                [model.commit[n, :], model.build[n, :]],
                model,
                parent_name=one.shared[stage - 2][0] if stage > 1 else None,
            )
            for stage, (place, n) in enumerate(one.shared, 1)
        ]
        return model

    # Two stages have no leaves by name; with more, mpi-sppy wants every node's place.
    above = {place: None for one in scenarios.values() for place, _ in one.shared}
    several = len(above) > 1
    options = _options(asked, began) | {"prospect": prospect, "scenarios": scenarios}
    if several:
        options |= {"stage2_ef_solver_name": BRANCH_SOLVER, "branching_factors": [int((tree.parent == 0).sum())]}
        _register(asked)
    common = {
        "options": options,
        "all_scenario_names": list(scenarios),
        "scenario_creator": creator,
        "all_nodenames": [*above, *scenarios] if several else None,
    }
    hedging = {**common, "extensions": CoeffRho if asked["rho_by_cost"] else None}
    hub = {
        "hub_class": Hub,
        "hub_kwargs": {"options": {"abs_gap": asked["absolute"]}},
        "opt_class": PH,
        "opt_kwargs": hedging,
    }
    spokes = [
        {"spoke_class": Bounder, "opt_class": PHBase, "opt_kwargs": dict(common)},
        {"spoke_class": Incumbents, "opt_class": XhatEval, "opt_kwargs": dict(common)},
    ]
    wheel = Spinner(hub, spokes)
    wheel.spin()
    if wheel.on_hub():
        tell(wheel.spcomm, began)


def _options(asked: dict[str, Any], began: float) -> dict[str, Any]:
    """What mpi-sppy is told, the same for all three."""
    solver = {"threads": 1, "mip_rel_gap": asked["mip_gap"]}
    return {
        "solver_name": SOLVER,
        "PHIterLimit": ROUNDS,
        "defaultPHrho": asked["rho"],
        "coeff_rho_options": {"multiplier": asked["rho"]},
        "convthresh": 0.0,
        "verbose": False,
        "display_progress": False,
        "toc": False,
        "time_limit": asked["seconds"],
        "solver_options_layers": [layer("default", solver)],
        "linearize_proximal_terms": True,
        "linearize_binary_proximal_terms": True,
        "proximal_linearization_tolerance": 1e-1,
        "xhat_looper_options": {"xhat_solver_options": solver},
        "began": began,
        "plan": asked["plan"],
    }


def _register(asked: dict[str, Any]) -> None:
    """The solver of whole branches, which mpi-sppy starts by name alone, with the same gap and one thread as the others."""
    plain = type(pyo.SolverFactory(SOLVER))

    class OnABranch(plain):  # type: ignore[misc,valid-type]
        def __init__(self, **words: Any) -> None:
            super().__init__(**words)
            self.options["threads"], self.options["mip_rel_gap"] = 1, asked["mip_gap"]

    pyo.SolverFactory.register(BRANCH_SOLVER)(OnABranch)
