"""The servers of one nginx, indexed once a run for all lookers of this room."""

from why502.gateways.nginx.config import NginxConfiguration, gateway_at
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.logplaces import Defaults
from why502.gateways.nginx.process import build_at, started_of
from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewayProcess
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Machine, Process
from why502.observations.want import Gap, Want
from why502.vantage.looking import Around, looker

Version = tuple[int, ...]


@frozen
class NginxIndex(Fact):
    """The configuration's servers, and the paths compiled into the binary (about: Process of the master)."""

    index: Index
    configuration: NginxConfiguration
    gateway: GatewayProcess
    defaults: Defaults
    version: Version

    __hash__ = object.__hash__


def version_of(text: str | None) -> Version:
    """Return the parts of a version; Debian 12's where it is not known."""
    return tuple(int(part) for part in (text or "1.22.1").split(".") if part.isdigit())


@looker(NginxIndex)
async def nginx_index(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Index the configuration that was read."""
    if not isinstance(want.about, Process):
        return ()
    gateway = await gateway_at(want.about, around)
    found = await around.get(Want(kind=NginxConfiguration, about=want.about))
    if gateway is None or isinstance(gateway, Gap) or isinstance(found, Gap) or not found:
        return next((each for each in (gateway, found) if isinstance(each, Gap)), ())
    configuration = found[0]
    return (
        NginxIndex(
            about=want.about,
            seen=configuration.seen,
            since=configuration.since,
            index=Index(configuration.config),
            configuration=configuration,
            gateway=gateway,
            defaults=await _defaults(gateway, around),
            version=version_of(gateway.version),
        ),
    )


async def _defaults(gateway: GatewayProcess, around: Around) -> Defaults:
    tables = await around.get(Want(kind=ProcessTable, about=Machine(place=gateway.process.place.machine())))
    info = None if isinstance(tables, Gap) or not tables else tables[0].by_pid(gateway.process.pid)
    if info is None:
        return Defaults(error_log="stderr", access_log="/var/log/nginx/access.log")
    build = await build_at(around.vantage, info)
    started = started_of(info.command)
    error = started.error_log if started is not None and started.error_log else build.error_log
    prefix = gateway.prefix.rstrip("/")
    return Defaults(error_log=_under(prefix, error), access_log=_under(prefix, build.access_log))


def _under(prefix: str, path: str) -> str:
    return path if path.startswith("/") or path == "stderr" else f"{prefix}/{path}"
