"""Probers, as whoever runs the tests and, for root, as an ordinary user too."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sandbox.probe import NOBODY, Prober


@pytest.fixture(scope="session")
def probe() -> Iterator[Prober]:
    prober = Prober()
    yield prober
    prober.close()


@pytest.fixture(scope="session")
def prober_of_nobody() -> Iterator[Prober]:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    prober = Prober(NOBODY)
    yield prober
    prober.close()


@pytest.fixture(params=["probe", "prober_of_nobody"])
def probe_as(request: pytest.FixtureRequest) -> Prober:
    return request.getfixturevalue(request.param)
