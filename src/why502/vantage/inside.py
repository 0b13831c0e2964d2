"""Open paths inside a root without ever leaving it: component by component, links followed by hand.

A path named by a process or a configuration is not to be trusted: a link in a container must not reach
the host's file, and a FIFO or device must not be opened. (openat2 with RESOLVE_IN_ROOT would do the
same on Linux 5.6 and later; walking by hand needs no system call that Python lacks.)
"""

import errno
import os
import stat
from pathlib import PurePosixPath

from why502.observations.want import User
from why502.vantage.refusing import NotRegularError

LINKS = 40
OURSELVES = frozenset({"self", "thread-self"})
NAMES = 200
_ROOT = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def _parts(path: str) -> list[str]:
    return [part for part in reversed(PurePosixPath(path).parts) if part not in {"/", "."}]


def may(info: os.stat_result, user: User, bit: int) -> bool:
    """Tell whether the permission bits let this user do it (4 read, 2 write, 1 search)."""
    if user.uid == 0:
        return True
    if info.st_uid == user.uid:
        return bool(info.st_mode >> 6 & bit)
    if info.st_gid == user.gid or info.st_gid in user.groups:
        return bool(info.st_mode >> 3 & bit)
    return bool(info.st_mode & bit)


def walk(root: str | int, path: str, *, follow: bool, user: User | None = None) -> int:
    """Return an O_PATH descriptor of what the path names inside the root (a path or an open directory).

    The caller closes it, and the root where that is a descriptor.
    Raises OSError as the system words it: ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG.
    """
    if not path:
        raise FileNotFoundError(errno.ENOENT, "no path", path)
    trail = [os.open(root, _ROOT) if isinstance(root, str) else os.dup(root)]
    todo = _parts(path)
    links = 0
    try:
        while todo:
            if len(todo) > NAMES or links > LINKS:
                raise OSError(errno.ELOOP, "too many links or components", path)
            name = todo.pop()
            if name == "..":
                if len(trail) > 1:
                    os.close(trail.pop())
                continue
            target = _step(trail, name, path, follow=follow or bool(todo), user=user)
            if target is not None:
                links += 1
                if target.startswith("/"):
                    _back_to_root(trail)
                todo.extend(_parts(target))
        found = trail.pop()
    finally:
        for each in trail:
            os.close(each)
    return found


def _step(trail: list[int], name: str, path: str, *, follow: bool, user: User | None) -> str | None:
    """Go down one name, or return where the link of that name points."""
    if user is not None and not may(os.fstat(trail[-1]), user, 1):
        raise PermissionError(errno.EACCES, "its user may not search a directory", path)
    if name in OURSELVES and os.fstat(trail[-1]).st_dev == os.stat("/proc").st_dev:
        # `/dev/stderr` of a configuration leads here: it means the gateway's, and would give ours.
        raise FileNotFoundError(errno.ENOENT, "a link to whoever looks", path)
    here = os.open(name, _STEP, dir_fd=trail[-1])
    if follow and stat.S_ISLNK(os.fstat(here).st_mode):
        try:
            return os.readlink("", dir_fd=here)
        finally:
            os.close(here)
    trail.append(here)
    return None


def _back_to_root(trail: list[int]) -> None:
    while len(trail) > 1:
        os.close(trail.pop())


def open_regular(root: str | int, path: str, user: User | None = None) -> int:
    """Open a regular file for reading, or raise: a FIFO, socket, device or table of the kernel is never opened."""
    found = walk(root, path, follow=True, user=user)
    try:
        info = os.fstat(found)
        if not stat.S_ISREG(info.st_mode) or info.st_dev == os.stat("/proc").st_dev:
            raise NotRegularError(errno.EINVAL, "not a regular file", path)
        if user is not None and not may(info, user, 4):
            raise PermissionError(errno.EACCES, "its user may not read it", path)
        return _open_silently(f"/proc/self/fd/{found}")
    finally:
        os.close(found)


def _open_silently(path: str) -> int:
    """Open for reading, without changing the time of the last access where the owner or root asks."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_NOATIME)
    except PermissionError:
        return os.open(path, flags)
