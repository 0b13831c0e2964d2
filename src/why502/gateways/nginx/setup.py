"""What nginx's files say as a whole: their faults, what is newer than the process, and where it logs."""

from why502.gateways.nginx.index import NginxIndex
from why502.gateways.nginx.logplaces import everywhere
from why502.gateways.nginx.tree import GLOBALS
from why502.observations.fact import Fact
from why502.observations.gateway import GatewaySetup
from why502.observations.subjects import Process
from why502.observations.want import Gap, Want
from why502.vantage.looking import Around, looker

PROBLEMS = 20


@looker(GatewaySetup)
async def nginx_setup(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Sum up the configuration."""
    if not isinstance(want.about, Process):
        return ()
    found = await around.get(Want(kind=NginxIndex, about=want.about))
    if isinstance(found, Gap) or not found:
        return found
    index, configuration, defaults = found[0].index, found[0].configuration, found[0].defaults
    config = configuration.config
    http = next(iter(index.https.values()), None)
    errors, access = everywhere(config, (index.main,) if http is None else (index.main, http), defaults)
    files = {path: source for path, source in config.sources.items() if path != GLOBALS}
    problems = (*config.problems, *index.problems)
    return (
        GatewaySetup(
            about=want.about,
            seen=configuration.seen,
            since=configuration.since,
            files=tuple(files),
            newer=configuration.newer,
            doubtful=configuration.doubtful,
            problems=tuple(f"{each.site}: {each.says}" for each in problems[:PROBLEMS]),
            error_logs=tuple(each.place for each in errors),
            access_logs=tuple(each.place for each in access),
            servers=len(index.servers),
            lines=sum(source.lines() for source in files.values()),
        ),
    )
