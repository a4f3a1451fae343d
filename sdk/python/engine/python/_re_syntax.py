# Writes a pattern of Python's in the syntax of libregexp. What is written is ASCII; where a group begins
# and ends, and where one is meant, stands a character of these, as numbers come last.

from _re_sets import Sets
from _re_text import A, FLAGS, M, S, U, X, error

_OPEN, _CLOSE, _SAME, _IS_SET = 0xE000, 0xE400, 0xE800, 0xEC00
_FIRST_HIDDEN = 0x200  # Groups that only the engine knows of, for (?>...), are numbered from here.
_MOST_GROUPS = 254

MAXREPEAT = 2**31 - 1


class Syntax(Sets):
    # written: the pattern as libregexp wants it, for a subject of ASCII or of Unicode
    # groups: how many, as the author counts; names: their numbers; numbers: those that libregexp gives
    def __init__(self, pattern, flags, is_wide):
        super().__init__(pattern, is_wide)
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
        written, _ = self._alternatives(self.flags)
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

    # Writing

    def _alternatives(self, flags):
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
                raise self._error("min repeat greater than max repeat", start + 1)
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
        ahead = "(?=" + chr(_OPEN + group) + text + chr(_CLOSE + group) + ")"
        return "(?:" + ahead + chr(_SAME + group) + ")"

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

    def _number_escape(self, first, start, flags):
        octal = "01234567"
        if first == "0":
            return [self._literal(int("0" + self._while_in(octal, 2), 8), flags), (1, 1), "one"]
        digits = first + self._while_in("0123456789", 1)
        third = self._peek()
        if len(digits) == 2 and all([digit and digit in octal for digit in list(digits) + [third]]):
            self._at += 1
            digits += third
            return [self._literal(self._octal(digits, start), flags), (1, 1), "one"]
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
            elif kind and (kind in FLAGS or kind == "-"):
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
