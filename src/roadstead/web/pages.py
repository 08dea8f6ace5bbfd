"""Pages of the desk: templates in the reader's language, in the report's own words and style."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from roadstead.report.words import Words, labels
from roadstead.terms.codes import explanation
from roadstead.web.people import Who

if TYPE_CHECKING:
    from starlette.requests import Request

LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
LANGUAGE_COOKIE = "language"
NO_ONE = Who("")
FIELDS = {"as_known_on": "desk.duty.known", "fact": "desk.duty.declare"}
"""Options whose fields are called by another label than their own name's."""
MENU = ("cases", "runs", "plans", "compare", "duty", "outlook", "futures")


def language_of(request: Request) -> Literal["en", "zh"]:
    """The language asked for: in the address, by an earlier choice, or by the browser."""
    wished = (
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", "")[:2],
    )
    return cast('Literal["en", "zh"]', next((one for one in wished if one in LANGUAGES), "en"))


def who_of(request: Request) -> Who:
    """Who asks; nobody on pages that are open to all."""
    return cast("Who", getattr(request.state, "who", NO_ONE))


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A template with its values, as an answer."""
    language = language_of(request)
    answer = HTMLResponse(filled(request, template, **values), status)
    if request.query_params.get("lang") == language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, httponly=True, samesite="strict")
    return answer


def filled(request: Request, template: str, **values: Any) -> str:
    """A template with its values."""
    words = Words(language_of(request), "USD")
    here = request.url.path.split("/")[1]
    return (
        _environment()
        .get_template(template)
        .render(
            words=words,
            label=words.label,
            money=_money,
            titled=_titled,
            next_step=_next_step,
            spot=_spot,
            colon="：" if words.language == "zh" else ": ",
            who=who_of(request),
            menu=MENU,
            here=here,
            other=next(one for one in LANGUAGES if one != words.language),
            path=request.url.path,
            query=[(key, value) for key, value in request.query_params.multi_items() if key != "lang"],
            **values,
        )
    )


def _money(words: Words, value: float, currency: str) -> str:
    """An amount of money in a currency of its own."""
    return Words(words.language, currency or words.currency).money(value)


def _titled(words: Words, code: str) -> str:
    """What a fault is called in Chinese, since its own words are English; nothing in English."""
    return explanation(code, "zh").title if words.language == "zh" else ""


def _spot(words: Words, where: str) -> str:
    """Where a fault is: what the command line calls an option is a field here, and is called as the page calls it."""
    field = where.removeprefix("--").replace("-", "_")
    key = FIELDS.get(field, f"desk.duty.{field}") if where.startswith("--") else ""
    return words.label(key) if key in labels(words.language) else where.removeprefix("--")


def _phrased(text: str, words: Words) -> str:
    return words.phrase(text)


def _next_step(words: Words, code: str) -> str:
    """What to do about a fault, in the words of the page."""
    return explanation(code, words.language).next_step


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("roadstead.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["phrased"] = _phrased
    return found
