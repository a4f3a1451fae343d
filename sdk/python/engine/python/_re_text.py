# A pattern of Python's as it is read: its characters, its flags and what is wrong with it.

A, I, L, M, S, U, X = 256, 2, 4, 8, 16, 32, 64
FLAGS = {"i": I, "L": L, "m": M, "s": S, "x": X, "a": A, "u": U}


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


class Text:
    def __init__(self, pattern):
        self._pattern = pattern
        self._is_bytes = not isinstance(pattern, str)
        self._source = [chr(byte) for byte in pattern] if self._is_bytes else list(pattern)
        self._at = 0

    def _error(self, message, at):
        return error(message, self._pattern, at)

    def _check_kind(self, flags):
        if flags & L:
            raise error("the engine has no locales: flag L is not supported")
        if self._is_bytes and flags & U:
            raise ValueError("cannot use UNICODE flag with a bytes pattern")
        if flags & A and flags & U:
            raise ValueError("ASCII and UNICODE flags are incompatible")

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

    def _head(self, at):
        return "".join(self._source[at : at + (2 if self._source[at] == "\\" else 1)])

    def _folds(self, flags):
        # Whether libregexp ignores case; that of ASCII alone is written out.
        return bool(flags & I) and not flags & A and not self._is_bytes

    def _global_flags(self, flags):
        while self._source[self._at : self._at + 2] == ["(", "?"]:
            end = self._at + 2
            while end < len(self._source) and self._source[end] in FLAGS:
                end += 1
            if end == self._at + 2 or end >= len(self._source) or self._source[end] != ")":
                break
            for letter in self._source[self._at + 2 : end]:
                flags = self._with(flags, letter, end)
            self._at = end + 1
        return flags

    def _with(self, flags, letter, at):
        flag = FLAGS[letter]
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
            if letter not in FLAGS:
                raise self._error(
                    "unknown flag" if letter.isalpha() else "missing -, : or )", self._at - 1
                )
            if removing and letter in "aLu":
                message = "bad inline flags: cannot turn off flags 'a', 'u' and 'L'"
                raise self._error(message, self._at)
            new = new & ~FLAGS[letter] if removing else self._with(new, letter, self._at)
