# Characters and sets of them, in the syntax of libregexp.

from _re_text import I, Text, U

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


class Sets(Text):
    def __init__(self, pattern, is_wide):
        super().__init__(pattern)
        self._is_wide = is_wide

    def _literal(self, code, flags):
        if flags & I and self._folds(flags):
            if code in _DOTTED:
                return "[iI\\u0130\\u0131]"
        elif flags & I and 65 <= code & ~32 <= 90:
            return "[" + chr(code & ~32) + chr(code | 32) + "]"
        return _character(code)

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

    def _octal(self, digits, start):
        if int(digits, 8) > 0o377:
            message = "octal escape value \\" + digits + " outside of range 0-0o377"
            raise self._error(message, start)
        return int(digits, 8)

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
            return self._octal(digits, start)
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


def _character(code):
    character = chr(code)
    if code < 128 and (character.isalpha() or character.isdigit()):
        return character
    return "\\x%02x" % code if code < 256 else "\\u{%x}" % code


def _range(low, high):
    return _character(low) if low == high else _character(low) + "-" + _character(high)
