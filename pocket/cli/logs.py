"""What plugins log, and what Pocket warns of, on stderr."""

from __future__ import annotations

import logging
import sys
from enum import StrEnum

from pocket.cli.output import printable


class LogLevel(StrEnum):
    """What `--log` takes: this and what is graver is shown."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class _Handler(logging.Handler):
    """Writes one line a record: its level, then what it says, the plugin's name first."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = printable(record.getMessage())
            print(f"{record.levelname.lower()}: {text}", file=sys.stderr)
        except ValueError:
            self.handleError(record)


def show_logs(level: LogLevel) -> None:
    """Show what is logged at a level and above; other handlers of the process stay as they are."""
    logger = logging.getLogger("pocket")
    logger.setLevel(level.value.upper())
    logger.addHandler(_Handler())
    logger.propagate = False
