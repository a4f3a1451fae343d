# Regular expressions as in CPython; libregexp of QuickJS does the matching.

import _regexp
from _pocket import has_started

from _re_syntax import Syntax
from _re_text import A, I, L, M, S, U, X, error

ASCII, IGNORECASE, LOCALE, MULTILINE, DOTALL, UNICODE, VERBOSE = A, I, L, M, S, U, X
NOFLAG = 0
_MOST_KNOWN = 256
_known = {}


class Match:
    def __init__(self, pattern, string, pos, endpos, place):
        self.re, self.string, self.pos, self.endpos = pattern, string, pos, endpos
        self._place = place

    def _bounds(self, group):
        if isinstance(group, bool) or not isinstance(group, int):
            group = self.re.groupindex.get(group, -1)
        if not 0 <= group <= self.re.groups:
            raise IndexError("no such group")
        at = 1 + 2 * self.re._numbers[group]
        return self._place[at], self._place[at + 1]

    def _text(self, group, default=None):
        start, end = self._bounds(group)
        return default if start < 0 else _regexp.slice(self.string, start, end)

    def group(self, *groups):
        if len(groups) < 2:
            return self._text(groups[0] if groups else 0)
        return tuple([self._text(group) for group in groups])

    def __getitem__(self, group):
        return self._text(group)

    def groups(self, default=None):
        return tuple([self._text(group, default) for group in range(1, self.re.groups + 1)])

    def groupdict(self, default=None):
        return {name: self._text(name, default) for name in self.re.groupindex}

    def start(self, group=0):
        return self._bounds(group)[0]

    def end(self, group=0):
        return self._bounds(group)[1]

    def span(self, group=0):
        return self._bounds(group)

    @property
    def regs(self):
        return tuple([self._bounds(group) for group in range(self.re.groups + 1)])

    @property
    def lastindex(self):
        return self._place[0] or None

    @property
    def lastgroup(self):
        last = self.lastindex
        for name, group in self.re.groupindex.items():
            if group == last:
                return name
        return None

    def expand(self, template):
        parts = _template(template, self.re)
        texts = [self._text(part, "") if isinstance(part, int) else part for part in parts]
        return template[:0].join(texts)

    def __bool__(self):
        return True

    def __repr__(self):
        return "<re.Match object; span=%r, match=%r>" % (self.span(), self.group())


class Pattern:
    def __init__(self, pattern, flags):
        syntax = Syntax(pattern, flags, False)
        self.pattern, self.flags, self.groups = pattern, syntax.flags, syntax.groups
        self.groupindex = syntax.names
        self._asked = flags
        self._numbers = syntax.numbers
        self._narrow = _code(syntax, pattern)
        # For a text of more than ASCII; made when there is one, unless every call would make it anew.
        self._wide = None if isinstance(pattern, str) else self._narrow
        if self._wide is None and not has_started():
            self._widen(syntax.written)

    def _widen(self, narrow):
        syntax = Syntax(self.pattern, self._asked, True)
        is_same = syntax.written == narrow
        self._wide = self._narrow if is_same else _code(syntax, self.pattern)

    # The bytecode for a text, and the bounds of what of it is searched.
    def _for(self, string, pos=0, endpos=None):
        if isinstance(string, str) != isinstance(self.pattern, str):
            if isinstance(string, str):
                raise TypeError("cannot use a bytes pattern on a string-like object")
            if isinstance(string, (bytes, bytearray, memoryview)):
                raise TypeError("cannot use a string pattern on a bytes-like object")
        length = _regexp.measure(string)
        code = self._narrow
        if length < 0:
            length = -length
            if self._wide is None:
                self._widen(None)
            code = self._wide
        end = length if endpos is None else min(max(endpos, 0), length)
        return code, min(max(pos, 0), length), end

    def _match(self, string, pos, endpos, is_anchored, is_full):
        code, pos, endpos = self._for(string, pos, endpos)
        place = _regexp.match(code, string, pos, endpos, is_anchored, is_full)
        return None if place is None else Match(self, string, pos, endpos, place)

    def match(self, string, pos=0, endpos=None):
        return self._match(string, pos, endpos, True, False)

    def fullmatch(self, string, pos=0, endpos=None):
        return self._match(string, pos, endpos, True, True)

    def search(self, string, pos=0, endpos=None):
        return self._match(string, pos, endpos, False, False)

    def finditer(self, string, pos=0, endpos=None):
        code, pos, endpos = self._for(string, pos, endpos)
        places = _regexp.places(code, string, pos, endpos, 0)
        return (Match(self, string, pos, endpos, place) for place in places)

    def findall(self, string, pos=0, endpos=None):
        code, pos, endpos = self._for(string, pos, endpos)
        return _regexp.find(code, string, pos, endpos, self._numbers[1:])

    def split(self, string, maxsplit=0):
        code, _, end = self._for(string)
        if maxsplit < 0:
            return [string]
        return _regexp.split(code, string, end, maxsplit, self._numbers[1:])

    def sub(self, repl, string, count=0):
        return self.subn(repl, string, count)[0]

    def subn(self, repl, string, count=0):
        code, _, end = self._for(string)
        if count < 0:
            return string, 0
        if callable(repl):
            return self._replace(code, repl, string, count, end)
        if isinstance(repl, str) != isinstance(self.pattern, str):
            raise TypeError("the replacement has to be of the pattern's type")
        template = [
            self._numbers[part] if isinstance(part, int) else part for part in _template(repl, self)
        ]
        return _regexp.replace(code, string, end, count, template)

    def _replace(self, code, function, string, count, end):
        pieces, done = [], 0
        places = _regexp.places(code, string, 0, end, count)
        for place in places:
            pieces.append(_regexp.slice(string, done, place[1]))
            text = function(Match(self, string, 0, end, place))
            pieces.append(string[:0] if text is None else text)
            done = place[2]
        pieces.append(_regexp.slice(string, done, end))
        return string[:0].join(pieces), len(places)

    def __repr__(self):
        return "re.compile(%r)" % (self.pattern,)


