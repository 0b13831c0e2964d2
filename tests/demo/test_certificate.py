"""The demo's throw-away certificate."""

import ssl
from pathlib import Path

from cryptography import x509

from why502.demo.certificate import self_signed


def test_it_serves_and_only_we_can_read_its_key(tmp_path: Path) -> None:
    path = self_signed(tmp_path / "shop.pem")
    assert path.stat().st_mode & 0o777 == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["shop.localhost"]
