"""The files of a configuration, their includes, and the blocks in them. Whoever reads files asks `Loading` which."""

from collections.abc import Callable, Iterator, Sequence
from posixpath import dirname, join

from why502.gateways.nginx.grammar import INCLUDE, Problem, Source, as_bytes_are, as_path
from why502.observations.frozen import frozen
from why502.observations.gateway import Site

MOST_FILES = 20_000
MOST_BYTES = 128 * 1024 * 1024
MOST_STATEMENTS = 2_000_000
DEEPEST_INCLUDE = 24
GLOBALS = "-g"
MOST_MATCHES = 100_000


@frozen
class Read:
    """Asks for the bytes of a file."""

    path: str


@frozen
class List:
    """Asks for the names in a directory."""

    path: str


@frozen
class Directive:
    """One statement: its file and number there, its words resolved, the first being its name."""

    source: Source
    index: int
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the first word."""
        return self.words[0]

    @property
    def args(self) -> tuple[str, ...]:
        """Return the words after the first."""
        return self.words[1:]

    @property
    def site(self) -> Site:
        """Return the file and line of the first word."""
        return Site(path=self.source.path, line=self.source.line(self.source.starts[self.index]))

    @property
    def key(self) -> tuple[str, int]:
        """Return what tells this statement from all others of a configuration."""
        return self.source.path, self.index

    @property
    def block(self) -> bool:
        """Tell whether it opens a block."""
        return self.source.closes[self.index] > 0

    @property
    def text(self) -> str:
        """Return the statement as written, up to its `;` or `{`."""
        return self.source.text[self.source.starts[self.index] : self.source.ends[self.index] - 1].rstrip()


@frozen
class Config:
    """A configuration as read. `includes` are the files that each `include` stands for, cycles left out."""

    main: str
    prefix: str
    sources: dict[str, Source]
    includes: dict[tuple[str, int], tuple[str, ...]]
    problems: tuple[Problem, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files in the order they were first included."""
        return tuple(self.sources)

    @property
    def lines(self) -> int:
        """Return the number of lines of all files."""
        return sum(source.lines() for source in self.sources.values())

    def top(self) -> Iterator[Directive]:
        """Go through the statements outside all blocks, those of `-g` first, includes in their place."""
        for path in (GLOBALS, self.main):
            source = self.sources.get(path)
            if source is not None:
                yield from self._walk(source, 0, len(source.starts))

    def children(self, block: Directive) -> Iterator[Directive]:
        """Go through the statements of a block, includes in their place; not into blocks in it."""
        if block.block:
            yield from self._walk(block.source, block.index + 1, block.source.closes[block.index])

    def walk(self, block: Directive | None = None) -> Iterator[Directive]:
        """Go through every statement below a block, or of the whole configuration."""
        left = [self.top() if block is None else self.children(block)]
        while left:
            for directive in left[-1]:
                yield directive
                if directive.block:
                    left.append(self.children(directive))
                    break
            else:
                left.pop()

    def ranges(self, source: Source, first: int, last: int) -> Iterator[tuple[Source, int]]:
        """Go through statements as (file, number), without making an object of each."""
        index = first
        closes, kinds = source.closes, source.kinds
        while index < last:
            if kinds[index] == INCLUDE and (source.path, index) in self.includes:
                for path in self.includes[source.path, index]:
                    inner = self.sources[path]
                    yield from self.ranges(inner, 0, len(inner.starts))
            else:
                yield source, index
            index = closes[index] or index + 1

    def _walk(self, source: Source, first: int, last: int) -> Iterator[Directive]:
        for inner, index in self.ranges(source, first, last):
            yield Directive(source=inner, index=index, words=inner.words(index))


