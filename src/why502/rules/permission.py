"""May a user open a unix socket? By the bits of the socket and of every directory above it.

Sources: path_resolution(7), unix(7) (connecting needs write permission on the socket).
"""

from why502.observations.files import Inode, PathChain
from why502.observations.want import User

WRITE, SEARCH = 2, 1
CAPABLE = 0


def allowed(inode: Inode, user: User, bit: int) -> bool:
    """Tell whether the bits of one component let the user do it."""
    if user.uid == CAPABLE:
        return True
    if inode.uid == user.uid:
        return bool(inode.mode >> 6 & bit)
    if inode.gid == user.gid or inode.gid in user.groups:
        return bool(inode.mode >> 3 & bit)
    return bool(inode.mode & bit)


def denied_at(chain: PathChain, user: User) -> Inode | None:
    """Return the first component that stops the user: a directory without search, or the socket without write."""
    end = chain.end
    for each in chain.components:
        if each.kind == "dir" and each is not end and not allowed(each, user, SEARCH):
            return each
    if end is not None and end.kind == "socket" and not allowed(end, user, WRITE):
        return end
    return None
