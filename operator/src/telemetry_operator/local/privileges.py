"""Running a program that refuses root when we are root (PostgreSQL does).

First choice: become an unprivileged user and keep one capability, CAP_DAC_OVERRIDE, as an ambient one, so that a data
directory or an installation below /root stays in reach. Where the capabilities are missing (some containers): a user
namespace in which our own user has an unprivileged number. ADR 0002 says why in this order.
"""

import ctypes
import os
import pwd
from collections.abc import Iterable
from pathlib import Path

from telemetry_operator.errors import PlatformError

CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CLONE_NEWUSER = 0x10000000

# PostgreSQL looks its user up by number, so only a user that exists will do.
UNPRIVILEGED_USERS = ("postgres", "nobody")


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityWord(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


class RootRefusedError(PlatformError):
    """PostgreSQL refuses to run as root, and this system lets it become nobody else."""


def leave_root(owned: Path) -> None:
    """Make this process unprivileged and `owned` its own; a no-op for who is not root.

    Raises:
        RootRefusedError: neither way is open to us.
    """
    if os.geteuid() != 0:
        return
    try:
        _become_user(owned)
    except OSError as by_capability:
        try:
            _enter_user_namespace(owned)
        except OSError as by_namespace:
            raise RootRefusedError(
                f"PostgreSQL refuses to run as root, and root cannot be left here ({by_capability}; {by_namespace})",
                hint="run as an ordinary user, or give --postgres URL",
            ) from None


def end_with_parent(signal_number: int) -> None:
    """Ask the kernel to signal this process when its parent dies; elsewhere than on Linux nothing happens."""
    if hasattr(_libc(), "prctl"):
        _prctl(PR_SET_PDEATHSIG, signal_number)


def _become_user(owned: Path) -> None:
    user = _unprivileged_user()
    _own(owned, user.pw_uid, user.pw_gid)
    _prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    _keep_capability(CAP_DAC_OVERRIDE)


def _enter_user_namespace(owned: Path) -> None:
    user, real_uid, real_gid = _unprivileged_user(), os.getuid(), os.getgid()
    _own(owned, real_uid, real_gid)
    _check(_libc().unshare(CLONE_NEWUSER), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user.pw_uid} {real_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{user.pw_gid} {real_gid} 1")


def _unprivileged_user() -> pwd.struct_passwd:
    for name in UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise OSError(f"no user named {' or '.join(UNPRIVILEGED_USERS)}")


def _own(directory: Path, uid: int, gid: int) -> None:
    """Hand a tree over; it costs one look where it is already theirs."""
    if not directory.exists() or directory.stat().st_uid == uid:
        return
    for path in _tree(directory):
        os.chown(path, uid, gid, follow_symlinks=False)
    os.chown(directory, uid, gid)


def _tree(directory: Path) -> Iterable[str]:
    for parent, directories, files in os.walk(directory):
        yield from (str(Path(parent, name)) for name in (*directories, *files))


def _keep_capability(capability: int) -> None:
    bit = 1 << capability
    words = (_CapabilityWord * 2)(_CapabilityWord(bit, bit, bit), _CapabilityWord(0, 0, 0))
    _check(_libc().capset(ctypes.byref(_CapabilityHeader(CAPABILITY_VERSION_3, 0)), words), "capset")
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def _prctl(option: int, value: int, extra: int = 0) -> None:
    _check(_libc().prctl(*map(ctypes.c_ulong, (option, value, extra, 0, 0))), "prctl")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
