"""Which words are commands and which are addresses."""

import click
import pytest

from why502.cli.group import command_in, routed, why502_command


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example.com/cart",
        "HTTP://SHOP/",
        "shop.example.com",
        "shop.example.com/cart?a=b",
        "shop:8080",
        "localhost",
        "127.0.0.1:80",
        "[::1]:80",
        "::1",
        "shop/cart",
    ],
)
def test_an_address_is_diagnosed(address: str) -> None:
    assert routed([address, "--json"]) == ["diagnose", address, "--json"]


def test_nothing_and_options_alone_mean_this_host() -> None:
    assert routed([]) == ["diagnose"]
    assert routed(["--json"]) == ["diagnose", "--json"]
    assert routed(["-v", "https://shop/"]) == ["diagnose", "-v", "https://shop/"]


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["demo", "--list"], ["explain", "x"], ["shop"], [""]])
def test_other_words_stay_as_they_are(words: list[str]) -> None:
    assert routed(words) == words


@pytest.mark.parametrize("name", ["main", "group", "running", "nothing", "__init__", "../x", "demo.x", ""])
def test_what_is_no_command_is_none(name: str) -> None:
    assert command_in(name) is None


def test_every_command_says_what_it_does() -> None:
    context = click.Context(why502_command)
    names = why502_command.list_commands(context)
    assert {"demo", "explain", "schema"} <= set(names)
    for name in names:
        command = why502_command.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str()
