"""Every language does every case of the table, or says why it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pocket
from conformance.cases import CASES, Bench, Case
from conformance.languages import LANGUAGES, PLUGINS, ROOT, Language

# A build that fails is no reason.
REFUSED = (AssertionError, pocket.PluginError, pocket.PluginCrashed)
PAIRS = [
    pytest.param(
        language,
        case,
        id=f"{language.name}: {case.name}",
        marks=[pytest.mark.xfail(strict=True, raises=REFUSED, reason=language.cannot[case.name])]
        if case.name in language.cannot
        else [],
    )
    for language in LANGUAGES
    for case in CASES
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "case"), PAIRS)
def test_a_plugin_does(language: Language, case: Case, host: pocket.Host, tmp_path: Path) -> None:
    case.check(Bench(language.built(), host, tmp_path, language.sources))


def test_every_plugin_is_in_the_table_and_every_reason_is_of_a_case() -> None:
    assert {folder.name for folder in PLUGINS.iterdir()} == {each.name for each in LANGUAGES}
    names = {case.name for case in CASES}
    for language in LANGUAGES:
        assert set(language.cannot) <= names, language.name


def test_the_published_table_is_of_these_languages_and_cases() -> None:
    published = json.loads((ROOT / "docs" / "plugins" / "languages.json").read_text())
    told = "run `python scripts/measure_languages.py`, then `python scripts/generate_docs.py`"
    assert published["cases"] == [case.name for case in CASES], told
    found = {each["title"]: each["cannot"] for each in published["languages"]}
    assert found == {each.title: dict(each.cannot) for each in LANGUAGES}, told
