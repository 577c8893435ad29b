# SPDX-License-Identifier: Apache-2.0
"""Whether this machine has io_uring at all: what none can use proves nothing."""

import ctypes
import errno

from suite import Skip

IO_URING_SETUP = 425  # on every architecture
SETTING = "/proc/sys/kernel/io_uring_disabled"  # since Linux 6.6


def refused():
    """The error with which this kernel, or a filter that was inherited, refuses io_uring to root here; None: it does not."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(IO_URING_SETUP, 1, None)  # EFAULT where it gets so far
    error = ctypes.get_errno()
    return errno.errorcode[error] if error in (errno.EPERM, errno.ENOSYS) else None


def setting():
    """0: everybody may, 1: those that have CAP_SYS_ADMIN or are of a certain group, 2: nobody."""
    try:
        with open(SETTING, encoding="ascii") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def skip_if_refused(user_only=False):
    """For a test that needs a ring; user_only: of one who may have been refused what a mightier one may."""
    error, disabled = refused(), setting()
    if error:
        raise Skip(f"no io_uring here: {error}, kernel.io_uring_disabled {disabled}")
    if user_only and disabled:
        raise Skip(f"io_uring is for who has CAP_SYS_ADMIN here: kernel.io_uring_disabled {disabled}")
