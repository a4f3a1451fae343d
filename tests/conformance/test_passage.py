"""More than a plugin has memory goes through it, in every language."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import pocket
from conformance.cases import Bench
from conformance.languages import LANGUAGES, Language
from conformance.passage import MIB, pass_through


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_a_gibibyte_goes_through_16_mb(
    language: Language, host: pocket.Host, tmp_path: Path
) -> None:
    plugin = Bench(language.built(), host, tmp_path).load(memory="16MB")
    passage = pass_through(plugin, "louder", 1024)
    assert passage.out_bytes == 1024 * MIB
    # The limit, what a fresh state is copied from, and the worker itself.
    assert passage.worker_peak_bytes < 32 * MIB
    assert passage.worker_growth_bytes < MIB
    assert passage.host_growth_bytes < 4 * MIB
    # `pytest --log-cli-level=info` shows it.
    logging.getLogger(__name__).info("%s: %s", language.title, passage)
