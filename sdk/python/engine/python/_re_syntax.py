# Writes a pattern of Python's in the syntax of libregexp. What is written is ASCII; where a group begins
# and ends, and where one is meant, stands a character of these, as numbers come last.

_OPEN, _CLOSE, _SAME, _IS_SET = 0xE000, 0xE400, 0xE800, 0xEC00
_FIRST_HIDDEN = 0x200  # Groups that only the engine knows of, for (?>...), are numbered from here.
_MOST_GROUPS = 254

MAXREPEAT = 2**31 - 1
A, I, L, M, S, U, X = 256, 2, 4, 8, 16, 32, 64
_FLAGS = {"i": I, "L": L, "m": M, "s": S, "x": X, "a": A, "u": U}

_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_CLASSES = (
    # of ASCII, and of Unicode; inside of [] or v-flag's nested []
    {
        "d": "0-9",
        "s": "\\t-\\r\\x20",
        "w": "0-9A-Z_a-z",
    },
    {
        "d": "\\p{Nd}",
        "s": "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
        "w": "\\p{L}\\p{N}_",
    },
)
_ASCII_SPACES = "\\t-\\r\\x1c-\\x20"  # What is Unicode's of a text that has ASCII only.
_DOTTED = (0x69, 0x49, 0x130, 0x131)  # One letter to Python, two to Unicode.


class error(ValueError):
    def __init__(self, msg, pattern=None, pos=None):
        self.msg, self.pattern, self.pos = msg, pattern, pos
        self.lineno = self.colno = None
        if pattern is not None and pos is not None:
            newline = b"\n" if isinstance(pattern, bytes) else "\n"
            self.lineno = pattern.count(newline, 0, pos) + 1
            self.colno = pos - pattern.rfind(newline, 0, pos)
            msg += " at position " + str(pos)
            if newline in pattern:
                msg += " (line " + str(self.lineno) + ", column " + str(self.colno) + ")"
        super().__init__(msg)


