"""The network of a workflow file, which is the operator's own: any address, several attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Final

from pocket.capability.http_client import Fetched, HttpClient
from pocket.capability.http_request import HttpRequest
from pocket.capability.http_url import HttpUrl
from pocket.capability.public_address import is_public
from pocket.capability.refusal import NotReached, Refusal
from pocket.errors import NodeError, NodeTimeout, NodeUnavailable, PocketError
from pocket.plugin.host_name import IPAddress
from pocket.workflow.model import RetrySpec
from pocket.workflow.scope import Scope

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FOR_NOW: Final = frozenset({"timeout", "unavailable"})
_TOO_MANY: Final = 429
_USUAL: Final = RetrySpec()
_ONCE: Final = RetrySpec(max_attempts=1)


class Anywhere:
    """The reach of one request of an operator: everything, but no redirect leads into a network.

    A server out there could answer with the address of one in here that trusts whoever is in here.
    """

    def __init__(self) -> None:
        self._began_public: bool | None = None

    def permit(self, url: HttpUrl, why: str = "") -> None:
        """See `Reach`."""

    def check(self, url: HttpUrl, addresses: Sequence[IPAddress]) -> None:
        """See `Reach`."""
        public = all(is_public(address) for address in addresses)
        if self._began_public is None:
            self._began_public = public
        elif self._began_public and not public:
            raise Refusal(
                "permission-denied",
                f"a redirect leads from outside to {url.host}, an address that is not public",
            )


@dataclass(frozen=True, slots=True)
class Attempts:
    """How one node asks: how often, how long, and how much it takes.

    Attributes:
        client: sends the requests.
        retry: how often, with which delays; `Retry-After` may make one longer, up to `max_delay_s`.
            None where the config has none: then the node's own `retry` goes, if it has one.
        repeatable: whether a request that may have been done already is sent again, whatever it is.
        timeout_s: for all attempts together.
        max_bytes: most of a body.
    """

    client: HttpClient
    retry: RetrySpec | None
    repeatable: bool
    timeout_s: float
    max_bytes: int

    def ask(self, request: HttpRequest, scope: Scope) -> Fetched:
        """Give the answer, of whatever status.

        Raises:
            NodeUnavailable: nobody answers, and asking again may help and does no harm.
            NodeTimeout: nobody answered in time, and asking again does no harm.
            NodeError: there is no answer.
        """
        until = min(scope.deadline, monotonic() + self.timeout_s)
        repeatable = self.repeatable or request.method in _SAFE
        retry = self.retry or (_USUAL if scope.max_attempts is None else _ONCE)
        delay_s, tried = retry.delay_s, 1
        while True:
            scope.check_time()
            failed: Refusal | None = None
            try:
                fetched = self.client.fetch(request, Anywhere(), until, self.max_bytes)
            except Refusal as refusal:
                failed = refusal
            last = tried >= retry.max_attempts
            if failed is None:
                wait_s = _asked_wait_s(fetched, delay_s)
                if last or not repeatable or not _worth_a_retry(fetched):
                    return fetched
            else:
                wait_s = delay_s
                harmless = repeatable or isinstance(failed, NotReached)
                if last or failed.code not in _FOR_NOW or not harmless:
                    raise _error(request, failed, harmless=harmless)
            wait_s = min(wait_s, retry.max_delay_s)
            if monotonic() + wait_s >= until:
                if failed is None:
                    return fetched
                raise _error(request, failed, harmless=True)
            scope.pause(wait_s)
            tried += 1
            delay_s *= retry.multiplier


def refused(request: HttpRequest, status: int, *, repeatable: bool) -> NodeError:
    """Give the error for a status that is one."""
    said = f"{request.method} {request.url.origin} answered with status {status}"
    for_now = status == _TOO_MANY or status >= 500
    harmless = repeatable or request.method in _SAFE
    return NodeUnavailable(said) if for_now and harmless else NodeError(said)


def _worth_a_retry(fetched: Fetched) -> bool:
    return fetched.reply.status == _TOO_MANY or fetched.reply.status >= 500


def _asked_wait_s(fetched: Fetched, delay_s: float) -> float:
    """Give how long to wait: as the server asks, if that is longer."""
    for name, value in fetched.reply.headers:
        if name.lower() == "retry-after":
            return max(delay_s, _seconds(value.strip()))
    return delay_s


def _seconds(text: str) -> float:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return parsedate_to_datetime(text).timestamp() - time()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _error(request: HttpRequest, refusal: Refusal, *, harmless: bool) -> PocketError:
    said = f"{request.method} {request.url.origin}: {refusal.message}"
    if refusal.code not in _FOR_NOW:
        return NodeError(said)
    if harmless:
        return NodeTimeout(said) if refusal.code == "timeout" else NodeUnavailable(said)
    return NodeError(
        f"{said}; whether the request was done is not known",
        hint="retry: {unsafe: true} in the config repeats such a request nevertheless",
    )
