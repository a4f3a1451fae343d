"""The functions that templates may call: no files, no environment, no network, bounded results.

They are those of Go's templates and those of Sprig (https://masterminds.github.io/sprig) that can
do no harm. None reads the clock, none is random, and none puts values into a list or map: a list of
itself twice, 60 times over, is small until somebody writes it out.

Where a function exists in Go, it does what Go's does, except that numbers are one kind: JSON knows
no difference between 3 and 3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pocket.workflow.functions.arithmetic import ARITHMETIC
from pocket.workflow.functions.comparisons import COMPARISONS
from pocket.workflow.functions.lists import LISTS
from pocket.workflow.functions.maps import MAPS
from pocket.workflow.functions.printing import PRINTING
from pocket.workflow.functions.run import RUN
from pocket.workflow.functions.texts import TEXTS

FUNCTIONS: Mapping[str, Callable[..., object]] = {
    **COMPARISONS,
    **PRINTING,
    **TEXTS,
    **ARITHMETIC,
    **LISTS,
    **MAPS,
    **RUN,
}
"""Every function by its name in templates, those of Go that are replaced here included."""
