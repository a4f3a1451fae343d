"""Where a package is fetched from: a file, or http and https."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

from pocket.errors import InstallError, InvalidInput
from pocket.plugin.archive import MAX_ARCHIVE_BYTES
from pocket.plugin.package import read_file
from pocket.units import format_bytes, format_duration

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int | None], None]
"""Gets the bytes that have come, and how many there will be if the server says."""

MAX_REDIRECTS: Final = 5
"""As many as an honest site needs twice over."""
TIMEOUT_S: Final = 30.0
"""Longest silence of a server."""
MAX_DOWNLOAD_S: Final = 600.0
"""64 MB at 1 Mbit/s, and a bound for a server that sends a byte now and then."""

_ERRNO: Final = re.compile(r"^\[Errno -?[0-9]+\] ")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def fetch(
    source: str,
    *,
    max_bytes: int = MAX_ARCHIVE_BYTES,
    sha256: str | None = None,
    on_progress: Progress | None = None,
) -> bytes:
    """Read a package's bytes.

    Args:
        source: a path, or a URL of http or https.
        max_bytes: most that is read.
        sha256: hash that the bytes have to have, hex.
        on_progress: told while a URL is being read.

    Raises:
        InstallError: it cannot be had, is too large, or has another hash.
        InvalidInput: `sha256` is no hash.
        InvalidPackage: the file is missing, or no ordinary file.
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256.strip()):
        raise InvalidInput(f"{sha256!r:.100} is no SHA-256", hint="it has 64 digits of 0-9 and a-f")
    if source.lower().startswith(("http://", "https://")):
        data = _download_in_time(source, max_bytes, on_progress)
    elif "://" in source:
        raise InstallError(f"{source}: only http, https and files can be installed from")
    else:
        data = read_file(Path(source), max_bytes)
    if sha256 is not None:
        _check_hash(data, sha256, source)
    return data


def _check_hash(data: bytes, wanted: str, source: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if not hmac.compare_digest(found, wanted.strip().lower()):
        raise InstallError(
            f"{source}: its SHA-256 is {found}, not {wanted}",
            hint="do not install it unless you know why the two differ",
        )


def _download_in_time(url: str, max_bytes: int, on_progress: Progress | None) -> bytes:
    """Download in a thread, as nothing else bounds the whole: names, headers and body."""
    outcome: SimpleQueue[bytes | BaseException] = SimpleQueue()

    def download() -> None:
        try:
            outcome.put(_download(url, max_bytes, on_progress))
        except BaseException as error:  # noqa: BLE001  (raised again by who waits)
            outcome.put(error)

    # A daemon, as it may hang for as long as the server likes.
    Thread(target=download, name="pocket-download", daemon=True).start()
    try:
        result = outcome.get(timeout=MAX_DOWNLOAD_S)
    except Empty:
        limit = format_duration(MAX_DOWNLOAD_S)
        raise InstallError(f"{url}: took longer than {limit}", hint="try again later") from None
    if isinstance(result, BaseException):
        raise result
    return result


def _download(url: str, max_bytes: int, on_progress: Progress | None) -> bytes:
    import httpx

    try:
        with httpx.Client(timeout=TIMEOUT_S, trust_env=True) as client:
            return _follow(client, httpx.URL(url), max_bytes, on_progress)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = _ERRNO.sub("", str(error)) or type(error).__name__
        raise InstallError(f"{url}: {said}", hint="is the address right?") from None


def _follow(
    client: httpx.Client, url: httpx.URL, max_bytes: int, on_progress: Progress | None
) -> bytes:
    for _ in range(MAX_REDIRECTS + 1):
        # A compressed answer could be a bomb, and an archive does not get smaller by it.
        headers = {"accept-encoding": "identity"}
        with client.stream("GET", url, headers=headers) as response:
            if response.next_request is None:
                return _body(response, str(url), max_bytes, on_progress)
            following = response.next_request.url
        if url.scheme == "https" and following.scheme != "https":
            raise InstallError(f"{url}: redirects to {following}, which is not https")
        url = following
    raise InstallError(f"{url}: more than {MAX_REDIRECTS} redirects")


def _body(
    response: httpx.Response, url: str, max_bytes: int, on_progress: Progress | None
) -> bytes:
    if response.status_code != 200:
        said = f"{response.status_code} {response.reason_phrase}".strip()
        raise InstallError(f"{url}: the server answers {said}", hint="is the address right?")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise InstallError(f"{url}: the server compresses what was asked for as it is")
    length = response.headers.get("content-length", "")
    total = int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
    data = bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > max_bytes:
            raise InstallError(f"{url}: larger than {format_bytes(max_bytes)}")
        if on_progress is not None:
            on_progress(len(data), total)
    return bytes(data)
