"""What one rendering of a template may use, its time among it."""

from __future__ import annotations

from time import monotonic
from typing import Final

from gotpl import BudgetExceededError, ExecutionBudget

from pocket.capability.interruption import interrupted
from pocket.units import format_duration
from pocket.workflow.kinds import MAX_TEXT_CHARS
from pocket.workflow.scope import MAX_RENDER_S, current_scope

_MAX_ITERATIONS: Final = 100_000
_MAX_CALLS: Final = 100_000
_MAX_DEPTH: Final = 100


class TimedBudget(ExecutionBudget):
    """The engine asks for a limit before each step, so those of repeated steps look at the clock.

    Counting is not enough: a template that calls itself twice, 60 deep, counts nothing and takes
    for ever.
    """

    max_output_chars = MAX_TEXT_CHARS

    def __init__(self) -> None:
        """Take no limits: they are the same for every template."""

    @property
    def max_iterations(self) -> int:
        """Turns of all loops together."""
        return _in_time(_MAX_ITERATIONS)

    @property
    def max_template_depth(self) -> int:
        """Templates within templates."""
        return _in_time(_MAX_DEPTH)

    @property
    def max_function_calls(self) -> int:
        """Calls of all functions together."""
        return _in_time(_MAX_CALLS)


def _in_time(limit: int) -> int:
    if monotonic() > current_scope.get().render_until or interrupted():
        raise BudgetExceededError(f"rendering took longer than {format_duration(MAX_RENDER_S)}")
    return limit
