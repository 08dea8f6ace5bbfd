"""`roadstead backtest`: would it have been right? The planner's own parts held against what came."""

from cyclopts import App, Group, Parameter

from roadstead.cli.backtest_japan import japan


def build(default: Parameter, group: Group) -> App:
    """The command, and a back-test under it each."""
    app = App(
        name="backtest",
        help="Would it have been right? Hold the planner against what came; forecasts of the outlook: `outlook backtest`.",
        group=group,
        default_parameter=default,
    )
    app.command(japan)
    return app
