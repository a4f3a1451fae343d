"""The attempts of one node: each within its timeout, and more of them where a retry can mend it."""

from __future__ import annotations

from time import monotonic

from pocket.document import JSON
from pocket.errors import CallTimeout, NodeTimeout, PocketError
from pocket.units import format_duration
from pocket.workflow.model import NodeSpec, RetrySpec
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.tries import Tries


def with_attempts(call: NodeCall, spec: NodeSpec) -> NodeCall:
    """Give the call as the file wants it made; the very same where it says nothing."""
    if spec.timeout_s is not None:
        call = _timed(call, spec.timeout_s)
    if spec.retry is not None:
        call = _retried(call, spec.retry)
    return call


def _timed(call: NodeCall, timeout_s: float) -> NodeCall:
    def attempt(value: JSON, scope: Scope) -> Answer:
        outer, scope.deadline = scope.deadline, min(scope.deadline, monotonic() + timeout_s)
        try:
            return call(value, scope)
        except (CallTimeout, NodeTimeout) as error:
            # A plugin may have run into the timeout of its manifest, which is another story.
            if monotonic() < scope.deadline:
                raise
            raise NodeTimeout(
                f"it took longer than {format_duration(timeout_s)}",
                hint="the node's timeout in the workflow says so",
            ) from error
        finally:
            scope.deadline = outer

    return attempt


def _retried(call: NodeCall, retry: RetrySpec) -> NodeCall:
    def attempts(value: JSON, scope: Scope) -> Answer:
        scope.tries = tries = Tries(retry, scope.deadline)
        try:
            while True:
                try:
                    return call(value, scope)
                except PocketError as error:
                    wait_s = tries.wait_s(error.retry_after_s) if error.retryable else None
                    if wait_s is None:
                        raise
                scope.pause(wait_s)
                tries.begin()
                scope.attempts = tries.begun
        finally:
            scope.tries = None

    return attempts