def _code(syntax, pattern):
    try:
        return _regexp.compile(syntax.written, syntax.ignores_case, syntax.numbers)
    except ValueError as problem:
        raise error("not supported: " + str(problem), pattern)


# A replacement as texts and numbers of groups.
def _template(repl, pattern):
    is_text = isinstance(repl, str)
    source = repl if is_text else "".join([chr(byte) for byte in repl])
    if "\\" not in source:
        return [repl]
    parts, at = [], 0
    while True:
        next_ = source.find("\\", at)
        if next_ < 0:
            break
        parts.append(source[at:next_])
        part, at = _template_escape(source, next_, pattern, repl)
        parts.append(part)
    parts.append(source[at:])
    if is_text:
        return parts
    return [part if isinstance(part, int) else bytes([ord(c) for c in part]) for part in parts]


_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_OCTAL = "01234567"


def _template_escape(source, at, pattern, repl):
    letter = source[at + 1 : at + 2]
    if not letter:
        raise error("bad escape (end of pattern)", repl, at)
    if letter == "g":
        return _template_group(source, at + 2, pattern, repl)
    if letter.isdigit() and ord(letter) < 128:
        return _template_number(source, at, pattern, repl)
    if letter in _ESCAPES:
        return _ESCAPES[letter], at + 2
    if letter.isalpha() and ord(letter) < 128:
        raise error("bad escape \\" + letter, repl, at)
    return "\\" + letter, at + 2


def _template_number(source, at, pattern, repl):
    digits = source[at + 1]
    end = at + 2
    if digits == "0":
        while end < len(source) and end < at + 4 and source[end] in _OCTAL:
            end += 1
        return chr(int(source[at + 1 : end], 8) & 0xFF), end
    if end < len(source) and source[end] in "0123456789":
        octal = source[at + 1 : at + 4]
        if len(octal) == 3 and all([digit in _OCTAL for digit in octal]):
            if int(octal, 8) > 0o377:
                raise error("octal escape value \\%s outside of range 0-0o377" % octal, repl, at)
            return chr(int(octal, 8)), at + 4
        end += 1
    group = int(source[at + 1 : end])
    if group > pattern.groups:
        raise error("invalid group reference %d" % group, repl, at + 1)
    return group, end


def _template_group(source, at, pattern, repl):
    if source[at : at + 1] != "<":
        raise error("missing <", repl, at)
    end = source.find(">", at)
    name = source[at + 1 : end] if end > 0 else source[at + 1 :]
    if not name:
        raise error("missing group name", repl, at + 1)
    if end < 0:
        raise error("missing >, unterminated name", repl, at + 1)
    if name.isdigit():
        if int(name) > pattern.groups:
            raise error("invalid group reference " + name, repl, at + 1)
        return int(name), end + 1
    if name not in pattern.groupindex:
        for character in name:
            if not (
                character.isalpha()
                or character.isdigit()
                or character == "_"
                or ord(character) > 127
            ):
                raise error("bad character in group name " + repr(name), repl, at + 1)
        if name[0].isdigit():
            raise error("bad character in group name " + repr(name), repl, at + 1)
        raise IndexError("unknown group name " + repr(name))
    return pattern.groupindex[name], end + 1


def compile(pattern, flags=0):
    if isinstance(pattern, Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if not isinstance(pattern, (str, bytes)):
        raise TypeError("first argument must be string or compiled pattern")
    key = pattern, flags, isinstance(pattern, str)
    found = _known.get(key)
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[key] = Pattern(pattern, flags)
    return found


def match(pattern, string, flags=0):
    return compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    return compile(pattern, flags).fullmatch(string)


def search(pattern, string, flags=0):
    return compile(pattern, flags).search(string)


def findall(pattern, string, flags=0):
    return compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    return compile(pattern, flags).finditer(string)


def split(pattern, string, maxsplit=0, flags=0):
    return compile(pattern, flags).split(string, maxsplit)


def sub(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).subn(repl, string, count)


_SPECIAL = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"


def escape(pattern):
    if isinstance(pattern, str):
        return "".join(["\\" + c if c in _SPECIAL else c for c in pattern])
    return b"".join([b"\\" + bytes([c]) if chr(c) in _SPECIAL else bytes([c]) for c in pattern])


def purge():
    _known.clear()
