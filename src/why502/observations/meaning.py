"""What each failure means: a gateway's experience with its upstream, in one clause after "the gateway …"."""

from collections.abc import Mapping
from types import MappingProxyType

from why502.observations.failure import FailureId

MEANING: Mapping[FailureId, str] = MappingProxyType(
    {
        FailureId.RESOLVE_FAILED: "could not turn the upstream's name into an address",
        FailureId.CONNECT_REFUSED: "was refused at once: the answer to its SYN was a reset or ICMP port unreachable",
        FailureId.CONNECT_TIMEOUT: "got no answer to its SYN in the time it allows",
        FailureId.CONNECT_UNREACHABLE: "was told that there is no way to the address",
        FailureId.CONNECT_DENIED: "was kept from connecting by its own operating system (permission or policy)",
        FailureId.CONNECT_NO_SOCKET: "found no unix socket at the configured path",
        FailureId.CONNECT_EXHAUSTED: "ran out of something that connecting takes (port, descriptor, place in a queue)",
        FailureId.TLS_FAILED: "connected, but the TLS handshake or the check of the certificate failed",
        FailureId.CLOSED_BEFORE_RESPONSE: "asked, and the upstream closed without a complete response head",
        FailureId.RESET_BEFORE_RESPONSE: "asked, and the upstream reset the connection before a complete response head",
        FailureId.RESPONSE_TIMEOUT: "asked, and got no response head in the time it allows",
        FailureId.INVALID_RESPONSE: "got bytes that are no valid response of the protocol it speaks",
        FailureId.HEADER_TOO_BIG: "got a response head larger than its buffer",
        FailureId.TRUNCATED_RESPONSE: "got a good head, and then less body than that promised",
        FailureId.NO_LIVE_UPSTREAM: "had no server left that it would try",
        FailureId.GATEWAY_LIMIT: "gave up by a limit of its own, before or instead of trying",
        FailureId.SPAWN_FAILED: "had to start the application itself, and could not",
        FailureId.UPSTREAM_ANSWERED_ERROR: "passed on a 502, 503 or 504 that the upstream itself sent",
        FailureId.UNKNOWN: "failed in a way that the evidence at hand does not tell",
    }
)
