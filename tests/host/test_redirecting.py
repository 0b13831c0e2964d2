"""The listings are what nftables 1.0.6 and iptables 1.8.9 print of rules that were set in a network of their own."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.host.redirecting import Flow, turned_by_ip_vs, turned_by_legacy, turned_by_nft

PORT = {"payload": {"protocol": "tcp", "field": "dport"}}
ADDRESS = {"payload": {"protocol": "ip", "field": "daddr"}}
LOOPBACK = {"prefix": {"addr": "127.0.0.0", "len": 8}}
DNAT = {"xt": {"type": "target", "name": "DNAT"}}
REDIRECT = {"redirect": {"port": 9998}}
HERE = Flow(address="127.0.0.1", port=8080)
SIX = Flow(address="::1", port=8080)


def matched(left: Any, right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


def chain(name: str = "out", hook: str | None = "output", family: str = "ip") -> dict[str, Any]:
    made = {"family": family, "table": "t", "name": name, "handle": 1}
    return {"chain": made | ({"type": "nat", "hook": hook, "prio": -100, "policy": "accept"} if hook else {})}


def rule(*expressions: dict[str, Any], of: str = "out", family: str = "ip") -> dict[str, Any]:
    return {"rule": {"family": family, "table": "t", "chain": of, "handle": 2, "expr": list(expressions)}}


def turned(*items: dict[str, Any], flow: Flow = HERE) -> bool:
    listing = {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, *items]}
    found = turned_by_nft(json.dumps(listing), flow)
    assert found is not None
    return bool(found)


@pytest.mark.parametrize(
    ("conditions", "turns"),
    [
        ([], True),
        ([matched(PORT, 8080)], True),
        ([matched(PORT, 8081)], False),
        ([matched(PORT, 8080, "!=")], False),
        ([matched(PORT, 8081, "!=")], True),
        ([matched(PORT, {"set": [80, {"range": [8000, 8100]}]})], True),
        ([matched(PORT, {"set": [80, {"range": [9000, 9100]}]})], False),
        ([matched(PORT, {"range": [8000, 8100]})], True),
        ([matched(ADDRESS, "127.0.0.1"), matched(PORT, 8080)], True),
        ([matched(ADDRESS, "10.0.0.1"), matched(PORT, 8080)], False),
        ([matched(ADDRESS, LOOPBACK)], True),
        ([matched(ADDRESS, LOOPBACK, "!=")], False),
        ([matched(ADDRESS, {"range": ["10.0.0.1", "10.0.0.9"]})], False),
        ([matched({"meta": {"key": "l4proto"}}, "udp")], False),
        ([matched({"payload": {"protocol": "udp", "field": "dport"}}, 8080)], False),
        ([matched({"meta": {"key": "skuid"}}, 33)], True),
        ([{"xt": {"type": "match", "name": "addrtype"}}], True),
        ([matched(PORT, "@ports")], False),
        ([matched(PORT, "@more")], True),
        ([matched(PORT, "@unlisted")], True),
        ([matched({"concat": [ADDRESS, PORT]}, {"set": [{"concat": ["127.0.0.1", 8080]}]})], True),
        ([matched({"concat": [ADDRESS, PORT]}, {"set": [{"concat": ["127.0.0.1", 80]}]})], False),
        ([matched(PORT, 8080, "<")], True),
    ],
    ids=str,
)
def test_a_rule_turns_what_its_conditions_may_let_through(conditions: list[dict[str, Any]], turns: bool) -> None:
    sets: list[dict[str, Any]] = [
        {"set": {"family": "ip", "table": "t", "name": "ports", "elem": [80, {"elem": {"val": 81, "timeout": 9}}]}},
        {"set": {"family": "ip", "table": "t", "name": "more", "elem": [{"elem": {"val": 8080, "timeout": 9}}]}},
    ]
    assert turned(chain(), *sets, rule(*conditions, REDIRECT)) is turns


@pytest.mark.parametrize(
    ("statement", "turns"),
    [
        (DNAT, True),
        (REDIRECT, True),
        ({"dnat": {"family": "ip", "addr": {"map": {"key": PORT, "data": "@m"}}}}, True),
        ({"tproxy": {"port": 9}}, True),
        ({"xt": None}, True),
        ({"xt": {"type": "target", "name": "NETMAP"}}, True),
        ({"xt": {"type": "target", "name": "MASQUERADE"}}, False),
        ({"mangle": {"key": ADDRESS, "value": "10.0.0.9"}}, True),
        ({"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}, False),
        ({"counter": {"packets": 0, "bytes": 0}}, False),
        ({"reject": {"type": "tcp reset"}}, False),
    ],
    ids=str,
)
def test_a_statement_turns_if_it_may_set_another_destination(statement: dict[str, Any], turns: bool) -> None:
    assert turned(chain(), rule(matched(PORT, 8080), statement)) is turns


def test_chains_are_followed_from_the_hook_of_outgoing_packets() -> None:
    service = (chain("service", None), rule(REDIRECT, of="service"))
    assert turned(chain(), rule({"jump": {"target": "service"}}), *service)
    assert turned(chain(), rule(matched(PORT, 8080), {"goto": {"target": "service"}}), *service)
    assert not turned(chain(), rule(matched(PORT, 80), {"jump": {"target": "service"}}), *service)
    assert not turned(chain(), *service)
    assert not turned(chain(hook="prerouting"), rule(REDIRECT))


def test_every_chain_of_a_map_of_verdicts_is_followed() -> None:
    service = (chain("service", None), rule(REDIRECT, of="service"))
    elements = [[80, {"accept": None}], [8080, {"jump": {"target": "service"}}]]
    named = {"map": {"family": "ip", "table": "t", "name": "m", "map": "verdict", "elem": elements}}
    assert turned(chain(), named, rule({"vmap": {"key": PORT, "data": "@m"}}), *service)
    assert turned(chain(), rule({"vmap": {"key": PORT, "data": {"set": elements}}}), *service)
    assert not turned(chain(), rule({"vmap": {"key": PORT, "data": {"set": elements[:1]}}}), *service)


def test_chains_that_go_round_end() -> None:
    assert not turned(chain(), rule({"jump": {"target": "out"}}))


def test_what_surely_returns_before_is_not_turned() -> None:
    spared = rule(matched(ADDRESS, LOOPBACK), {"counter": {"packets": 0, "bytes": 0}}, {"return": None})
    assert not turned(chain(), spared, rule(REDIRECT))
    assert turned(chain(), rule(matched({"meta": {"key": "skuid"}}, 33), {"return": None}), rule(REDIRECT))
    assert turned(chain(), rule({"limit": {"rate": 1, "per": "second"}}, {"return": None}), rule(REDIRECT))


def test_each_family_has_its_own_rules() -> None:
    four, both = (chain(), rule(REDIRECT)), (chain(family="inet"), rule(REDIRECT, family="inet"))
    six = (chain(family="ip6"), rule(REDIRECT, family="ip6"))
    assert [turned(*items) for items in (four, six, both)] == [True, False, True]
    assert [turned(*items, flow=SIX) for items in (four, six, both)] == [False, True, True]
    assert not turned(chain(family="inet"), rule(matched(ADDRESS, LOOPBACK), REDIRECT, family="inet"), flow=SIX)


def test_a_rule_is_named_so_that_it_is_found_again() -> None:
    listing = {"nftables": [chain(), rule(matched(PORT, 8080), REDIRECT)]}
    assert turned_by_nft(json.dumps(listing), HERE) == ["ip t out handle 2: redirect"]
    assert turned_by_legacy(LEGACY.format("-A OUTPUT -p tcp -j DNAT --to-destination 10.0.0.2:80"), HERE) == [
        "ip nat OUTPUT: DNAT"
    ]


def test_what_is_no_listing_says_nothing() -> None:
    for text in ("", "{}", "[]", '{"nftables": 1}', '{"nftables": [{"rule": {}}]}', "[" * 100_000):
        assert turned_by_nft(text, HERE) is None


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_any_json_is_read_or_refused(listed: Any) -> None:
    expressions = [{"match": {"op": "==", "left": listed, "right": listed}}, {"mangle": listed}]
    for items in (listed, [chain(), rule(*expressions)]):
        found = turned_by_nft(json.dumps({"nftables": items}), HERE)
        assert found is None or all(isinstance(each, str) for each in found)


LEGACY = """\
# Generated by iptables-save v1.8.9
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 99
{}
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
"""


PUBLISHED = "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80"


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        ("", False),
        ("-A OUTPUT -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 99", True),
        ("-A OUTPUT -p tcp -m tcp --dport 88 -j REDIRECT --to-ports 8080", False),
        ("-A OUTPUT -p tcp -m tcp ! --dport 88 -j REDIRECT --to-ports 99", True),
        ("-A OUTPUT -p tcp -m tcp --dport 8000:8100 -j REDIRECT --to-ports 99", True),
        ("-A OUTPUT -p tcp -m tcp --dport 8000:8010 -j REDIRECT --to-ports 99", False),
        ("-A OUTPUT -p tcp -m multiport --dports 80,8080 -j REDIRECT --to-ports 99", True),
        ("-A OUTPUT -p tcp -m multiport --dports 80,81 -j REDIRECT --to-ports 99", False),
        ("-A OUTPUT -p udp -m udp --dport 8080 -j REDIRECT --to-ports 99", False),
        ("-A OUTPUT -d 127.0.0.1/32 -p tcp -j DNAT --to-destination 10.0.0.2:80", True),
        ("-A OUTPUT -d 10.0.0.1/32 -p tcp -j DNAT --to-destination 10.0.0.2:80", False),
        ("-A OUTPUT -p tcp -m owner --uid-owner 33 -j DNAT --to-destination 10.0.0.2:80", True),
        (
            "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n" + PUBLISHED,
            False,
        ),
        (
            "-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER\n" + PUBLISHED,
            True,
        ),
        ("-A OUTPUT -d 127.0.0.1/32 -j RETURN\n-A OUTPUT -p tcp -j REDIRECT --to-ports 15001", False),
        ("-A OUTPUT -m owner --uid-owner 1337 -j RETURN\n-A OUTPUT -p tcp -j REDIRECT --to-ports 15001", True),
        ("-A OUTPUT -p tcp -j SOMETHING", True),
    ],
)
def test_rules_of_the_older_iptables(lines: str, turns: bool) -> None:
    assert bool(turned_by_legacy(LEGACY.format(lines), HERE)) is turns


def test_rules_of_the_older_iptables_for_ipv6() -> None:
    assert turned_by_legacy(LEGACY.format("-A OUTPUT -d ::1/128 -p tcp -j REDIRECT --to-ports 99"), SIX)
    assert not turned_by_legacy(LEGACY.format("-A OUTPUT -d 2001:db8::/32 -p tcp -j REDIRECT --to-ports 99"), SIX)


@given(st.text(), st.text())
def test_any_text_of_iptables_is_read(text: str, line: str) -> None:
    for given_ in (text, LEGACY.format(f"-A OUTPUT {line}")):
        assert all(isinstance(each, str) for each in turned_by_legacy(given_, HERE))


IP_VS = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:0050 rr
  -> 0AF40005:1F90      Masq    1      0          0
UDP  0A60000A:0035 rr
TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:01BB rr
"""


def test_services_of_ip_vs() -> None:
    assert turned_by_ip_vs(IP_VS, Flow(address="10.96.0.1", port=80))
    assert turned_by_ip_vs(IP_VS, Flow(address="2001:db8::1", port=443))
    assert not turned_by_ip_vs(IP_VS, Flow(address="10.96.0.1", port=81))
    assert not turned_by_ip_vs(IP_VS, Flow(address="10.96.0.10", port=53))
    assert not turned_by_ip_vs(IP_VS, HERE)
    assert turned_by_ip_vs(f"{IP_VS}FWM  00000001 rr\n", HERE), "any connection may bear the mark"


@given(st.text())
def test_any_text_of_ip_vs_is_read(text: str) -> None:
    assert isinstance(turned_by_ip_vs(text, HERE), list)
