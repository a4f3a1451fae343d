"""Two steps for tables: read CSV, and add up a column of it by another."""

from pocket_plugin import PluginNode, log
from rows import read_rows


class CsvRows(PluginNode):
    metadata = {
        "type": "csv-rows",
        "category": "data",
        "description": "Reads CSV with a line of names",
        "configSchema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "comma": {
                    "type": "string",
                    "default": ",",
                    "minLength": 1,
                    "maxLength": 1,
                    "description": "What stands between two fields",
                },
            },
        },
        "inputSchema": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}},
        },
        "examples": [
            {
                "name": "A quoted comma",
                "input": {"text": 'city,sum\n"Ulm, old",3\n'},
                "output": {"rows": [{"city": "Ulm, old", "sum": "3"}]},
            },
            {
                "name": "Semicolons",
                "config": {"comma": ";"},
                "input": {"text": "a;b\n1;2"},
                "output": {"rows": [{"a": "1", "b": "2"}]},
            },
        ],
    }

    def exec(self, prepared: dict) -> dict:
        return {"rows": read_rows(prepared["text"], self.config["comma"])}

    def post(self, _value: dict, output: dict) -> tuple:
        return output, "default" if output["rows"] else "empty"


class CsvTotals(PluginNode):
    metadata = {
        "type": "csv-totals",
        "category": "data",
        "description": "Adds up a column of rows, by the values of another",
        "configSchema": {
            "type": "object",
            "required": ["by", "sum"],
            "additionalProperties": False,
            "properties": {"by": {"type": "string"}, "sum": {"type": "string"}},
        },
        "inputSchema": {
            "type": "object",
            "required": ["rows"],
            "properties": {"rows": {"type": "array", "items": {"type": "object"}}},
        },
        "examples": [
            {
                "name": "Two cities",
                "config": {"by": "city", "sum": "n"},
                "input": {
                    "rows": [
                        {"city": "Ulm", "n": "1.5"},
                        {"city": "Bonn", "n": "2"},
                        {"city": "Ulm", "n": "2"},
                    ]
                },
                "output": {"totals": {"Ulm": 3.5, "Bonn": 2.0}},
            },
        ],
    }

    def exec(self, prepared: dict) -> dict:
        by, column = self.config["by"], self.config["sum"]
        totals = {}
        for number, row in enumerate(prepared["rows"], 1):
            try:
                totals[row[by]] = totals.get(row[by], 0.0) + float(row[column])
            except (KeyError, ValueError):
                log.warning("row", number, "has no", by, "or no number", column)
        return {"totals": totals}


nodes = [CsvRows(), CsvTotals()]
