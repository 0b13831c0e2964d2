import pytest

from tests.logs.formats.platform_lines import line_of
from why502.logs.formats.aws_cloudfront_realtime import FORMAT, ORDERS
from why502.logs.reading import read


def test_known_orders_differ_in_their_number_of_fields() -> None:
    assert len({len(order) for order in ORDERS}) == len(ORDERS)
    assert all(len(order) == len(set(order)) for order in ORDERS)


@pytest.mark.parametrize("order", ORDERS)
def test_each_order_is_read(order: tuple[str, ...]) -> None:
    values = {
        "timestamp": "1795183331.5",
        "sc-status": "504",
        "cs-method": "GET",
        "cs-uri-stem": "/x",
        "time-taken": "30.001",
    }
    line = line_of(FORMAT, "\t".join(values.get(name, "-") for name in order).encode())
    assert line is not None
    assert (line.at, line.status, line.target, line.seconds) == (1795183331, 504, b"/x", 30001000)


def test_a_choice_of_fields_is_given() -> None:
    assert FORMAT.directive is not None
    (plan,) = FORMAT.directive("timestamp, c-ip, sc-status, x-edge-detailed-result-type")
    line = read(plan, b"1795183331.123\t192.0.2.7\t502\tOriginDnsError")
    assert line is not None
    assert (line.status, line.words[1]) == (502, b"OriginDnsError")
    with pytest.raises(ValueError, match="lack the time or the status"):
        FORMAT.directive("c-ip sc-status")
