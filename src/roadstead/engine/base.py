"""What whoever holds the shares of a work is asked for, whether in this process, in others or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

Seed = TypeVar("Seed")
Task_contra = TypeVar("Task_contra", contravariant=True)
Result = TypeVar("Result")

Deal: TypeAlias = Callable[[int], Sequence[Seed]]
"""Of a number of hands: the shares of the work, that many at most, each as the seed that it is built from."""


class Hands(Protocol[Task_contra, Result]):
    """Shares of a work, each built once from its seed and then asked again and again."""

    def ask(self, tasks: Sequence[Task_contra], /) -> list[Result]:
        """One task for every share, in their order; an error of one is raised once all have answered."""

    def close(self) -> None:
        """Let go of whatever was built."""


def tried(answer: Callable[[Any], Any], task: Any) -> Any:
    """The answer, or the error in its place: the one who asked raises it."""
    try:
        return answer(task)
    except Exception as error:  # noqa: BLE001 - handed over, not swallowed
        return error


def raise_first(found: Sequence[Any]) -> None:
    """Raise the first error that stands in the place of an answer."""
    for failed in found:
        if isinstance(failed, Exception):
            raise failed
