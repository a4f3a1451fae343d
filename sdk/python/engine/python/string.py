import re as _re

ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdefABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
whitespace = " \t\n\r\v\f"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    words = s.split(sep)
    return (" " if sep is None else sep).join(
        [word[:1].upper() + word[1:].lower() for word in words]
    )


class Template:
    def __init__(self, template):
        self.template = template

    def _filled(self, given, is_safe):
        def fill(match):
            if match.group(1) is not None:
                return "$"
            name = match.group(2) or match.group(3)
            if name is None:
                if is_safe:
                    return match.group()
                raise ValueError("Invalid placeholder in string: at character %d" % match.start())
            if name not in given:
                if is_safe:
                    return match.group()
                raise KeyError(name)
            return str(given[name])

        pattern = "\\$(?:(\\$)|([_a-z][_a-z0-9]*)|{([_a-z][_a-z0-9]*)}|)"
        return _re.sub(pattern, fill, self.template, flags=_re.I | _re.A)

    def substitute(self, mapping=None, **named):
        return self._filled(_merged(mapping, named), False)

    def safe_substitute(self, mapping=None, **named):
        return self._filled(_merged(mapping, named), True)


def _merged(mapping, named):
    given = dict(mapping or {})
    given.update(named)
    return given
