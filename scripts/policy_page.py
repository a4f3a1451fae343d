"""The page on the policy: an example that is checked, and every field of the schema."""

from __future__ import annotations

from typing import cast

from markdown import properties, table

from pocket.document import JSON, parse_document
from pocket.errors import InvalidPolicy
from pocket.plugin.policy import Policy
from pocket.plugin.policy_reader import policy_schema

POLICY = """\
limits:
  memory: 256MB
  cpu: 2s
  timeout: 30s
  store: 10MB

network:
  allow: ["*.example.com", "https://api.trusted-domain.com"]
  deny: [internal.example.com]

env:
  allow: [ACME_*]

filesystem:
  read: [/data]
  write: [/data/out]

workflow:
  exec: none

plugins:
  deny: [acme-legacy]
  overrides:
    sentiment-analyzer:
      limits:
        memory: 1GB
      network: none
"""


def policy_page() -> str:
    """Give docs/policy.md, without the note above it."""
    policy = Policy.from_mapping(
        cast(
            "dict[str, JSON]",
            parse_document(POLICY, "docs/policy.md", error=InvalidPolicy).data,
        )
    )
    assert policy.overrides
    rows = list(properties(policy_schema()))
    return f"""# The policy

What the operator allows. A manifest says what its plugin asks for; `policy.yaml` in the Pocket home
(`~/.pocket`, or `$POCKET_HOME`) says how much of that any plugin may have. Without the file, a
plugin gets what its manifest names and whoever installed it agreed to
([permissions](permissions.md)).

```yaml
{POLICY}```

{table(["field", "type", "default", ""], rows)}

**A plugin that asks for more is not loaded.** The error, `PermissionDenied`, names everything that
is too much, each with its line in the manifest and in the policy. A limit that a manifest does not
name at all is lowered to the policy's instead: the plugin never asked for the default.

**Allowed and denied.** Without `allow`, everything is allowed that is not denied; an empty `allow`
and `none` allow nothing. A denial wins. `network.allow` has to cover a rule of a manifest whole:
`*.example.com` covers `api.example.com` and `*.eu.example.com`, but neither `example.com` nor, as a
rule without a port means the default ports, `api.example.com:8443`. `network.deny` refuses a rule
of a manifest that touches it anywhere: `deny: [bad.example.com]` refuses `*.example.com` too, and
every port. A name that leads to a denied address is not recognised by it; private addresses are
refused when the plugin asks for them, whatever their names.

**Folders** are compared after all links were followed, on both sides. Beneath an allowed folder a
link to elsewhere gives nothing.

**Commands.** With `workflow.exec: none` a workflow that uses the node type
[exec](nodes/exec.md) is refused when it is loaded; `pocket run --no-exec` does the same for one
run. The policy that counts is that of the Pocket home.

**Names of plugins** are what manifests say. A policy by names is worth as much as the care with
which plugins are installed, or loaded by their paths.

**The file itself** has to belong to you or to root, and so has its folder; if anybody else can
write to either, or the file has a mistake, no plugin is loaded (`InvalidPolicy`). It is read
whenever a plugin is loaded; what is running goes on as it was loaded.

`pocket policy show` prints it, `pocket policy show --plugin NAME` what holds for one plugin, and
`pocket policy check` says which installed plugins it refuses, and why, without starting any. From
Python, `pocket.Policy.read(path)` and `Policy.from_mapping({{...}})` give a policy.
"""
