"""The functions of templates that Go's own engine has not: what they give, and what they refuse."""

from __future__ import annotations

import time

import pytest

from pocket.errors import NodeError
from pocket.workflow.scope import Scope
from pocket.workflow.template import TemplateSourceError, compile_text

VALUES = {
    "s": "hello wide world",
    "l": [3, "b", None, "a", 3, "", 0],
    "t": ["b", "a"],
    "m": {"b": 1, "a": "x", "e": []},
    "n": 7,
    "f": 2.5,
    "e": "",
    "z": 0,
    "x": None,
    "u": "été à_b o'neil x-y",
    "ml": "a\nb\n",
    "ll": [[1], [2], [1], {"a": 1}, {"a": 1}],
}

AS_SPRIG = [
    ("{{title .s}}", "Hello Wide World"),
    ("{{title .u}}", "Été À_b O'Neil X-Y"),
    ('{{title "a.b/c 1x éé"}}', "A.B/C 1x Éé"),
    ('{{trimAll "$" "$5.00$"}}', "5.00"),
    ('{{trimAll "" " x "}}', " x "),
    (
        '{{trimPrefix "he" .s}} {{trimSuffix "ld" .s}} {{trimPrefix "x" .s}}',
        "llo wide world hello wide wor hello wide world",
    ),
    ('{{hasPrefix "he" .s}} {{hasSuffix "he" .s}}', "true false"),
    (
        "{{trunc 5 .s}} {{trunc -5 .s}} {{trunc 99 .s}} {{trunc -99 .s}} {{trunc 0 .s}}",
        "hello world hello wide world hello wide world ",
    ),
    (
        "{{substr 0 5 .s}}|{{substr 6 10 .s}}|{{substr -1 3 .s}}|{{substr 6 -1 .s}}|{{substr 6 99 .s}}",
        "hello|wide|hel|wide world|wide world",
    ),
    ('{{repeat 3 "ab"}}', "ababab"),
    ('{{repeat 0 "ab"}}', ""),
    ('{{nospace "a b\\n c"}}', "abc"),
    (
        '{{quote .s .n .x "a\\"b"}} {{squote .s .n .x}}',
        '"hello wide world" "7" "a\\"b" \'hello wide world\' \'7\'',
    ),
    ('{{indent 2 .ml}}|{{nindent 2 "a"}}', "  a\n  b\n  |\n  a"),
    (
        '{{splitList "," "a,b,,c"}} {{splitList "" "abc"}} {{splitList "," ""}}',
        "[a b  c] [a b c] []",
    ),
    ('{{len (splitList "," "")}}', "1"),
    ("{{toString 12}} {{toString .l}} {{toString true}}", "12 [3 b <nil> a 3  0] true"),
    ('{{b64enc "héllo"}} {{b64dec "aMOpbGxv"}}', "aMOpbGxv héllo"),
    ('{{sha256sum "abc"}}', "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ('{{(fromJson "{\\"a\\": [1, 2.5]}").a}}', "[1 2.5]"),
    ('{{add 1 2 3}} {{add 1.9 2}} {{add "3" 1}} {{add1 4}} {{add}}', "6 3 4 5 0"),
    (
        "{{sub 5 7}} {{mul 2 3 4}} {{div 7 2}} {{div -7 2}} {{mod 7 3}} {{mod -7 3}} {{mod 7 -3}}",
        "-2 24 3 -3 1 -1 1",
    ),
    ("{{div 1 0}}", None),
    ("{{addf 1.5 2}} {{subf 5 1.5 1}} {{mulf 1.5 2}} {{divf 5 2}}", "3.5 2.5 3 2.5"),
    ("{{max 1 5 3}} {{min 4 2 8}} {{max 2}}", "5 2 2"),
    ("{{floor 2.7}} {{ceil 2.1}} {{floor -2.5}} {{ceil -2.5}}", "2 3 -3 -2"),
    (
        "{{round 123.5555 3}} {{round 2.5 0}} {{round -2.5 0}} {{round 1.005 2}} {{round 123.44 1}}",
        "123.556 3 -3 1 123.4",
    ),
    ('{{int 3.9}} {{int "12"}} {{int64 -3.9}} {{float64 "3.5"}} {{float64 2}}', "3 12 -3 3.5 2"),
    ("{{first .t}} {{last .t}} {{rest .t}} {{initial .t}} {{reverse .t}}", "b a [a] [b] [a b]"),
    ("{{first .m.e}} {{last .m.e}}", "<no value> <no value>"),
    ("{{rest .m.e}}", "[]"),
    ("{{uniq .l}}", "[3 b <nil> a  0]"),
    ("{{uniq .ll}}", "[[1] [2] map[a:1]]"),
    ("{{compact .l}}", "[3 b a 3]"),
    ('{{has 3 .l}} {{has "3" .l}} {{has .x .l}}', "true false true"),
    ('{{without .l 3 "a"}}', "[b <nil>  0]"),
    ("{{sortAlpha .t}} {{sortAlpha .l}}", "[a b] [ 0 3 3 a b]"),
    ('{{get .m "a"}}|{{get .m "zz"}}|', "x||"),
    ('{{hasKey .m "a"}} {{hasKey .m "zz"}}', "true false"),
    ("{{keys .m | sortAlpha}}", "[a b e]"),
    ('{{pick .m "a" "zz"}} {{omit .m "a" "e"}}', "map[a:x] map[b:1]"),
    (
        "{{empty .e}} {{empty .z}} {{empty .x}} {{empty .m.e}} {{empty .n}} {{empty .missing}} {{empty false}}",
        "true true true true false true true",
    ),
    ("{{coalesce .z .e .x .n 9}}", "7"),
    (
        '{{ternary "yes" "no" true}} {{ternary "yes" "no" false}} {{true | ternary "a" "b"}}',
        "yes no a",
    ),
    ('{{fail "stop"}}', None),
    (
        '{{default "d" .e}} {{default "d" .z}} {{default "d" .n}} {{default "d" .missing}} {{default "d" .m.e}} {{default "d" false}}',
        "d d 7 d d d",
    ),
    ('{{contains "wide" .s}} {{join "-" .t}} {{join "-" .l}}', "true b-a 3-b-a-3--0"),
    (
        '{{replace "l" "L" .s}} {{upper .s}} {{lower "ABC"}} {{trim "  x "}}',
        "heLLo wide worLd HELLO WIDE WORLD abc x",
    ),
    ("{{first .s}}", None),
    ("{{upper 3}}", None),
    ('{{get .l "a"}}', None),
    ('{{join "," .s}}', "hello wide world"),
]
"""What Sprig 3 gives over VALUES, on Go's own engine; None stands for an error."""


def render(source: str, value=None) -> str | None:
    try:
        return compile_text(source, "case")(value, Scope(value))
    except (TemplateSourceError, NodeError):
        return None


@pytest.mark.parametrize(("source", "expected"), AS_SPRIG)
def test_functions_of_sprig_give_what_sprig_gives(source, expected):
    assert render(source, VALUES) == expected


@pytest.mark.parametrize(
    "source",
    [
        '{{add "x" 1}}',
        "{{int nil}}",
        '{{float64 "inf"}}',
        "{{divf 1 0}}",
        "{{mod 1 0}}",
        "{{mul 9223372036854775807 2}}",
        "{{int 1e300}}",
        "{{max}}",
        '{{b64dec "?"}}',
        '{{fromJson "NaN"}}',
        '{{fromJson "{"}}',
        "{{keys 1}}",
        "{{uniq 1}}",
        "{{title 1}}",
        '{{ternary 1 2 "true"}}',
    ],
)
def test_what_makes_no_sense_is_an_error(source):
    assert render(source) is None


@pytest.mark.parametrize(
    "source",
    [
        '{{repeat 999999999999 "a"}}',
        '{{indent 999999999999 "a"}}',
        "{{$x := 3}}{{range .}}{{$x = mul $x $x}}{{end}}",
        '{{$x := "a"}}{{range .}}{{$x = print $x $x}}{{end}}',
        '{{$x := "a"}}{{range .}}{{$x = replace "a" "aa" $x}}{{end}}',
        '{{fromJson (repeat 100000 "[")}}',
    ],
)
def test_no_value_grows_without_end(source):
    started_s = time.monotonic()
    assert render(source, list(range(1000))) is None
    assert time.monotonic() - started_s < 5


def test_a_batch_of_text_can_be_counted_in_characters():
    assert render('{{trunc 2 "éàü"}} {{substr 1 2 "éàü"}}') == "éà à"


def test_json_can_be_written_into_json_and_yaml_whatever_it_holds():
    assert render("{{json .}}", "\u2028\x85\x7f\ufeff<é>") == '"\\u2028\\u0085\\u007f\\ufeff<é>"'
