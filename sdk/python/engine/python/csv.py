# Tables in text. A dialect is the name `excel`, `excel-tab` or `unix`, or options.

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE = range(4)


class Error(Exception):
    pass


_DIALECTS = {
    "excel": {},
    "excel-tab": {"delimiter": "\t"},
    "unix": {"lineterminator": "\n", "quoting": QUOTE_ALL},
}


class _Options:
    def __init__(self, dialect, given):
        if dialect not in _DIALECTS:
            raise Error("unknown dialect")
        self.delimiter, self.quotechar, self.escapechar = ",", '"', None
        self.doublequote, self.skipinitialspace, self.strict = True, False, False
        self.lineterminator, self.quoting = "\r\n", QUOTE_MINIMAL
        for options in (_DIALECTS[dialect], given):
            for name, value in options.items():
                if not hasattr(self, name):
                    raise TypeError("%r is an invalid keyword argument" % (name,))
                setattr(self, name, value)
        if not isinstance(self.delimiter, str) or len(self.delimiter) != 1:
            raise TypeError('"delimiter" must be a 1-character string')


def reader(csvfile, dialect="excel", **fmtparams):
    return _Reader(csvfile, _Options(dialect, fmtparams))


class _Reader:
    def __init__(self, lines, options):
        self._lines, self._options = iter(lines), options
        self.line_num = 0

    def __iter__(self):
        return self

    def __next__(self):
        options = self._options
        delimiter, escape = options.delimiter, options.escapechar
        quote = None if options.quoting == QUOTE_NONE else options.quotechar
        row, field, is_quoted, is_inside = [], [], False, False
        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if not is_inside:
                    raise
                if options.strict:
                    raise Error("unexpected end of data")
                break
            self.line_num += 1
            end = line.rstrip("\r\n")
            if (
                not is_inside
                and not field
                and not row
                and quote is not None
                and quote not in end
                and escape is None
            ):
                if not options.skipinitialspace and options.quoting != QUOTE_NONNUMERIC:
                    return end.split(delimiter) if end else []
            text, at = list(line if quote is not None else end), 0
            while at < len(text):
                character = text[at]
                at += 1
                if character == escape and escape is not None and at < len(text):
                    field.append(text[at])
                    at += 1
                elif is_inside:
                    if character != quote:
                        field.append(character)
                    elif options.doublequote and at < len(text) and text[at] == quote:
                        field.append(quote)
                        at += 1
                    else:
                        is_inside = False
                elif character == delimiter:
                    row.append(self._value(field, is_quoted))
                    field, is_quoted = [], False
                elif character == quote and not field and not is_quoted:
                    is_inside = is_quoted = True
                elif character in "\r\n" and at > len(end):
                    pass
                elif character == " " and options.skipinitialspace and not field and not is_quoted:
                    pass
                elif is_quoted and options.strict:
                    raise Error("'%s' expected after '%s'" % (delimiter, quote))
                else:
                    field.append(character)
            if not is_inside:
                break
        if not row and not field and not is_quoted:
            return []
        row.append(self._value(field, is_quoted))
        return row

    def _value(self, field, is_quoted):
        text = "".join(field)
        if self._options.quoting == QUOTE_NONNUMERIC and not is_quoted:
            return float(text)
        return text


def writer(csvfile, dialect="excel", **fmtparams):
    return _Writer(csvfile, _Options(dialect, fmtparams))


class _Writer:
    def __init__(self, file, options):
        self._file, self._options = file, options

    def writerow(self, row):
        fields = [self._text(value) for value in row]
        if len(fields) == 1 and not fields[0]:
            if self._options.quoting == QUOTE_NONE:
                raise Error("single empty field record must be quoted")
            fields = [self._options.quotechar * 2]
        return self._file.write(self._options.delimiter.join(fields) + self._options.lineterminator)

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)

    def _text(self, value):
        options = self._options
        quote = options.quotechar
        text = "" if value is None else str(value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        special = [options.delimiter, "\r", "\n"] + ([quote] if quote else [])
        if options.quoting == QUOTE_NONE:
            special.append(options.escapechar)
            parts = []
            for character in text:
                if character in special:
                    if options.escapechar is None:
                        raise Error("need to escape, but no escapechar set")
                    parts.append(options.escapechar)
                parts.append(character)
            return "".join(parts)
        needs = options.quoting == QUOTE_ALL or (
            options.quoting == QUOTE_NONNUMERIC and not is_number
        )
        if not needs and not any([mark in text for mark in special]):
            return text
        if options.doublequote:
            return quote + text.replace(quote, quote * 2) + quote
        if options.escapechar is None and quote in text:
            raise Error("need to escape, but no escapechar set")
        return (
            quote
            + (text.replace(quote, options.escapechar + quote) if options.escapechar else text)
            + quote
        )


class DictReader:
    def __init__(
        self, f, fieldnames=None, restkey=None, restval=None, dialect="excel", **fmtparams
    ):
        self.reader = reader(f, dialect, **fmtparams)
        self._names, self.restkey, self.restval = fieldnames, restkey, restval

    @property
    def fieldnames(self):
        if self._names is None:
            self._names = next(self.reader, None)
        return self._names

    @property
    def line_num(self):
        return self.reader.line_num

    def __iter__(self):
        return self

    def __next__(self):
        names = self.fieldnames
        row = next(self.reader)
        while not row:
            row = next(self.reader)
        made = dict(zip(names, row))
        if len(row) > len(names):
            made[self.restkey] = row[len(names) :]
        for name in names[len(row) :]:
            made[name] = self.restval
        return made


class DictWriter:
    def __init__(
        self, f, fieldnames, restval="", extrasaction="raise", dialect="excel", **fmtparams
    ):
        self.writer = writer(f, dialect, **fmtparams)
        self.fieldnames, self.restval, self.extrasaction = list(fieldnames), restval, extrasaction

    def writeheader(self):
        return self.writer.writerow(self.fieldnames)

    def writerow(self, rowdict):
        if self.extrasaction == "raise":
            wrong = [repr(key) for key in rowdict if key not in self.fieldnames]
            if wrong:
                raise ValueError("dict contains fields not in fieldnames: " + ", ".join(wrong))
        return self.writer.writerow([rowdict.get(name, self.restval) for name in self.fieldnames])

    def writerows(self, rowdicts):
        for row in rowdicts:
            self.writerow(row)