class Syntax:
    # written: the pattern as libregexp wants it, for a subject of ASCII or of Unicode
    # groups: how many, as the author counts; names: their numbers; numbers: those that libregexp gives
    def __init__(self, pattern, flags, is_wide):
        self._pattern = pattern
        self._is_bytes = not isinstance(pattern, str)
        self._source = [chr(byte) for byte in pattern] if self._is_bytes else list(pattern)
        self._at = 0
        self._is_wide = is_wide
        self._hidden = 0
        self._open = []
        self._widths = [None]
        self._later = []  # Conditions on groups that are not there yet.
        self._varies = False  # Whether there is a look-behind of no fixed width.
        self._behind = None  # In a look-behind: how many groups there were before it.
        self.names = {}
        self._check_kind(flags)
        if not self._is_bytes and not flags & A:
            flags |= U
        self.flags = self._global_flags(flags)
        self.ignores_case = self._folds(self.flags)
        written, _ = self._alternatives(self.flags, True)
        if self._at < len(self._source):
            raise self._error("unbalanced parenthesis", self._at)
        self.groups = len(self._widths) - 1
        for group, at in self._later:
            if group > self.groups:
                raise self._error("invalid group reference " + str(group), at)
        if self._later:
            at = self._later[0][1]
            raise self._error("a condition on a group that comes later is not supported", at)
        if self._varies:
            raise error("look-behind requires fixed-width pattern")
        self._number(written)

    def _error(self, message, at):
        return error(message, self._pattern, at)

    def _check_kind(self, flags):
        if flags & L:
            raise error("the engine has no locales: flag L is not supported")
        if self._is_bytes and flags & U:
            raise ValueError("cannot use UNICODE flag with a bytes pattern")
        if flags & A and flags & U:
            raise ValueError("ASCII and UNICODE flags are incompatible")

    # Reading

    def _peek(self):
        return self._source[self._at] if self._at < len(self._source) else ""

    def _take(self):
        character = self._peek()
        self._at += 1
        return character

    def _skip(self, text):
        if "".join(self._source[self._at : self._at + len(text)]) != text:
            return False
        self._at += len(text)
        return True

    def _while_in(self, allowed, most):
        start = self._at
        while self._at < len(self._source) and self._at - start < most and self._peek() in allowed:
            self._at += 1
        return "".join(self._source[start : self._at])

    def _until(self, end, name):
        start = self._at
        while self._peek() != end:
            if self._at >= len(self._source):
                if start == self._at:
                    raise self._error("missing " + name, start)
                raise self._error("missing " + end + ", unterminated name", start)
            self._at += 1
        found = "".join(self._source[start : self._at])
        self._at += 1
        if not found:
            raise self._error("missing " + name, start)
        return found

    # Flags

    def _folds(self, flags):
        # Whether libregexp ignores case; that of ASCII alone is written out.
        return bool(flags & I) and not flags & A and not self._is_bytes

    def _global_flags(self, flags):
        while self._at + 2 < len(self._source) and self._source[self._at : self._at + 2] == [
            "(",
            "?",
        ]:
            end = self._at + 2
            while end < len(self._source) and self._source[end] in _FLAGS:
                end += 1
            if end == self._at + 2 or end >= len(self._source) or self._source[end] != ")":
                break
            for letter in self._source[self._at + 2 : end]:
                flags = self._with(flags, letter, end)
            self._at = end + 1
        return flags

    def _with(self, flags, letter, at):
        flag = _FLAGS[letter]
        if flag == L:
            raise self._error("the engine has no locales: flag L is not supported", at)
        if flag == U and self._is_bytes:
            raise self._error("bad inline flags: cannot use 'u' flag with a bytes pattern", at)
        if flag == A:
            return flags & ~U | A
        if flag == U:
            return flags & ~A | U
        return flags | flag

    def _scoped_flags(self, flags):
        # After "(?": flags up to ":".
        start, removing, new = self._at, False, flags
        while True:
            letter = self._take()
            if letter == ")" and not removing:
                raise self._error("global flags not at the start of the expression", start - 2)
            if letter == ":":
                if removing and self._source[self._at - 2] == "-":
                    raise self._error("missing flag", self._at - 1)
                return new
            if letter == "-" and not removing:
                removing = True
                continue
            if not letter:
                raise self._error(
                    "missing -, : or )" if not removing else "missing :", self._at - 1
                )
            if letter not in _FLAGS:
                raise self._error(
                    "unknown flag" if letter.isalpha() else "missing -, : or )", self._at - 1
                )
            if removing and letter in "aLu":
                message = "bad inline flags: cannot turn off flags 'a', 'u' and 'L'"
                raise self._error(message, self._at)
            new = new & ~_FLAGS[letter] if removing else self._with(new, letter, self._at)

    # Writing

    def _alternatives(self, flags, is_top=False):
        written, lows, highs = [], [], []
        while True:
            text, (low, high) = self._sequence(flags)
            written.append(text)
            lows.append(low)
            highs.append(high)
            if self._peek() != "|":
                break
            self._at += 1
        return "|".join(written), (min(lows), max(highs))

    def _sequence(self, flags):
        # [what is written, its width, its kind] of each item
        items = []
        while self._at < len(self._source) and self._peek() not in "|)":
            start = self._at
            character = self._take()
            if flags & X and character in " \t\n\r\v\f":
                continue
            if flags & X and character == "#":
                while self._at < len(self._source) and self._take() != "\n":
                    pass
                continue
            if character in "*+?{":
                self._repeat(items, character, start)
                continue
            item = self._item(character, start, flags)
            if item is not None:
                items.append(item)
        low = high = 0
        for item in items:
            low = min(low + item[1][0], MAXREPEAT)
            high = min(high + item[1][1], MAXREPEAT)
        return "".join([item[0] for item in items]), (low, high)

    def _item(self, character, start, flags):
        if character == "(":
            return self._group(start, flags)
        if character == "[":
            return [self._set(start, flags), (1, 1), "one"]
        if character == ".":
            return ["." if flags & S else "[^\\n]", (1, 1), "one"]
        if character == "^":
            return ["(?<![^\\n])" if flags & M else "^", (0, 0), "at"]
        if character == "$":
            return ["(?![^\\n])" if flags & M else "(?=\\n?$)", (0, 0), "at"]
        if character == "\\":
            return self._escape(start, flags)
        return [self._literal(ord(character), flags), (1, 1), "one"]

    def _repeat(self, items, character, start):
        low, high = {"*": (0, MAXREPEAT), "+": (1, MAXREPEAT), "?": (0, 1)}.get(
            character, (0, MAXREPEAT)
        )
        if character == "{":
            if self._peek() == "}":
                items.append(["\\{", (1, 1), "one"])
                return
            least = self._while_in("0123456789", 99)
            most = self._while_in("0123456789", 99) if self._skip(",") else least
            if not self._skip("}"):
                self._at = start + 1
                items.append(["\\{", (1, 1), "one"])
                return
            low = int(least or 0)
            high = int(most) if most else MAXREPEAT
            if low >= MAXREPEAT or most and high >= MAXREPEAT:
                raise OverflowError("the repetition number is too large")
            if high < low:
                raise self._error("min repeat greater than max repeat", start)
        if not items or items[-1][2] == "at":
            raise self._error("nothing to repeat", start)
        text, width, kind = items.pop()
        if kind == "repeat":
            raise self._error("multiple repeat", start)
        if kind == "assertion":
            text = "(?:" + text + ")"
        times = (
            character if character != "{" else "{%d,%s}" % (low, "" if high == MAXREPEAT else high)
        )
        width = min(width[0] * low, MAXREPEAT), min(width[1] * high, MAXREPEAT)
        if self._skip("+"):
            items.append([self._atomic(text + times, start), width, "repeat"])
        else:
            items.append([text + times + ("?" if self._skip("?") else ""), width, "repeat"])

    def _atomic(self, text, start):
        # What a look-ahead has found is not tried again.
        if self._behind is not None:
            raise self._error("a look-behind with an atomic group is not supported", start)
        self._hidden += 1
        group = _FIRST_HIDDEN + self._hidden
        if self._hidden > _MOST_GROUPS:
            raise self._error("more than 254 groups are not supported", start)
        return (
            "(?:(?="
            + chr(_OPEN + group)
            + text
            + chr(_CLOSE + group)
            + ")"
            + chr(_SAME + group)
            + ")"
        )

    def _literal(self, code, flags):
        if flags & I and self._folds(flags):
            if code in _DOTTED:
                return "[iI\\u0130\\u0131]"
        elif flags & I and 65 <= code & ~32 <= 90:
            return "[" + chr(code & ~32) + chr(code | 32) + "]"
        return _character(code)

    def _escape(self, start, flags):
        character = self._take()
        if character in "0123456789" and character:
            return self._number_escape(character, start, flags)
        if character and character in "dDsSwW":
            return [self._class(character, flags, False), (1, 1), "one"]
        if character == "A":
            return ["^", (0, 0), "at"]
        if character == "Z":
            return ["$", (0, 0), "at"]
        if character and character in "bB":
            is_unicode = flags & U and self._is_wide
            return [("(?i:\\%s)" if is_unicode else "(?-i:\\%s)") % character, (0, 0), "at"]
        return [self._literal(self._code(character, start), flags), (1, 1), "one"]

    def _code(self, character, start):
        # The character that a backslash and this one stand for, in a set or outside.
        if not character:
            raise self._error("bad escape (end of pattern)", start)
        if character in _ESCAPES:
            return _ESCAPES[character]
        size = {"x": 2, "u": 0 if self._is_bytes else 4, "U": 0 if self._is_bytes else 8}.get(
            character, 0
        )
        if size:
            digits = self._while_in("0123456789abcdefABCDEF", size)
            if len(digits) != size:
                raise self._error("incomplete escape \\" + character + digits, start)
            code = int(digits, 16)
            if code > 0x10FFFF:
                raise self._error("bad escape \\" + character + digits, start)
            return code
        if character == "N" and not self._is_bytes:
            raise self._error("names of characters are not supported", start)
        if character.isalpha() and ord(character) < 128:
            raise self._error("bad escape \\" + character, start)
        return ord(character)

    def _number_escape(self, first, start, flags):
        octal = "01234567"
        if first == "0":
            return [self._literal(int("0" + self._while_in(octal, 2), 8), flags), (1, 1), "one"]
        digits = first + self._while_in("0123456789", 1)
        if (
            len(digits) == 2
            and digits[0] in octal
            and digits[1] in octal
            and self._peek() in octal[:]
        ):
            if self._peek():
                digits += self._take()
                code = int(digits, 8)
                if code > 0o377:
                    message = "octal escape value \\" + digits + " outside of range 0-0o377"
                    raise self._error(message, start)
                return [self._literal(code, flags), (1, 1), "one"]
        return self._reference(int(digits), start, start + 1)

    def _reference(self, group, start, at):
        if group >= len(self._widths):
            raise self._error("invalid group reference " + str(group), at)
        if group in self._open:
            raise self._error("cannot refer to an open group", start)
        self._check_behind(group, self._at)
        return ["(?:" + chr(_SAME + group) + ")", self._widths[group], "one"]

    def _check_behind(self, group, at):
        if self._behind is None:
            return
        if group in self._open or group >= len(self._widths):
            raise self._error("cannot refer to an open group", at)
        if group >= self._behind:
            message = "cannot refer to group defined in the same lookbehind subpattern"
            raise self._error(message, at)

    # Sets

    def _class(self, letter, flags, is_inside):
        is_unicode = bool(flags & U)
        items = _CLASSES[is_unicode and self._is_wide][letter.lower()]
        if letter in "sS" and is_unicode and not self._is_wide:
            items = _ASCII_SPACES
        if letter.isupper():
            return "[^" + items + "]"
        return items if is_inside else "[" + items + "]"

    def _set(self, start, flags):
        negated = self._skip("^")
        items, first = [], self._at
        while True:
            at = self._at
            character = self._take()
            if not character:
                raise self._error("unterminated character set", start)
            if character == "]" and at != first:
                break
            low = self._member(character, at, flags)
            if self._peek() != "-":
                self._add(items, low, low, flags)
                continue
            self._at += 1
            character = self._take()
            if not character:
                raise self._error("unterminated character set", start)
            if character == "]":
                self._add(items, low, low, flags)
                items.append("\\-")
                break
            second = self._at - 1
            high = self._member(character, second, flags)
            if isinstance(low, str) or isinstance(high, str) or high < low:
                shown = self._head(at) + "-" + self._head(second)
                raise self._error("bad character range " + shown, self._at - len(shown))
            self._add(items, low, high, flags)
        return ("[^" if negated else "[") + "".join(items) + "]"

    def _head(self, at):
        return "".join(self._source[at : at + (2 if self._source[at] == "\\" else 1)])

    def _member(self, character, start, flags):
        # A code point, or the class as it is written.
        if character != "\\":
            return ord(character)
        character = self._take()
        if character and character in "dDsSwW":
            return self._class(character, flags, True)
        if character == "b":
            return 8
        if character and character in "01234567":
            digits = character + self._while_in("01234567", 2)
            if int(digits, 8) > 0o377:
                message = "octal escape value \\" + digits + " outside of range 0-0o377"
                raise self._error(message, start)
            return int(digits, 8)
        if character and character in "89":
            raise self._error("bad escape \\" + character, start)
        return self._code(character, start)

    def _add(self, items, low, high, flags):
        if isinstance(low, str):
            items.append(low)
            return
        items.append(_range(low, high))
        if not flags & I:
            return
        if self._folds(flags):
            if any([low <= letter <= high for letter in _DOTTED]):
                items.append("iI\\u0130\\u0131")
            return
        for base, other in ((65, 32), (97, -32)):
            from_, to = max(low, base), min(high, base + 25)
            if from_ <= to:
                items.append(_range(from_ + other, to + other))

    # Groups

    def _group(self, start, flags):
        name, kind = None, "("
        if self._skip("?"):
            kind = self._take()
            if kind == "P":
                if self._skip("<"):
                    name, kind = self._name(">"), "("
                elif self._skip("="):
                    return self._named_reference(start)
                else:
                    found = self._take()
                    if not found:
                        raise self._error("unexpected end of pattern", self._at - 1)
                    raise self._error("unknown extension ?P" + found, start + 1)
            elif kind == "#":
                while self._peek() != ")":
                    if not self._peek():
                        raise self._error("missing ), unterminated comment", start)
                    self._at += 1
                self._at += 1
                return None
            elif kind == "<":
                found = self._take()
                if not found:
                    raise self._error("unexpected end of pattern", self._at - 1)
                if found not in "=!":
                    raise self._error("unknown extension ?<" + found, start + 1)
                kind += found
            elif kind == "(":
                return self._conditional(start, flags)
            elif kind and (kind in _FLAGS or kind == "-"):
                self._at -= 1
                return self._flagged(start, flags)
            elif not kind:
                raise self._error("unexpected end of pattern", self._at - 1)
            elif kind not in ":=!>":
                raise self._error("unknown extension ?" + kind, start + 1)
        if kind == "(":
            return self._capture(name, start, flags)
        if kind == ":":
            text, width = self._alternatives(flags)
            self._close(start)
            return ["(?:" + text + ")", width, "one"]
        if kind == ">":
            text, width = self._alternatives(flags)
            self._close(start)
            return [self._atomic(text, start), width, "one"]
        return self._assertion(kind, start, flags)

    def _close(self, start):
        if self._take() != ")":
            raise self._error("missing ), unterminated subpattern", start)

    def _flagged(self, start, flags):
        inner = self._scoped_flags(flags)
        text, width = self._alternatives(inner)
        self._close(start)
        before, after = self._folds(flags), self._folds(inner)
        opening = "(?:" if before == after else "(?i:" if after else "(?-i:"
        return [opening + text + ")", width, "one"]

    def _assertion(self, kind, start, flags):
        outer = self._behind
        if kind[0] == "<" and outer is None:
            self._behind = len(self._widths)
        text, (low, high) = self._alternatives(flags)
        self._close(start)
        self._behind = outer
        if kind[0] == "<" and low != high:
            self._varies = True
        return ["(?" + kind + text + ")", (0, 0), "assertion"]

    def _name(self, end):
        at = self._at
        name = self._until(end, "group name")
        if not _is_identifier(name, self._is_bytes):
            shown = repr(name.encode()) if self._is_bytes else repr(name)
            raise self._error("bad character in group name " + shown, at)
        return name

    def _named_reference(self, start):
        at = self._at
        name = self._name(")")
        if name not in self.names:
            raise self._error("unknown group name " + repr(name), at)
        return self._reference(self.names[name], at, at)

    def _capture(self, name, start, flags):
        group = len(self._widths)
        if group > _MOST_GROUPS:
            raise self._error("more than 254 groups are not supported", start)
        if name is not None:
            if name in self.names:
                message = "redefinition of group name %r as group %d; was group %d"
                at = self._at - len(name) - 1
                raise self._error(message % (name, group, self.names[name]), at)
            self.names[name] = group
        self._widths.append((0, MAXREPEAT))
        self._open.append(group)
        text, width = self._alternatives(flags)
        self._close(start)
        self._open.pop()
        self._widths[group] = width
        return [chr(_OPEN + group) + text + chr(_CLOSE + group), width, "one"]

    def _conditional(self, start, flags):
        at = self._at
        name = self._until(")", "group name")
        if name.isdigit():
            group = int(name)
            if group == 0:
                raise self._error("bad group number", at)
        elif not _is_identifier(name, self._is_bytes):
            raise self._error("bad character in group name " + repr(name), at)
        elif name not in self.names:
            raise self._error("unknown group name " + repr(name), at)
        else:
            group = self.names[name]
        if group >= len(self._widths):
            self._later.append((group, at))
        self._check_behind(group, self._at)
        yes, first = self._sequence(flags)
        no, second = "", (0, 0)
        if self._skip("|"):
            no, second = self._sequence(flags)
            if self._peek() == "|":
                raise self._error("conditional backref with more than two branches", self._at)
        self._close(start)
        mark = chr(_IS_SET + group)
        width = min(first[0], second[0]), max(first[1], second[1])
        return ["(?:" + mark + yes + "|(?!" + mark + ")" + no + ")", width, "one"]

    # Numbers

    def _number(self, written):
        # A condition on a group asks whether an empty one beside it has matched.
        asked = {ord(mark) - _IS_SET for mark in written if ord(mark) >= _IS_SET}
        known, count = {}, 0
        for mark in written:
            code = ord(mark)
            if _OPEN <= code < _CLOSE:
                count += 1
                known[code - _OPEN] = count
            elif _CLOSE <= code < _SAME and code - _CLOSE in asked:
                count += 1
                known[code - _CLOSE + _IS_SET] = count
        if count > _MOST_GROUPS:
            raise error("more than 254 groups are not supported")
        parts = []
        for mark in written:
            code = ord(mark)
            if code < _OPEN:
                parts.append(mark)
            elif code < _CLOSE:
                parts.append("(?:(" if code - _OPEN in asked else "(")
            elif code < _SAME:
                parts.append(")())" if code - _CLOSE in asked else ")")
            elif code < _IS_SET:
                parts.append("(?:\\%d)" % known[code - _SAME])
            else:
                parts.append("(?:\\%d)" % known[code])
        self.written = "".join(parts)
        self.numbers = tuple([0] + [known[group] for group in range(1, self.groups + 1)])


def _is_identifier(name, is_ascii):
    if name[0].isdigit():
        return False
    for character in name:
        if not (character.isalpha() or character.isdigit() or character == "_"):
            if is_ascii or ord(character) < 128:
                return False
    return True


def _character(code):
    character = chr(code)
    if code < 128 and (character.isalpha() or character.isdigit()):
        return character
    return "\\x%02x" % code if code < 256 else "\\u{%x}" % code


def _range(low, high):
    return _character(low) if low == high else _character(low) + "-" + _character(high)
