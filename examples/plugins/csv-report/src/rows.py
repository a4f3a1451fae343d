"""CSV as RFC 4180 has it: fields may be quoted, and then have commas and line ends in them."""


def read_rows(text: str, comma: str) -> list:
    """Give each record after the first as a dict, by the names that the first one has.

    Raises:
        ValueError: a quoted field has no end, or a record has more fields than there are names.
    """
    records = _records(text, comma)
    if not records:
        return []
    names = records[0]
    rows = []
    for number, fields in enumerate(records[1:], 2):
        if len(fields) > len(names):
            raise ValueError(f"record {number} has {len(fields)} fields for {len(names)} names")
        rows.append(dict(zip(names, fields)))  # noqa: B905 - a short record has what it has
    return rows


def _records(text: str, comma: str) -> list:
    records, fields, at = [], [], 0
    while at < len(text):
        field, at = _field(text, at, comma)
        fields.append(field)
        if at < len(text) and text[at] == comma:
            at += 1
            if at < len(text):
                continue
            fields.append("")
        at = _line_end(text, at)
        if fields != [""]:
            records.append(fields)
        fields = []
    return records


def _field(text: str, at: int, comma: str) -> tuple:
    if text[at : at + 1] == '"':
        return _quoted(text, at + 1)
    end = at
    while end < len(text) and text[end] not in (comma, "\r", "\n"):
        end += 1
    return text[at:end], end


def _quoted(text: str, at: int) -> tuple:
    parts = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise ValueError("a quoted field has no end")
        parts.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            return '"'.join(parts), end + 1
        at = end + 2


def _line_end(text: str, at: int) -> int:
    if text[at : at + 2] == "\r\n":
        return at + 2
    return at + 1
