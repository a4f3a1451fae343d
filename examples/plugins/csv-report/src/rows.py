"""Rows of CSV."""

import csv
import io


def read_rows(text: str, comma: str) -> list:
    """Give each record after the first as a dict, by the names that the first one has.

    Raises:
        ValueError: a quoted field has no end, or a record has more fields than there are names.
    """
    reader = csv.reader(io.StringIO(text), delimiter=comma, strict=True)
    try:
        records = [record for record in reader if record]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    if not records:
        return []
    names = records[0]
    rows = []
    for number, fields in enumerate(records[1:], 2):
        if len(fields) > len(names):
            raise ValueError(f"record {number} has {len(fields)} fields for {len(names)} names")
        rows.append(dict(zip(names, fields)))  # noqa: B905 - a short record has what it has
    return rows
