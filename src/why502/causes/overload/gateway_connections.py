"""The gateway's own connection limit is reached.

## What happens
Clients and upstreams together use up what the gateway may have open at once (nginx: `worker_connections` of each
worker). It cannot open one more to the upstream.

## Told apart from
`overload.file-descriptors` is the operating system's limit. Behind a full gateway often stands a slow upstream: each
waiting request takes two connections.

## Remedy
Raise `worker_connections` together with `worker_rlimit_nofile`; then find what keeps so many requests open.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.suspecting import perhaps


@cause(explains={FailureId.CONNECT_EXHAUSTED, FailureId.GATEWAY_LIMIT}, common=8)
def gateway_connections(case: Case, evidence: Evidence) -> Verdict:  # noqa: ARG001 - no fact but the message tells it
    """Suspect it by the gateway's own message."""
    limit = case.failure.told("limit")
    says = "the gateway's connections are used up" + (f": {limit} a worker" if limit is not None else "")
    named = said(case, "overload.gateway-connections", says)
    return named or named_another(case, "overload.gateway-connections") or perhaps(f"perhaps {says}")
