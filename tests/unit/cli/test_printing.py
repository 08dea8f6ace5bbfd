"""Tables of the command line: nothing in them is cut off."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from roadstead.cli.printing import table

SAID = "巴西巴伊亚（散件组装）扩产：年产能增加2.5万辆，2033年投产，投资4,000万美元。"


def test_chinese_sentences_are_folded_not_cut():
    """Chinese has no blanks to break a line at."""
    printed = StringIO()
    drawn = table("", ["decision", "sign"], [(SAID, "已发生：电动化快于预期。"), (SAID, "")])
    Console(file=printed, width=50).print(drawn)
    assert "…" not in printed.getvalue()
    first = "".join(line[:30].split("  ")[0].strip() for line in printed.getvalue().splitlines())
    assert "年产能增加2.5万辆" in first.replace(" ", "")
