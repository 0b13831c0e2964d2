"""The demo's application, without a server around it."""

import time

import pytest

from why502.demo.application import COOKIE_BYTES, shop


def asked(path: str) -> tuple[str, dict[str, str], bytes]:
    told: list[tuple[str, dict[str, str]]] = []
    body = b"".join(shop({"PATH_INFO": path}, lambda status, headers: told.append((status, dict(headers)))))
    return *told[0], body


def test_the_shop_is_open() -> None:
    assert asked("/") == ("200 OK", {"Content-Type": "text/plain"}, b"The shop is open.\n")


def test_its_large_head_is_over_one_page_and_below_every_sound_limit() -> None:
    _, headers, _ = asked("/big")
    assert 4096 < COOKIE_BYTES <= len(headers["Set-Cookie"]) < 16 * 1024


def test_it_is_as_late_as_it_is_asked_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    asked("/slow/3")
    asked("/slow/1e9")
    assert slept == [3.0, 600.0]
