"""Numbers as people print them."""

from __future__ import annotations

import pytest

from roadstead.playbook.book import Amount
from roadstead.report.amounts import compact, money_scale, share
from roadstead.report.words import Words

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "kind", "english", "chinese"),
    [
        (1.2444e9, "money", f"$1.24{SPACE}bn", "12.4亿美元"),
        (12e9, "money", f"$12{SPACE}bn", "120亿美元"),
        (999.6e6, "money", f"$1{SPACE}bn", "10亿美元"),
        (-830e6, "money", f"−$830{SPACE}m", "−8.3亿美元"),
        (35e6, "money", f"$35{SPACE}m", "3,500万美元"),
        (1250.0, "money", "$1,250", "1,250美元"),
        (0.0, "money", "$0", "0美元"),
        (2336.0, "money_per_car", "$2,340", "2,340美元"),
        (150_000, "cars", "150,000", "15万"),
        (67_418, "cars", "67,400", "6.74万"),
        (7_446, "cars", "7,450", "7,450"),
        (1_240_400, "cars", f"1.24{SPACE}million", "124万"),
        (4.0, "cars", "0", "0"),
        (0.274, "share", "27.4%", "27.4%"),
        (0.17, "share", "17%", "17%"),
        (0.0042, "share", "0.42%", "0.42%"),
        (1.028, "share", "103%", "103%"),
        (-0.082, "share", "−8.2%", "−8.2%"),
        (2032.0, "year", "2032", "2032"),
        (2.0, "years", "2", "2"),
        (1234.0, "count", "1,234", "1,234"),
    ],
)
def test_amounts(value: float, kind: str, english: str, chinese: str):
    amount = Amount(value, kind)
    assert Words("en", "USD").amount(amount) == english
    assert Words("zh", "USD").amount(amount) == chinese


@pytest.mark.parametrize(
    ("currency", "english", "chinese"),
    [
        ("EUR", f"€1.5{SPACE}bn", "15亿欧元"),
        ("CNY", f"CNY 1.5{SPACE}bn", "15亿元人民币"),
        ("XTS", f"XTS 1.5{SPACE}bn", "15亿XTS"),
    ],
)
def test_currencies(currency: str, english: str, chinese: str):
    assert Words("en", currency).money(1.5e9) == english
    assert Words("zh", currency).money(1.5e9) == chinese


def test_a_zero_has_no_minus():
    assert share(-0.000001) == "0%"


def test_a_column_has_one_scale():
    assert money_scale([82.5e9, 0.1e9], "en").word == "bn"
    assert money_scale([82.5e9, 0.1e9], "zh").number(82.5e9) == "825.0"
    small = money_scale([1.41e9, 15e6], "en")
    assert (small.word, small.number(1.41e9), small.number(15e6)) == ("m", "1,410", "15")
    assert money_scale([], "en").number(0.0) == "0"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [(62_400, "62k", "6.2万"), (492_300, "492k", "49.2万"), (1_240_000, "1.2m", "124万"), (780, "780", "780")],
)
def test_compact_numbers_of_charts(value: float, english: str, chinese: str):
    assert compact(value, "en") == english
    assert compact(value, "zh") == chinese