class Loading:
    """Reading a configuration step by step, without touching a file: `wanted` says what to fetch, `give…` takes it.

    >>> loading = Loading("/etc/nginx/nginx.conf")
    >>> loading.wanted()
    (Read(path='/etc/nginx/nginx.conf'),)
    >>> loading.give_file("/etc/nginx/nginx.conf", b"events { } include conf.d/*.conf;")
    >>> loading.wanted()
    (List(path='/etc/nginx/conf.d'),)
    >>> loading.give_names("/etc/nginx/conf.d", ())
    >>> loading.wanted(), loading.config().problems
    ((), ())
    """

    def __init__(self, main: str, prefix: str = "/", directives: str = "") -> None:
        """Start at the main file, an absolute path; includes are relative to its directory.

        `directives` are those of the command line (`-g`); nginx reads them before the file.
        """
        self._main = main
        self._prefix = prefix
        self._directory = dirname(main)
        self._sources: dict[str, Source | None] = {}
        self._why: dict[str, str] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._first = {main: Site(path=main, line=1)}
        self._globs: dict[str, tuple[Site, int]] = {}
        self._depths = {main: 0, GLOBALS: 0}
        self._size = 0
        self._bounds: list[Problem] = []
        if directives:
            self.give_file(GLOBALS, as_bytes_are(directives).encode("latin-1"))

    def wanted(self) -> tuple[Read | List, ...]:
        """Return what to fetch next; nothing when all is there. Every answer may bring new wishes."""
        wishes: list[Read | List] = []
        for pattern in self._globs:
            found, missing = _expand(pattern, self._names)
            wishes += [List(path=path) for path in missing]
            for path in found:
                self._want(path, *self._globs[pattern])
        wishes += [Read(path=path) for path in self._first if path not in self._sources]
        return tuple(dict.fromkeys(wishes))

    def give_file(self, path: str, data: bytes | None, why: str = "cannot be read") -> None:
        """Take the bytes of a file, or why there are none."""
        if path in self._sources:
            return
        if data is not None and self._size + len(data) > MOST_BYTES:
            data, why = None, f"left out: more than {MOST_BYTES} bytes in all"
        if data is None:
            self._sources[path] = None
            self._why[path] = why
            return
        self._size += len(data)
        source = self._sources[path] = Source(path, data.decode("latin-1"))
        for index, kind in enumerate(source.kinds):
            if kind == INCLUDE:
                self._include(source, index)

    def give_names(self, directory: str, names: Sequence[str] | None) -> None:
        """Take the names in a directory, or None where it cannot be listed."""
        self._names[directory] = frozenset(names or ())

    def config(self) -> Config:
        """Return what was read so far. Includes that were not given count as empty."""
        sources = {path: source for path, source in self._sources.items() if source is not None}
        woven = _Woven(sources, self._targets)
        for path in (GLOBALS, self._main):
            if path in sources:
                woven.take(sources[path], ())
        ordered = {path: sources[path] for path in woven.order}
        problems = [problem for source in ordered.values() for problem in source.problems]
        for path, why in self._why.items():
            problems.append(Problem(site=self._first[path], says=f"{path}: {why}"))
        return Config(
            main=self._main,
            prefix=self._prefix,
            sources=ordered,
            includes=woven.includes,
            problems=tuple(self._bounds + problems + woven.problems),
        )

    def _include(self, source: Source, index: int) -> None:
        words = source.words(index)
        if len(words) != len(("include", "path")) or source.closes[index]:
            return
        path = join(self._directory, as_path(words[1]))
        site = Site(path=source.path, line=source.line(source.starts[index]))
        depth = self._depths[source.path] + 1
        if _magic(path):
            self._globs.setdefault(path, (site, depth))
        else:
            self._want(path, site, depth)

    def _want(self, path: str, site: Site, depth: int) -> None:
        if path in self._first or depth > DEEPEST_INCLUDE:
            return
        self._depths[path] = depth
        if len(self._first) < MOST_FILES:
            self._first[path] = site
        elif not self._bounds:
            self._bounds.append(Problem(site=site, says=f"more than {MOST_FILES} files: the rest is left out"))

    def _targets(self, source: Source, index: int) -> tuple[str, ...]:
        words = source.words(index)
        if len(words) != len(("include", "path")) or source.closes[index]:
            return ()
        path = join(self._directory, as_path(words[1]))
        return _expand(path, self._names)[0] if _magic(path) else (path,)


