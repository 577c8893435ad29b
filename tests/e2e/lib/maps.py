# SPDX-License-Identifier: Apache-2.0
"""What lies in the kernel side's variables of a running detector, asked of the kernel itself."""

import ctypes
import os

_SYSCALL = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
_LOOK_UP, _FD_BY_ID, _INFO = 1, 14, 15
_libc = ctypes.CDLL(None, use_errno=True)


class _ById(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint32), ("pad", ctypes.c_uint32 * 2)]


class _Ask(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_uint32), ("size", ctypes.c_uint32), ("info", ctypes.c_uint64)]


class _LookUp(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_uint32), ("key", ctypes.c_uint64), ("value", ctypes.c_uint64),
                ("flags", ctypes.c_uint64)]


class _Map(ctypes.Structure):
    _fields_ = [("type", ctypes.c_uint32), ("id", ctypes.c_uint32), ("key_size", ctypes.c_uint32),
                ("value_size", ctypes.c_uint32), ("max_entries", ctypes.c_uint32),
                ("flags", ctypes.c_uint32), ("name", ctypes.c_char * 16)]


def _bpf(command, attributes):
    number = _libc.syscall(_SYSCALL, command, ctypes.byref(attributes), ctypes.sizeof(attributes))
    if number < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return number


def variables(detector, section=".bss"):
    """All variables of that section, as words of 64 bits (what is left at the end is none)."""
    for kind, number in detector.kernel_objects():
        if kind != "map":
            continue
        fd = _bpf(_FD_BY_ID, _ById(number))
        try:
            about, key = _Map(), ctypes.c_uint32(0)
            _bpf(_INFO, _Ask(fd, ctypes.sizeof(about), ctypes.addressof(about)))
            if not about.name.endswith(section.encode()):
                continue
            value = ctypes.create_string_buffer(about.value_size)
            _bpf(_LOOK_UP, _LookUp(fd, ctypes.addressof(key), ctypes.addressof(value), 0))
            return memoryview(value.raw)[:len(value.raw) // 8 * 8].cast("Q")
        finally:
            os.close(fd)
    raise AssertionError(f"no {section} among {detector.kernel_objects()}")
