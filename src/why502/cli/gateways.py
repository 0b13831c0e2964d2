"""`why502 gateways`: what was discovered on this host: listeners, routes, upstreams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from why502.api import Discovered

SHOWN = 200


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(as_json: bool) -> int:
    """Show the gateways found on this host and the routes they serve. Nothing is asked, only read."""
    from why502.api import gateways

    found = gateways()
    if as_json:
        click.echo(json.dumps([as_plain(each) for each in found], indent=2))
    else:
        click.echo("\n".join(lines(found)))
    return 0 if found else 3


def lines(found: tuple[Discovered, ...]) -> list[str]:
    """Write one block a gateway."""
    from why502.report.visible import visible

    if not found:
        return ["No gateway was found on this host."]
    out = []
    for each in found:
        gateway = each.gateway
        sure = " (assumed: its sockets could not be read)" if gateway.assumed else ""
        out.append(f"{gateway.product} {gateway.version or '?'}  process {gateway.process.pid}{sure}")
        out.append(f"  configuration {visible(gateway.config)}, taken up {gateway.took_up:%F %T} UTC")
        if each.gap is not None:
            out.append(f"  its routes could not be read: {visible(each.gap.says)}")
        for route in each.routes[:SHOWN]:
            scheme = "https" if route.tls else "http"
            out.append(
                f"  {scheme}://{visible(route.name or route.address)}:{route.port} {visible(route.location)}"
                f"  {visible(route.written)}  ({visible(str(route.site))})"
            )
        if len(each.routes) > SHOWN:
            out.append(f"  … and {len(each.routes) - SHOWN} more routes (--json tells all)")
    return out


def as_plain(each: Discovered) -> dict[str, Any]:
    """Return the JSON of one gateway."""
    gateway = each.gateway
    return {
        "product": gateway.product,
        "version": gateway.version,
        "pid": gateway.process.pid,
        "assumed": gateway.assumed,
        "configuration": gateway.config,
        "taken_up": gateway.took_up.isoformat(),
        "unread": each.gap.says if each.gap is not None else None,
        "routes": [
            {
                "name": route.name,
                "address": route.address,
                "port": route.port,
                "tls": route.tls,
                "location": route.location,
                "pass": route.written,
                "site": str(route.site),
            }
            for route in each.routes
        ],
    }
