# SPDX-License-Identifier: Apache-2.0
"""What lies in the kernel side's variables of a running detector, asked of the kernel itself."""

import ctypes
import os
import struct

_SYSCALL = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
_LOOK_UP, _FD_BY_ID, _INFO, _TYPES_BY_ID = 1, 14, 15, 19
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
                ("flags", ctypes.c_uint32), ("name", ctypes.c_char * 16), ("device", ctypes.c_uint32 * 2),
                ("namespace", ctypes.c_uint64 * 2), ("types", ctypes.c_uint32), ("key_type", ctypes.c_uint32),
                ("value_type", ctypes.c_uint32), ("more", ctypes.c_uint32)]


class _Types(ctypes.Structure):
    _fields_ = [("data", ctypes.c_uint64), ("size", ctypes.c_uint32), ("id", ctypes.c_uint32)]


def _bpf(command, attributes):
    number = _libc.syscall(_SYSCALL, command, ctypes.byref(attributes), ctypes.sizeof(attributes))
    if number < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return number


def _section(detector, section):
    """The memory of that section, and what describes it (_Map)."""
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
            return value.raw, about
        finally:
            os.close(fd)
    raise AssertionError(f"no {section} among {detector.kernel_objects()}")


def variables(detector, section=".bss"):
    """All variables of that section, as words of 64 bits (what is left at the end is none)."""
    raw, _ = _section(detector, section)
    return memoryview(raw)[:len(raw) // 8 * 8].cast("Q")


def _types(number):
    """The BTF of that number: its header's length and two offsets, and all of it."""
    fd = _bpf(_TYPES_BY_ID, _ById(number))
    try:
        about = _Types()
        _bpf(_INFO, _Ask(fd, ctypes.sizeof(about), ctypes.addressof(about)))
        data = ctypes.create_string_buffer(about.size)
        about = _Types(ctypes.addressof(data), about.size)
        _bpf(_INFO, _Ask(fd, ctypes.sizeof(about), ctypes.addressof(about)))
        return data.raw
    finally:
        os.close(fd)


# Bytes behind the 12 that each type has, by its kind: so many, and so many for each member (linux/btf.h).
_MORE = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0),
         19: (0, 12)}
_VARIABLE, _SECTION = 14, 15


def variable(detector, name, section=".bss"):
    """The bytes of a variable, by its name."""
    raw, about = _section(detector, section)
    data = _types(about.types)
    start, types, types_size, strings = struct.unpack_from("<IIII", data, 4)
    at, end, names, places = start + types, start + types + types_size, {}, {}
    number = 0
    while at < end:
        text, info = struct.unpack_from("<II", data, at)
        number, kind, members = number + 1, info >> 24 & 31, info & 0xffff
        if kind == _VARIABLE:
            text += start + strings
            names[number] = data[text:data.index(b"\0", text)].decode()
        elif kind == _SECTION and number == about.value_type:
            places = {of: (offset, size)
                      for of, offset, size in struct.iter_unpack("<III", data[at + 12:at + 12 + members * 12])}
        fixed, each = _MORE.get(kind, (0, 0))
        at += 12 + fixed + members * each
    found = [place for of, place in places.items() if names[of] == name]
    assert len(found) == 1, (name, found)
    offset, size = found[0]
    return raw[offset:offset + size]
