"""Where nginx writes its logs: those in force at a place, and all that a configuration names."""

from posixpath import join

from why502.gateways.nginx.grammar import as_path
from why502.gateways.nginx.scopes import Chain, all_in_force
from why502.gateways.nginx.tree import Config, Directive
from why502.observations.frozen import frozen
from why502.observations.gateway import LogPlace, Site

COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)
ELSEWHERE = ("stderr", "syslog:", "memory:")


@frozen
class Defaults:
    """The paths compiled into a binary, absolute (or `stderr`)."""

    error_log: str
    access_log: str


@frozen
class ErrorLog:
    """An error log with its level; no site where it is the compiled-in one."""

    place: LogPlace
    level: str = "error"
    site: Site | None = None


@frozen
class AccessLog:
    """An access log with the name of its format; `sometimes`: an `if=` drops lines."""

    place: LogPlace
    format_name: str = "combined"
    sometimes: bool = False
    site: Site | None = None


def error_logs(config: Config, chain: Chain, defaults: Defaults) -> tuple[ErrorLog, ...]:
    """Return the error logs in force; `chain` starts outside all blocks."""
    found = tuple(_error_log(config, directive) for directive in all_in_force(chain, "error_log") if directive.args)
    return found or (ErrorLog(place=LogPlace(path=defaults.error_log)),)


def access_logs(config: Config, chain: Chain, defaults: Defaults) -> tuple[AccessLog, ...]:
    """Return the access logs in force; none where one of them says `off`."""
    formats = _formats(chain)
    found = [directive for directive in all_in_force(chain, "access_log") if directive.args]
    if any(directive.args[0] == "off" for directive in found):
        return ()
    logs = tuple(_access_log(config, formats, directive) for directive in found)
    return logs or (AccessLog(place=LogPlace(path=defaults.access_log, format=COMBINED)),)


def everywhere(config: Config, http: Chain, defaults: Defaults) -> tuple[tuple[ErrorLog, ...], tuple[AccessLog, ...]]:
    """Return every distinct log that a configuration names, the compiled-in ones where none stands outside blocks."""
    formats = _formats(http)
    errors = {log.place.path: log for log in error_logs(config, http[:1], defaults)}
    access = {(log.place.path, log.format_name): log for log in access_logs(config, http, defaults)}
    for source in config.sources.values():
        for index in range(len(source.starts)):
            start = source.starts[index]
            if source.text.startswith(("error_log", "access_log"), start):
                directive = Directive(source=source, index=index, words=source.words(index))
                if directive.name == "error_log" and directive.args:
                    error = _error_log(config, directive)
                    errors.setdefault(error.place.path, error)
                elif directive.name == "access_log" and directive.args and directive.args[0] != "off":
                    log = _access_log(config, formats, directive)
                    access.setdefault((log.place.path, log.format_name), log)
    return tuple(errors.values()), tuple(access.values())


def access_paths(config: Config, chain: Chain, server: Directive, defaults: Defaults) -> frozenset[str]:
    """Return every access log that requests of one server may be written to; `chain` ends with the server."""
    own = (each for each in config.walk(server) if each.name == "access_log" and each.args and each.args[0] != "off")
    inherited = (each.place.path for each in access_logs(config, chain, defaults))
    return frozenset((*inherited, *(_path(config, each.args[0]) for each in own)))


def _path(config: Config, written: str) -> str:
    return written if written.startswith(ELSEWHERE) else as_path(join(config.prefix, written))


def _error_log(config: Config, directive: Directive) -> ErrorLog:
    level = directive.args[1] if len(directive.args) > 1 else "error"
    return ErrorLog(place=LogPlace(path=_path(config, directive.args[0])), level=level, site=directive.site)


def _access_log(config: Config, formats: dict[str, tuple[str, str]], directive: Directive) -> AccessLog:
    options = directive.args[1:]
    name = options[0] if options and "=" not in options[0] and options[0] != "gzip" else "combined"
    text, escape = formats.get(name, (None, "default"))
    place = LogPlace(path=_path(config, directive.args[0]), format=text, escape=escape)
    sometimes = any(option.startswith("if=") for option in options)
    return AccessLog(place=place, format_name=name, sometimes=sometimes, site=directive.site)


def _formats(chain: Chain) -> dict[str, tuple[str, str]]:
    formats = {"combined": (COMBINED, "default")}
    for scope in chain:
        for directive in scope.named.get("log_format", ()):
            parts = list(directive.args[1:])
            escape = parts.pop(0).partition("=")[2] if parts and parts[0].startswith("escape=") else "default"
            if directive.args:
                formats[directive.args[0]] = ("".join(parts), escape)
    return formats
