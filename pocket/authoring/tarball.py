"""A .tar.gz that is the same bytes whenever and by whomever it is made of the same files."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files by name: sorted, of nobody, of no time."""
    packed = io.BytesIO()
    with (
        # The time and the name of a file would stand in gzip's header.
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as outer,
        tarfile.open(fileobj=outer, mode="w:", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, data in sorted(files.items()):
            # TarInfo's own values are what is wanted: mode 644, uid, gid and time 0.
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()
