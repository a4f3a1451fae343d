"""JSON that a stranger wrote: how much of it is too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket import foreign_json
from pocket.foreign_json import TooManyParts, loads


@given(st.text("[{:a\n"), st.integers(0, 40))
def test_the_count_is_exact_however_many_marks_there_are(text: str, limit: int) -> None:
    data = text.encode()
    expected = sum(data.count(mark) for mark in (b"[", b"{", b":"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign_json, "_RARE", 3)
        patch.setattr(foreign_json, "MAX_PARTS", limit)
        refused = False
        try:
            loads(data)
        except TooManyParts:
            refused = True
        except ValueError:
            pass  # not JSON, which is found out only after counting
    assert refused == (expected > limit and len(data) > limit)


@pytest.mark.parametrize("mark", ["[", "{", ":"])
def test_the_limit_is_the_same_for_every_mark_and_wherever_it_stands(mark: str) -> None:
    most = foreign_json.MAX_PARTS
    allowed = b'"' + b" " * 5_000_000 + mark.encode() * most + b'"'
    assert len(loads(allowed)) == most + 5_000_000
    with pytest.raises(TooManyParts):
        loads(allowed[:-1] + mark.encode() + b'"')
