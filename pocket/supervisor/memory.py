"""What a process holds of the machine's memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def private_bytes(pid: int) -> int:
    """Give the memory that would be free without this process; 0 where there is none.

    It is what is resident less what is shared with files (proc(5), statm). The exact numbers, in
    smaps, may be read by root alone, as a worker is undumpable.
    """
    try:
        statm = Path(f"/proc/{pid}/statm").read_bytes().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(statm[1]) - int(statm[2])) * _PAGE_BYTES
