"""Numbers as people print them, in English and in Chinese, each kind rounded to what it can bear."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.playbook.book import Amount

Language = Literal["en", "zh"]
MINUS, SPACE = "−", "\N{NO-BREAK SPACE}"
SCALES: dict[Language, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "bn"), (1e6, "m"), (1.0, "")),
    "zh": ((1e8, "亿"), (1e4, "万"), (1.0, "")),
}
"""Powers of ten people count money in, largest first."""
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
"""Currencies with a sign no reader mistakes; yen and yuan share theirs and print their codes."""


def significant(value: float, digits: int = 3) -> float:
    """A number rounded to some significant digits."""
    return 0.0 if value == 0 else round(value, digits - 1 - floor(log10(abs(value))))


def grouped(value: float, decimals: int = 0) -> str:
    """A number with thousands marked and a true minus."""
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and any(digit in text for digit in "123456789") else text


def plain(value: float, decimals: int) -> str:
    """As ``grouped``, without zeros that say nothing."""
    text = grouped(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(value: float) -> int:
    """Decimals that leave three significant digits."""
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def with_currency(number: str, scale: str, currency: str, language: Language, name: str) -> str:
    """A printed number with its currency: $1.24 bn, CNY 1.24 bn, 12.4亿美元."""
    if language == "zh":
        return f"{number}{scale}{name}"
    bare, minus = number.removeprefix(MINUS), MINUS if number.startswith(MINUS) else ""
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{minus}{sign}{bare}{SPACE}{scale}".rstrip()


def money(value: float, currency: str, language: Language, name: str) -> str:
    """Money to three significant digits."""
    value = significant(value)
    scale, word = next(pair for pair in SCALES[language] if abs(value) >= pair[0] or pair[0] == 1.0)
    number = plain(value / scale, _decimals(value / scale) if scale > 1.0 else 0)
    return with_currency(number, word, currency, language, name)


def per_car(value: float, currency: str, language: Language, name: str) -> str:
    """Money per car, to tens."""
    return with_currency(grouped(round(value, -1)), "", currency, language, name)


def cars(value: float, language: Language) -> str:
    """Cars, to three significant digits and never closer than tens."""
    rounded = round(significant(value), -1)
    if language == "zh" and abs(rounded) >= 1e4:
        return f"{plain(rounded / 1e4, _decimals(rounded / 1e4))}万"
    if language == "en" and abs(rounded) >= 1e6:
        return f"{plain(rounded / 1e6, _decimals(rounded / 1e6))}{SPACE}million"
    return grouped(rounded)


def share(value: float) -> str:
    """A fraction in per cent: closer where it is small."""
    points = value * 100.0
    return f"{plain(points, 0 if abs(points) >= 99.95 else 1 if abs(points) >= 0.95 else 2)}%"


LEAST_POINTS = 1e-4
"""Per cent below which a chart prints nothing at all, and not a power of ten."""


def percent(rate: float) -> str:
    """A fraction in per cent as a chart needs it: no zeros that say nothing, four significant digits at most."""
    points = 100.0 * rate
    return f"{0.0 if abs(points) < LEAST_POINTS else points:.4g} %"


def printed(amount: Amount, currency: str, language: Language, name: str) -> str:
    """An amount as its kind is printed; ``name`` is what the language calls the currency."""
    value = amount.value
    match amount.kind:
        case "money":
            text = money(value, currency, language, name)
        case "money_per_car":
            text = per_car(value, currency, language, name)
        case "cars":
            text = cars(value, language)
        case "share":
            text = share(value)
        case "year":
            text = f"{value:.0f}"
        case "years":
            text = plain(value, 1)
        case "count":
            text = grouped(value)
        case "ratio":
            text = plain(value, 2)
    return text


@dataclass(frozen=True, slots=True)
class MoneyScale:
    """One scale for a whole column of money.

    Attributes
    ----------
    divisor
        What amounts are divided by.
    word
        "bn", "m", "亿", "万" or nothing.
    decimals
        Decimals of every number of the column.
    """

    divisor: float
    word: str
    decimals: int

    def number(self, value: float) -> str:
        """The number that stands in the column."""
        return grouped(value / self.divisor, self.decimals)


def money_scale(values: Iterable[float], language: Language) -> MoneyScale:
    """The scale in which the largest of some amounts keeps three digits, and the smallest is more than a cent of it."""
    found = [abs(value) for value in values if value]
    most, least = max(found, default=0.0), min(found, default=0.0)
    steps = SCALES[language]
    at = next(i for i, (divisor, _) in enumerate(steps) if most >= divisor or divisor == 1.0)
    if steps[at][0] > 1.0 and most < 10 * steps[at][0] and least < 0.1 * steps[at][0]:
        at += 1
    divisor, word = steps[at]
    return MoneyScale(
        divisor, word, 0 if divisor == 1.0 or most / divisor >= 1000 else 1 if most / divisor >= 100 else 2
    )


def compact(value: float, language: Language) -> str:
    """A number as short as a chart needs it: 62k, 1.2m, 6.2万."""
    value = significant(value, 3 if abs(value) >= 1e5 else 2)
    steps = ((1e8, "亿"), (1e4, "万")) if language == "zh" else ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
    for divisor, word in steps:
        if abs(value) >= divisor:
            scaled = value / divisor
            return f"{plain(scaled, 0 if abs(scaled) >= 100 else 1)}{word}"
    return grouped(value)
