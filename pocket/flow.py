"""A workflow: loaded once, run any number of times."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from pocket.document import JSON, Document, read_document
from pocket.errors import InvalidInput, InvalidWorkflow, Problem
from pocket.masking import Mask
from pocket.nodes.catalog import NodeCatalog
from pocket.nodes.plugin import PluginHost
from pocket.workflow.engine import MAX_STEPS, Plan, Watcher, WorkflowResult
from pocket.workflow.loader import Compiled, compile_workflow
from pocket.workflow.model import WorkflowSpec


class Workflow:
    """Nodes and the connections between them. Made by `Workflow.load`.

    It may run in several threads at once; a run leaves nothing for the next.

    Attributes:
        spec: what the file says.
        routes: by node, by action: where it is known to lead.
        warnings: what may not be meant, each at its place in the file.
    """

    def __init__(
        self, document: Document, *, host: PluginHost | None = None, allow_exec: bool = True
    ) -> None:
        """Check a parsed file; `Workflow.load` does this."""
        self._document = document
        self._allow_exec = allow_exec
        self._environ: Mapping[str, str] = dict(os.environ)
        self._host = host
        self._first = self._compile(host)
        self._by_host: WeakKeyDictionary[PluginHost, Compiled] = WeakKeyDictionary()
        self._builtin_only = host is None and self._first.plan is not None
        self.spec: WorkflowSpec = self._first.spec
        self.routes: Mapping[str, Mapping[str, str]] = self._first.routes
        self.warnings: tuple[Problem, ...] = self._first.warnings

    @classmethod
    def load(
        cls, path: str | Path, *, host: PluginHost | None = None, allow_exec: bool = True
    ) -> Workflow:
        """Read and check a workflow file.

        Args:
            path: the YAML file.
            host: has the plugins whose node types the file uses. Without one they are looked for
                when the workflow runs.
            allow_exec: whether it may run commands of the system, unless the policy forbids that.

        Raises:
            InvalidWorkflow: with every problem found, each at its place.
        """
        document = read_document(Path(path), error=InvalidWorkflow)
        return cls(document, host=host, allow_exec=allow_exec)

    def check(self, *, host: PluginHost | None = None) -> tuple[Problem, ...]:
        """Give everything that is wrong with the workflow on a host: errors and warnings."""
        try:
            return self._on(host).warnings
        except InvalidWorkflow as error:
            return error.problems

    def run(
        self,
        input: JSON,  # noqa: A002
        *,
        host: PluginHost | None = None,
        max_steps: int = MAX_STEPS,
        timeout_s: float | None = None,
        watcher: Watcher | None = None,
    ) -> WorkflowResult:
        """Run the workflow once.

        Args:
            input: of the first node; any JSON value.
            host: runs the plugins; if left out, the one that `load` was given. Workflows of
                built-in nodes need none, but for `lua` and jq filters.
            max_steps: how many steps the run may take.
            timeout_s: how long the run may take, in seconds.
            watcher: is told of every step as it begins and ends.

        Raises:
            InvalidInput: the workflow needs a host.
            InvalidWorkflow: a plugin that it needs is missing, or refuses a config.
            StepLimitExceeded: the run took more steps than it may.
            RunTimeout: it took longer than it may.
            PocketError: a node failed, and nothing stands in for it; `step` names it.
        """
        compiled = self._on(host)
        plan = self._plan(compiled)
        with compiled.mask.worn():
            return plan.run(input, max_steps, timeout_s, watcher)

    @property
    def mask(self) -> Mask:
        """Hides the values of the variables that the file refers to."""
        return self._first.mask

    def _plan(self, compiled: Compiled) -> Plan:
        plan = compiled.plan
        if plan is None:
            raise InvalidInput(
                f"workflow {self.spec.name!r} uses node types that run in workers",
                hint="pass host=pocket.Host(), which has the installed plugins",
            )
        return plan

    def _on(self, host: PluginHost | None) -> Compiled:
        if host is None or host is self._host or self._builtin_only:
            return self._first
        if host not in self._by_host:
            self._by_host[host] = self._compile(host)
        return self._by_host[host]

    def _compile(self, host: PluginHost | None) -> Compiled:
        catalog = NodeCatalog(host, allow_exec=self._allow_exec)
        return compile_workflow(self._document, catalog, self._environ)
