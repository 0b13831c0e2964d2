"""Certificates of upstreams, made up."""

from datetime import timedelta

from tests.evidence import START
from why502.observations.probes import Certificate


def certificate(
    *names: str, days: int = 30, self_signed: bool = False, issuer: str = "CN=Some CA", issuer_at: str = ""
) -> Certificate:
    """One that ends so many days after the failure."""
    return Certificate(
        subject=f"CN={names[0] if names else 'app'}", issuer=issuer, names=names,
        not_before=START - timedelta(days=365), not_after=START + timedelta(days=days),
        fingerprint="-".join((*names, issuer)), self_signed=self_signed,
        issuer_at=issuer_at,
    )  # fmt: skip
