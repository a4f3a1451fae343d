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
from pocket.workflow.tries import Tries

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
        tries = Tries(self.retry or (_USUAL if scope.tries is None else _ONCE), until)
        while True:
            scope.check_time()
            try:
                fetched = self.client.fetch(request, Anywhere(), until, self.max_bytes)
            except Refusal as refusal:
                harmless = repeatable or isinstance(refusal, NotReached)
                wait_s = tries.wait_s() if harmless and refusal.code in _FOR_NOW else None
                if wait_s is None:
                    raise _error(request, refusal, harmless=harmless) from refusal
            else:
                again = repeatable and _worth_a_retry(fetched)
                wait_s = tries.wait_s(_retry_after_s(fetched)) if again else None
                if wait_s is None:
                    return fetched
            scope.pause(wait_s)
            tries.begin()


def refused(request: HttpRequest, fetched: Fetched, *, repeatable: bool) -> NodeError:
    """Give the error for an answer whose status is one."""
    said = f"{request.method} {request.url.origin} answered with status {fetched.reply.status}"
    if not _worth_a_retry(fetched) or not (repeatable or request.method in _SAFE):
        return NodeError(said)
    error = NodeUnavailable(said)
    error.retry_after_s = _retry_after_s(fetched)
    return error


def _worth_a_retry(fetched: Fetched) -> bool:
    return fetched.reply.status == _TOO_MANY or fetched.reply.status >= 500


def _retry_after_s(fetched: Fetched) -> float:
    """Give how long the server asks to be left alone, in seconds or until a date (RFC 9110)."""
    for name, value in fetched.reply.headers:
        if name.lower() == "retry-after":
            return _seconds(value.strip())
    return 0.0


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