class _Woven:
    """Follows includes from the main file once, leaving out cycles and what grows beyond all bounds."""

    def __init__(self, sources: dict[str, Source], targets: Callable[[Source, int], tuple[str, ...]]) -> None:
        self.order: dict[str, None] = {}
        self.includes: dict[tuple[str, int], tuple[str, ...]] = {}
        self.problems: list[Problem] = []
        self._sources = sources
        self._targets = targets
        self._weight: dict[str, int] = {}

    def take(self, source: Source, above: tuple[str, ...]) -> int:
        """Follow one file; return how many statements it stands for."""
        if source.path in self._weight:
            return self._weight[source.path]
        self.order[source.path] = None
        total = len(source.starts)
        for index, kind in enumerate(source.kinds):
            if kind == INCLUDE:
                total += self._follow(source, index, (*above, source.path), MOST_STATEMENTS - total)
        self._weight[source.path] = total
        return total

    def _follow(self, source: Source, index: int, above: tuple[str, ...], room: int) -> int:
        kept: list[str] = []
        total = 0
        for path in self._targets(source, index):
            inner = self._sources.get(path)
            says = None
            if path in above:
                says = f"{path} includes itself"
            elif len(above) > DEEPEST_INCLUDE:
                says = f"{path} is left out: more than {DEEPEST_INCLUDE} includes within each other"
            elif inner is not None:
                weight = self.take(inner, above)
                if total + weight > room:
                    says = f"more than {MOST_STATEMENTS} statements: {path} is left out"
                else:
                    total += weight
                    kept.append(path)
            if says is not None:
                site = Site(path=source.path, line=source.line(source.starts[index]))
                self.problems.append(Problem(site=site, says=says))
        self.includes[source.path, index] = tuple(kept)
        return total


def _magic(path: str) -> bool:
    return any(sign in path for sign in "*?[")


def _expand(pattern: str, names: dict[str, frozenset[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Do what glob(3) does, in the order of bytes; return the paths, and the directories still to be listed."""
    missing: list[str] = []
    at = ["/" if pattern.startswith("/") else ""]
    sure = True
    for part in (part for part in pattern.split("/") if part):
        if not _magic(part):
            literal = part.replace("\\", "")
            if sure:
                at = [join(directory, literal) for directory in at]
                continue
        reached: list[str] = []
        for directory in at:
            if directory not in names:
                missing.append(directory)
                continue
            if _magic(part):
                reached += [join(directory, name) for name in names[directory] if matches(part, name)]
            elif part.replace("\\", "") in names[directory]:
                reached.append(join(directory, part.replace("\\", "")))
        at = reached[:MOST_MATCHES]
        sure = False
    return tuple(sorted(at, key=lambda path: path.encode("utf-8", "surrogateescape"))), tuple(missing)


def matches(pattern: str, name: str) -> bool:
    """Tell whether one part of a path matches as fnmatch(3) has it; a leading dot must be written.

    >>> matches("*.conf", "site.conf"), matches("*", ".hidden"), matches("[!a-c]?", "d1")
    (True, False, True)
    """
    if name.startswith(".") and not pattern.startswith("."):
        return False
    at, star, resume = 0, -1, 0
    spot = 0
    while spot < len(name):
        step = 0 if pattern[at : at + 1] == "*" else _one(pattern, at, name[spot])
        if step:
            at, spot = at + step, spot + 1
        elif pattern[at : at + 1] == "*":
            star, resume = at, spot
            at += 1
        elif star >= 0:
            resume += 1
            at, spot = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _one(pattern: str, at: int, sign: str) -> int:
    """Match one character; return how much of the pattern it took, 0 if it does not match."""
    head = pattern[at : at + 1]
    if head == "[":
        end = pattern.find("]", at + 3 if pattern[at + 1 : at + 2] in ("!", "^") else at + 2)
        if end > 0:
            return end + 1 - at if _in_set(pattern[at + 1 : end], sign) else 0
    if head == "\\" and at + 1 < len(pattern):
        return 2 if pattern[at + 1] == sign else 0
    return 1 if head and head in ("?", sign) else 0


def _in_set(members: str, sign: str) -> bool:
    turned = members[0] in "!^"
    members = members[1:] if turned else members
    found = False
    at = 0
    while at < len(members):
        if members[at + 1 : at + 2] == "-" and at + 2 < len(members):
            found = found or members[at] <= sign <= members[at + 2]
            at += 3
        else:
            found = found or members[at] == sign
            at += 1
    return found is not turned
