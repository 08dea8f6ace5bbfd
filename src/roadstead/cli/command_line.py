"""All commands, and what a command line ends with: an answer, faults on standard error, or an interrupt."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cyclopts import App, Group, Parameter
from cyclopts.exceptions import CycloptsError, UnusedCliTokensError

from roadstead.cli import (
    backtest,
    case,
    claims,
    desk,
    divert,
    duty,
    futures,
    health,
    imports,
    markets,
    origin,
    outlook,
    plan,
    precedents,
    rehearse,
    rules,
    watch,
    what_if,
    why,
    world,
)
from roadstead.cli.interrupt import INTERRUPTED, MESSAGE
from roadstead.cli.printing import print_json, say
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BAD_INPUT, PIPE_CLOSED = 2, 141
LOOK_UP = Group("Look things up", sort_key=1)
PLAN = Group("Plan", sort_key=2)
DESK = Group("Web desk", sort_key=3)
INSTALLATION = Group("This installation", sort_key=4)


def build() -> App:
    """The application with every command."""
    plainly = Parameter(negative=(), show_default=_default)
    app = App(
        name="roadstead",
        help="Export, assemble kits or build locally: per market and year, with a proven gap and every number's source.",
        version=_version,
        default_parameter=plainly,
        result_action="return_value",
        suppress_keyboard_interrupt=False,
        help_format="plaintext",
    )
    app["--help"].group = INSTALLATION
    app["--version"].group = INSTALLATION
    for group, commands in (
        (
            LOOK_UP,
            (
                duty.duty,
                origin.origin,
                divert.divert,
                futures.futures,
                claims.claims,
                markets.markets,
                precedents.precedents,
                world.sources,
            ),
        ),
        (
            PLAN,
            (
                plan.demo,
                case.new,
                case.template,
                case.check,
                plan.plan,
                what_if.sweep,
                what_if.compare,
                rehearse.rehearse,
                plan.verify,
                watch.watch,
                why.why,
            ),
        ),
        (DESK, (desk.serve, desk.work, desk.people)),
        (INSTALLATION, (health.doctor, health.explain)),
    ):
        for command in commands:
            app.command(command, group=group)
    app.command(imports.import_, name="import", group=PLAN)
    app.command(rules.build(plainly, LOOK_UP))
    app.command(world.build(plainly, LOOK_UP))
    app.command(outlook.build(plainly, LOOK_UP))
    app.command(backtest.build(plainly, LOOK_UP))
    return app


def _default(value: object) -> str | None:
    """A default as help shows it: none where nothing is asked for by default."""
    return None if value is False or value in (None, "", (), []) else str(value)


def _version() -> str:
    from importlib import metadata

    return metadata.version("roadstead")


def run(words: Sequence[str]) -> int:
    """Run a command line; never a traceback for what a person typed or wrote in a file."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        status = build()(list(words), exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the answer has seen enough; the interpreter must not fail again as it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        say(MESSAGE)
        return INTERRUPTED
    except (RoadsteadError, CycloptsError, UnicodeDecodeError, OSError) as error:
        return _refuse(_faults(error, words), words)
    return status if isinstance(status, int) else 0


def _faults(error: Exception, words: Sequence[str]) -> tuple[Fault, ...]:
    """What went wrong, told to the person who can mend it."""
    match error:
        case RoadsteadError():
            return error.faults
        case CycloptsError():
            return (_misread(error, words),)
        case UnicodeDecodeError():
            message = f"not UTF-8 at byte {error.start + 1}"
            return (Fault("", "RS-C703", message, "files saved as UTF-8; a spreadsheet offers `CSV UTF-8`"),)
        case OSError():
            reason, where = error.strerror or str(error), str(error.filename or "")
            return (Fault(where, "RS-C702", reason, "a place that can be read and written"),)
    raise error


def _misread(error: CycloptsError, words: Sequence[str]) -> Fault:
    """A command line that could not be read."""
    error.verbose = False
    chain = " ".join(("roadstead", *(error.command_chain or ())))
    message = " ".join(str(error).split()).removesuffix(".")
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        message = f"{' '.join(error.unused_tokens)!r} is more than this command takes"
    if not words or not message:
        message = "the command line could not be read"
    return Fault(chain, "RS-C701", message, f"`{chain} --help` lists what can be asked")


def _refuse(faults: Iterable[Fault], words: Sequence[str]) -> int:
    """Each fault a line on standard error, and all of them as JSON where that was asked for."""
    found = tuple(faults)
    for fault in found:
        say(str(fault))
    if "--json" in words:
        print_json({"faults": found})
    return BAD_INPUT
