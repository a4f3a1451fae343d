# ruff: noqa: RUF001 - letters that look like others are what is tested
"""`re` of Python plugins against CPython's, and patterns that are there to do harm."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import re_probe
from conftest import Load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from side_by_side import ROOM, function, runner

import pocket

Case = tuple[str, int, str]

PROBE = function("import re_probe\nreturn re_probe.probe_all").replace("body()", "body(cases)")
PROBE = PROBE.replace("probe_all", "probe_all(cases)")

LETTERS = "abAB1_ \n-éÉßKkſsS😀漢iIİı."
CHARACTERS = st.sampled_from(LETTERS)
MEMBERS = st.sampled_from(
    ["a-z", "A-Z", "0-9", "à-ÿ", "B-b", "\\x00-é", "א-😀", "\\w", "\\d", "\\s", "\\W", "\\S", "\\D",
     *"abAB1_kKsi-éß😀İ"]
)  # fmt: skip
SETS = st.builds(
    lambda negated, members: f"[{'^' * negated}{''.join(members)}]",
    st.booleans(),
    st.lists(MEMBERS, min_size=1, max_size=3),
)
ATOMS = st.one_of(
    CHARACTERS.map(re.escape),
    st.sampled_from([".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S"]),
    st.sampled_from(["^", "$", "\\b", "\\B", "\\A", "\\Z"]),
    st.sampled_from(["\\1", "\\2", "(?P=n)", "(?(1)a|b)", "(?(1)a)"]),
    SETS,
)
GROUPS = [
    "(%s)", "(%s)", "(?:%s)", "(?=%s)", "(?!%s)", "(?<=%s)", "(?<!%s)", "(?P<n>%s)",
    "(?i:%s)", "(?-i:%s)", "(?>%s)", "(?s:%s)", "(?m:%s)", "(?a:%s)", "(?x:%s)",
]  # fmt: skip
TIMES = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{,2}", "{1,}", "*+", "?+", "{"]


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda group, text: group % text, st.sampled_from(GROUPS), inner),
        st.builds("{}{}".format, inner, st.sampled_from(TIMES)),
        st.lists(inner, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
    )


PATTERNS = st.recursive(ATOMS, _larger, max_leaves=12)
FLAGS = st.sampled_from(
    [
        0,
        re.IGNORECASE,
        re.MULTILINE,
        re.DOTALL,
        re.ASCII,
        re.IGNORECASE | re.ASCII,
        re.IGNORECASE | re.MULTILINE | re.DOTALL,
        re.VERBOSE,
    ]
)
TEXTS = st.text(CHARACTERS, max_size=9)
CASES = st.tuples(PATTERNS, FLAGS.map(int), TEXTS)


@pytest.fixture
def plugin(load: Load) -> pocket.Plugin:
    files = {"re_probe": Path(re_probe.__file__)}
    return load(runner(**files), permissions=ROOM)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def compared(plugin: pocket.Plugin, cases: list[Case]) -> Iterator[tuple[Case, Any, Any]]:
    """Give each case with what the engine and CPython say of it."""
    said: Any = plugin.call("main", [PROBE, cases]).output
    expected = json.loads(json.dumps(re_probe.probe_all(cases)))
    return zip(cases, said, expected, strict=True)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(cases=st.lists(CASES, min_size=20, max_size=60))
def test_patterns_of_any_kind_match_as_in_cpython(plugin: pocket.Plugin, cases: list[Case]) -> None:
    # CPython before 3.14 has no \B in an empty text.
    cases = [case for case in cases if case[2] or "\\B" not in case[0]]
    for case, said, expected in compared(plugin, cases):
        if said[0] == "error" and "not supported" in said[1]:
            continue
        if expected[0] == "error":
            assert said[0] == "error", case
        else:
            assert said == expected, case


TABLE: list[Case] = [
    (r"(?P<user>[\w.]+)@(?P<host>\w+(?:\.\w+)+)", 0, "to joe.doe@example.co.uk, or not"),
    (r"^\s*(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE, "a = 1\n b=two words  \n\nc =\n"),
    (r"\b\d{1,3}(?:,\d{3})*(?:\.\d+)?\b", 0, "1,234.56 and 7 and 12345"),
    (r"(\d+)(?!\.)\b|(?<=\$)\d+", 0, "$15 3.14 42"),
    (r"(['\"])(.*?)\1", 0, "say \"it's\" or 'no'"),
    (r"(?:(a)|b)*", 0, "abab"),
    (r"(a*)*", 0, "b"),
    (r"(a|b*)*c", 0, "abbc"),
    (r"(?:(\d+)|(\w+))\s*", 0, "12 ab 3"),
    (r"(a)?b\1", 0, "bb ab aba"),
    (r"(<)?\w+(?(1)>|$)", 0, "<ab> cd <ef"),
    (r"(?>a+)ab|a++b", 0, "aaab"),
    (r"(?i)straße|GRÜN", 0, "STRASSE Straße grün"),
    (r"(?i:a)b", 0, "Ab AB"),
    (r"  (\d+) # digits\n  [ #] \ x", re.VERBOSE, "12# x"),
    (r"\w+", re.ASCII, "grün"),
    (r"[^\W\d_]+", 0, "naïve_1 漢字 x2"),
    (r"[\]\-^a]+", 0, "a]-^b"),
    (r"[]a]+[^]]", 0, "]a]b"),
    (r".", re.DOTALL, "a\n😀"),
    (r"\Aa|b\Z", re.MULTILINE, "a\nb\n"),
    (r"a$", 0, "a\n"),
    (r"\x41\u00e9\U0001f600\101\0", 0, "Aé😀A\0"),
    (r"(?<=é)x(?<!ax)", 0, "éx ax"),
    (r"(?s:.)(?-s:.)", re.DOTALL, "\na"),
    ("K|ſ|ı", re.IGNORECASE, "kKSsiIİı"),
    ("[a-z]", re.IGNORECASE, "KſİıZ"),
    ("x{2,1}", 0, ""),
    ("a**", 0, ""),
    ("*a", 0, ""),
    ("(a", 0, ""),
    ("a)", 0, ""),
    ("[a", 0, ""),
    ("[b-a]", 0, ""),
    ("\\", 0, ""),
    ("\\q", 0, ""),
    ("\\x1", 0, ""),
    ("\\777", 0, ""),
    ("(?P<1a>x)", 0, ""),
    ("(?P<a>x)(?P<a>y)", 0, ""),
    ("(?P=no)", 0, ""),
    ("(?P>x)", 0, ""),
    ("(?z)", 0, ""),
    ("a(?i)", 0, ""),
    ("(?<=a*)b", 0, ""),
    ("\\2(a)", 0, ""),
    ("(a\\1)", 0, ""),
    ("(?(2)a)", 0, ""),
    ("(?#x", 0, ""),
    ("line\n(", 0, ""),
    ("^*", 0, ""),
    ("a{99999999999}", 0, ""),
]


def test_patterns_that_people_write_and_mistakes_that_they_make(plugin: pocket.Plugin) -> None:
    for case, said, expected in compared(plugin, TABLE):
        assert said == expected, case


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(?(1)a)(b)", "a condition on a group that comes later is not supported at position 3"),
        ("(?L)a", "the engine has no locales"),
        (r"\N{DASH}", "names of characters are not supported at position 0"),
        ("(?<=(?>a))b", "a look-behind with an atomic group is not supported at position 4"),
        ("()" * 255, "more than 254 groups are not supported"),
    ],
)
def test_what_the_engine_has_not_is_an_error_of_re(
    plugin: pocket.Plugin, pattern: str, said: str
) -> None:
    body = f"import re\ntry: re.compile({pattern!r})\nexcept re.error as error: return str(error)"
    assert said in str(plugin.call("main", [function(body)]).output)


# Patterns that are there to do harm


def answers(plugin: pocket.Plugin) -> bool:
    body = "import re\nreturn re.sub('a', 'b', 'cat')"
    return plugin.call("main", [function(body)]).output == "cbt"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*c", r"(?:a?){40}a{40}\Z", r"(a*)*\1b"])
def test_a_pattern_without_end_costs_no_more_than_its_cpu_time(load: Load, pattern: str) -> None:
    plugin = load(runner(), permissions=ROOM | {"cpu": "200ms"})
    body = f"import re\nreturn re.match({pattern!r}, 'a' * 38 + '!') is None"
    with pytest.raises(pocket.CpuLimitExceeded):
        plugin.call("main", [function(body)])
    assert answers(plugin)


@pytest.mark.parametrize("text", ["'ab' * 500000", "'é😀' * 200000"])
def test_a_match_that_remembers_too_much_is_an_error_and_the_next_call_has_all_memory(
    load: Load, text: str
) -> None:
    plugin = load(runner(), permissions=ROOM | {"memory": "8MB"})
    body = f"import re\nreturn re.match('(?:(.)|x)*!', {text}) is None"
    with pytest.raises((pocket.PluginError, pocket.MemoryLimitExceeded)) as caught:
        plugin.call("main", [function(body)])
    assert "emory" in str(caught.value)
    assert answers(plugin)


@pytest.mark.parametrize("pattern", ["'(' * 20000", "'(?:' * 5000 + ')' * 5000", "'(?=' * 20000"])
def test_a_pattern_that_is_too_deep_is_an_error_of_the_plugin(load: Load, pattern: str) -> None:
    plugin = load(runner(), permissions=ROOM)
    with pytest.raises(pocket.PluginError, match=r"recursion depth|stack overflow|254 groups"):
        plugin.call("main", [function(f"import re\nre.compile({pattern})")])
    assert answers(plugin)


def test_a_long_text_of_any_letters_is_gone_through_in_one_pass(load: Load) -> None:
    # 40,000 matches; where each cost a walk through the text, they would take minutes.
    plugin = load(runner(), permissions=ROOM)
    body = """
        import re
        text = "wörter 😀 " * 20000
        found = re.findall("[^ ]+", text)
        count = 0
        for match in re.finditer("[^ ]+", text):
            count += len(match.group())
        return [len(found), found[-1], count, re.sub("ö", "oe", text)[-10:], len(re.split(" ", text))]
        """
    given = plugin.call("main", [function(body)]).output
    assert given == [40_000, "😀", 140_000, " woerter 😀 "[-10:], 40_001]
