"""Start-up: light commands load little, what is misspelt is told, streams stay apart, and nothing ends in a traceback."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import roadstead
from roadstead.cli import command_line, duty, main

HEAVY = {"highspy", "altair", "scipy", "polars", "pydantic", "jinja2", "xlsxwriter", "vl_convert"}
BYD = ["duty", "--importer", "EU27", "--origin", "CHN", "--product", "car", "--powertrain", "BEV", "--firm", "BYD"]
BYD += ["--on", "2025-03-01", "--value", "20000"]
COMMANDS = (
    "duty",
    "futures",
    "origin",
    "outlook",
    "world",
    "sources",
    "new",
    "check",
    "plan",
    "rehearse",
    "demo",
    "verify",
    "doctor",
    "explain",
)


def modules_after(*words: str) -> set[str]:
    """Top-level modules a fresh process holds once it has run a command."""
    code = (
        "import sys; from roadstead.cli import main; status = main(sys.argv[1:]);"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        BYD,
        ["world"],
        ["world", "--markets"],
        ["sources", "--unsourced"],
        ["explain", "RS-T109"],
        ["--version"],
    ],
    ids=lambda words: words[0] + (words[1] if words[1:2] == ["--markets"] else ""),
)
def test_a_light_command_loads_nothing_heavy(words):
    assert not modules_after(*words) & HEAVY


def test_help_loads_no_numbers():
    assert "numpy" not in modules_after("--help")


def test_importing_the_package_loads_no_room():
    code = "import sys, roadstead; print(*sorted(name for name in sys.modules if name.startswith('roadstead')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["roadstead"]


def test_version(run):
    said = run("--version")
    assert (said.status, said.out.strip()) == (0, roadstead.__version__)


def test_no_words_print_the_help(run):
    said = run()
    assert said.status == 0
    for command in COMMANDS:
        assert command in said.out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["dutty"], 'Did you mean "duty"'),
        (["duty", "--imporrter", "DEU"], "Did you mean --importer"),
        (["duty"], "--importer"),
        (["check"], "CASE"),
        (["world", "and", "more"], "'and more' is more than this command takes"),
        (["explain", "--language", "fr"], "en"),
        (["plan", "x", "--gap", "tight"], "--gap"),
    ],
)
def test_a_misread_line_says_what_can_be_asked(words, hint, run):
    said = run(*words)
    assert (said.status, said.codes, said.out) == (2, ["RS-C701"], "")
    assert hint in said.err
    assert len(said.err.splitlines()) == 1


def test_a_misread_line_is_json_where_json_was_asked_for(run):
    (fault,) = run("duty", "--nonsense", "--json").json["faults"]
    assert fault["code"] == "RS-C701"
    assert fault["where"] == "roadstead duty"


def test_streams_stay_apart_in_a_process_of_its_own(spawn):
    said = spawn(*BYD, "--json")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out)["total_duty_rate"] == pytest.approx(0.27)
    bad = spawn("duty", "--importer", "Narnia", *BYD[3:])
    assert (bad.status, bad.out) == (2, "")
    assert bad.codes == ["RS-W301"]
    assert "Traceback" not in bad.err


def test_doctor_keeps_the_solver_off_standard_output(spawn):
    said = spawn("doctor", "--json")
    assert json.loads(said.out)["sound"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe closed early is another error there")
def test_a_reader_that_leaves_early_is_no_error():
    code = "import sys; from roadstead.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "sources", "--unsourced"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == ""


def test_an_interrupt_ends_with_130_and_says_so(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(duty, "print_json", interrupted)
    said = run(*BYD, "--json")
    assert (said.status, said.out) == (130, "")
    assert "interrupted" in said.err


def test_a_place_that_cannot_be_written_is_a_fault(run, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    said = run("new", tmp_path / "file" / "deeper", "--json")
    assert said.status == 2
    assert said.codes == ["RS-C702"]
    assert said.json["faults"][0]["where"]


def test_a_mistake_of_ours_is_not_dressed_up_as_the_users(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(duty, "print_json", broken)
    with pytest.raises(ZeroDivisionError):
        main([*BYD, "--json"])


def test_all_commands_take_json_where_they_print_data():
    app = command_line.build()
    for command in COMMANDS:
        names = {name for argument in app[command].assemble_argument_collection() for name in argument.names}
        assert "--json" in names, command
