"""Answers that are kept: each is worked out once, also where several ask for it at the same time, and the latest few stay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def kept(most: int) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Keep the answers to the questions asked last, by their arguments; what was raised is not kept."""

    def keep(work: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        answers: OrderedDict[tuple[object, ...], Future[Answer]] = OrderedDict()
        lock = threading.Lock()

        @wraps(work)
        def answered(*args: Asked.args, **named: Asked.kwargs) -> Answer:
            key = (*args, *sorted(named.items()))
            mine: Future[Answer] = Future()
            with lock:
                known = answers.setdefault(key, mine)
                answers.move_to_end(key)
                if len(answers) > most:
                    answers.popitem(last=False)
            if known is not mine:
                return known.result()
            try:
                answer = work(*args, **named)
            except BaseException as error:
                with lock:
                    if answers.get(key) is mine:
                        del answers[key]
                mine.set_exception(error)
                raise
            mine.set_result(answer)
            return answer

        return answered

    return keep
