/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The system calls that are told as they are (WIRE_SYSCALL): a new one is one row. Its number in
 * the two ABIs of x86-64 (x86-64, i386) and of arm64 (arm64, arm), from the kernel's tables;
 * WIRE_CALL_NO_NR: there is none. Then which arguments, counted from 1 (0: none), are what:
 *
 * - path, dir: of up to two paths the string, and the descriptor that it starts at (0: the working
 *   directory; WIRE_CALL_A_NAME: it is no path of this task's, but a name);
 * - fd: a descriptor whose file it is about, instead of the first path; the second is a name then;
 * - mode; flags, and by which names (WIRE_CALL_FLAGS_*);
 * - and what Falco calls the two paths in evt.arg.*.
 *
 * BIND_FILE is what a bind of a Unix socket does beside: it makes a file (bpf/bind.bpf.h).
 */
#ifndef ROOTWATCH_WIRE_CALLS_H
#define ROOTWATCH_WIRE_CALLS_H

#define WIRE_CALL_NUMBERS 512
#define WIRE_CALL_NO_NR	  WIRE_CALL_NUMBERS

#define WIRE_CALL_A_NAME 15u /* as a dir */
#define WIRE_CALL_RESULT 15u /* as the fd: it is what the call returned */

/*
 * As an argument: word n of what the kernel side found out beside the arguments, mostly in memory
 * that was passed. Of clone and clone3 the flags but for the signal, then of clone3 the descriptor
 * of the cgroup; of ioctl and file_setattr the flags of a file; of mount_setattr and open_tree_attr
 * what is set and what is taken away; of adjtimex and clock_adjtime the modes; of capset the
 * capabilities that it made effective or inheritable.
 */
#define WIRE_CALL_WORD(n) (6u + (n))

/* Of evt.arg.flags. */
#define WIRE_CALL_FLAGS_NONE   0u
#define WIRE_CALL_FLAGS_AT     1u
#define WIRE_CALL_FLAGS_RENAME 2u
#define WIRE_CALL_FLAGS_MOUNT  3u
#define WIRE_CALL_FLAGS_UMOUNT 4u
#define WIRE_CALL_FLAGS_CLONE  5u
#define WIRE_CALL_FLAGS_ATTR   6u
#define WIRE_CALL_FLAGS_XFLAG  7u
#define WIRE_CALL_FLAGS_IOCTL  8u
#define WIRE_CALL_FLAGS_ADJ    9u
#define WIRE_CALL_FLAGS_MEMFD  10u

/* clang-format off */
/*
 * X(identifier, name, x86-64, i386, arm64, arm,  path, dir, path, dir,  fd, mode, flags, names of
 *   the flags,  Falco's names of the paths)
 */
#define WIRE_CALLS(X) \
X(RENAME,     rename,      82,  38, WIRE_CALL_NO_NR,  38,  1, 0,    2, 0,  0, 0, 0, NONE,   "oldpath", "newpath") \
X(RENAMEAT,   renameat,   264, 302,      38, 329,  2, 1,    4, 3,  0, 0, 0, NONE,   "oldpath", "newpath") \
X(RENAMEAT2,  renameat2,  316, 353,     276, 382,  2, 1,    4, 3,  0, 0, 5, RENAME, "oldpath", "newpath") \
X(LINK,       link,        86,   9, WIRE_CALL_NO_NR,   9,  1, 0,    2, 0,  0, 0, 0, NONE,   "oldpath", "newpath") \
X(LINKAT,     linkat,     265, 303,      37, 330,  2, 1,    4, 3,  0, 0, 5, AT,     "oldpath", "newpath") \
X(SYMLINK,    symlink,     88,  83, WIRE_CALL_NO_NR,  83,  1, WIRE_CALL_A_NAME, 2, 0,  0, 0, 0, NONE,   "target",  "linkpath") \
X(SYMLINKAT,  symlinkat,  266, 304,      36, 331,  1, WIRE_CALL_A_NAME, 3, 2,  0, 0, 0, NONE,   "target",  "linkpath") \
X(UNLINK,     unlink,      87,  10, WIRE_CALL_NO_NR,  10,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(UNLINKAT,   unlinkat,   263, 301,      35, 328,  2, 1,    0, 0,  0, 0, 3, AT,     "name",    "") \
X(RMDIR,      rmdir,       84,  40, WIRE_CALL_NO_NR,  40,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(CHMOD,      chmod,       90,  15, WIRE_CALL_NO_NR,  15,  1, 0,    0, 0,  0, 2, 0, NONE,   "filename", "") \
X(FCHMOD,     fchmod,      91,  94,      52,  94,  0, 0,    0, 0,  1, 2, 0, NONE,   "",        "") \
X(FCHMODAT,   fchmodat,   268, 306,      53, 333,  2, 1,    0, 0,  0, 3, 0, NONE,   "filename", "") \
X(FCHMODAT2,  fchmodat2,  452, 452,     452, 452,  2, 1,    0, 0,  0, 3, 4, AT,     "filename", "") \
X(CHOWN,      chown,       92, 182, WIRE_CALL_NO_NR, 182,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(FCHOWN,     fchown,      93,  95,      55,  95,  0, 0,    0, 0,  1, 0, 0, NONE,   "",        "") \
X(LCHOWN,     lchown,      94,  16, WIRE_CALL_NO_NR,  16,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(FCHOWNAT,   fchownat,   260, 298,      54, 325,  2, 1,    0, 0,  0, 0, 5, AT,     "pathname", "") \
X(TRUNCATE,   truncate,    76,  92,      45,  92,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(MKNOD,      mknod,      133,  14, WIRE_CALL_NO_NR,  14,  1, 0,    0, 0,  0, 2, 0, NONE,   "path",    "") \
X(MKNODAT,    mknodat,    259, 297,      33, 324,  2, 1,    0, 0,  0, 3, 0, NONE,   "path",    "") \
X(MOUNT,      mount,      165,  21,      40,  21,  1, WIRE_CALL_A_NAME, 2, 0,  0, 0, 4, MOUNT,  "dev",     "dir") \
X(UMOUNT,     umount, WIRE_CALL_NO_NR,  22, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR,  1, 0, 0, 0, 0, 0, 0, NONE,   "name",    "") \
X(UMOUNT2,    umount2,    166,  52,      39,  52,  1, 0,    0, 0,  0, 0, 2, UMOUNT, "name",    "") \
X(MOVE_MOUNT, move_mount, 429, 429,     429, 429,  2, 1,    4, 3,  0, 0, 0, NONE,   "",        "") \
X(FSOPEN,     fsopen,     430, 430,     430, 430,  1, WIRE_CALL_A_NAME, 0, 0,  0, 0, 0, NONE,   "",        "") \
X(OPEN_TREE,  open_tree,  428, 428,     428, 428,  2, 1,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(PIVOT_ROOT, pivot_root, 155, 217,      41, 218,  1, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(CHROOT,     chroot,     161,  61,      51,  61,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(SETNS,      setns,      308, 346,     268, 375,  0, 0,    0, 0,  0, 0, 2, CLONE,  "",        "") \
X(UNSHARE,    unshare,    272, 310,      97, 337,  0, 0,    0, 0,  0, 0, 1, CLONE,  "",        "") \
X(PTRACE,     ptrace,     101,  26,     117,  26,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(INIT_MODULE, init_module, 175, 128,   105, 128,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(FINIT_MODULE, finit_module, 313, 350, 273, 379,  0, 0,    0, 0,  1, 0, 0, NONE,   "",        "") \
X(DELETE_MODULE, delete_module, 176, 129, 106, 129,  1, WIRE_CALL_A_NAME, 0, 0,  0, 0, 0, NONE, "name",    "") \
X(BPF,        bpf,        321, 357,     280, 386,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(PROCESS_VM_WRITEV, process_vm_writev, 311, 348, 271, 377,  0, 0, 0, 0,  0, 0, 0, NONE, "",   "") \
X(KEYCTL,     keyctl,     250, 288,     219, 311,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(USERFAULTFD, userfaultfd, 323, 374,   282, 388,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(PERF_EVENT_OPEN, perf_event_open, 298, 336, 241, 364,  0, 0, 0, 0,  0, 0, 0, NONE, "",       "") \
X(IO_URING_SETUP, io_uring_setup, 425, 425, 425, 425,  0, 0, 0, 0,  0, 0, 0, NONE,  "",        "") \
X(KEXEC_LOAD, kexec_load, 246, 283,     104, 347,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(KEXEC_FILE_LOAD, kexec_file_load, 320, WIRE_CALL_NO_NR, 294, 401,  0, 0, 0, 0,  1, 0, 0, NONE, "",   "") \
X(REBOOT,     reboot,     169,  88,     142,  88,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(SETTIMEOFDAY, settimeofday, 164, 79,  170,  79,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(SETXATTR,   setxattr,   188, 226,       5, 226,  2, WIRE_CALL_A_NAME, 1, 0,  0, 0, 0, NONE,   "",        "path") \
X(LSETXATTR,  lsetxattr,  189, 227,       6, 227,  2, WIRE_CALL_A_NAME, 1, 0,  0, 0, 0, NONE,   "",        "path") \
X(FSETXATTR,  fsetxattr,  190, 228,       7, 228,  0, 0,    2, WIRE_CALL_A_NAME,  1, 0, 0, NONE,   "",        "") \
X(FTRUNCATE,  ftruncate,   77,  93,      46,  93,  0, 0,    0, 0,  1, 0, 0, NONE,   "",        "") \
X(MKDIR,      mkdir,       83,  39, WIRE_CALL_NO_NR,  39,  1, 0,    0, 0,  0, 2, 0, NONE,   "path",    "") \
X(MKDIRAT,    mkdirat,    258, 296,      34, 323,  2, 1,    0, 0,  0, 3, 0, NONE,   "path",    "") \
X(SETXATTRAT, setxattrat, 463, 463,     463, 463,  4, WIRE_CALL_A_NAME, 2, 1,  0, 0, 3, AT,     "",        "path") \
X(REMOVEXATTR, removexattr, 197, 235,    14, 235,  2, WIRE_CALL_A_NAME, 1, 0,  0, 0, 0, NONE,   "",        "path") \
X(LREMOVEXATTR, lremovexattr, 198, 236,  15, 236,  2, WIRE_CALL_A_NAME, 1, 0,  0, 0, 0, NONE,   "",        "path") \
X(FREMOVEXATTR, fremovexattr, 199, 237,  16, 237,  0, 0,    2, WIRE_CALL_A_NAME,  1, 0, 0, NONE,   "",        "") \
X(REMOVEXATTRAT, removexattrat, 466, 466, 466, 466,  4, WIRE_CALL_A_NAME, 2, 1,  0, 0, 3, AT,     "",        "path") \
X(FILE_SETATTR, file_setattr, 469, 469, 469, 469,  2, 1,    0, 0,  0, 0, WIRE_CALL_WORD(0), XFLAG, "",    "") \
X(FSPICK,     fspick,     433, 433,     433, 433,  2, 1,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(FSCONFIG,   fsconfig,   431, 431,     431, 431,  4, WIRE_CALL_A_NAME, 3, WIRE_CALL_A_NAME,  0, 0, 0, NONE, "value_charbuf", "key") \
X(FSMOUNT,    fsmount,    432, 432,     432, 432,  0, 0,    0, 0,  0, 0, 3, ATTR,   "",        "") \
X(MOUNT_SETATTR, mount_setattr, 442, 442, 442, 442,  2, 1,    0, 0,  0, 0, WIRE_CALL_WORD(0), ATTR, "",    "") \
X(OPEN_TREE_ATTR, open_tree_attr, 467, 467, 467, 467,  2, 1,    0, 0,  0, 0, WIRE_CALL_WORD(0), ATTR, "",    "") \
X(PROCESS_VM_READV, process_vm_readv, 310, 347, 270, 376,  0, 0, 0, 0,  0, 0, 0, NONE, "",     "") \
X(PIDFD_GETFD, pidfd_getfd, 438, 438,   438, 438,  0, 0,    0, 0,  WIRE_CALL_RESULT, 0, 0, NONE, "",    "") \
X(MEMFD_CREATE, memfd_create, 319, 356, 279, 385,  1, WIRE_CALL_A_NAME, 0, 0,  0, 0, 2, MEMFD,  "name",    "") \
X(ADD_KEY,    add_key,    248, 286,     217, 309,  1, WIRE_CALL_A_NAME, 2, WIRE_CALL_A_NAME,  0, 0, 0, NONE, "", "") \
X(REQUEST_KEY, request_key, 249, 287,   218, 310,  1, WIRE_CALL_A_NAME, 2, WIRE_CALL_A_NAME,  0, 0, 0, NONE, "", "") \
X(SWAPON,     swapon,     167,  87,     224,  87,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(SWAPOFF,    swapoff,    168, 115,     225, 115,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(ACCT,       acct,       163,  51,      89,  51,  1, 0,    0, 0,  0, 0, 0, NONE,   "path",    "") \
X(CLOCK_SETTIME, clock_settime, 227, 264, 112, 262,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(STIME,      stime, WIRE_CALL_NO_NR,  25, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR,  0, 0, 0, 0, 0, 0, 0, NONE,   "",        "") \
X(SETHOSTNAME, sethostname, 170, 74,    161,  74,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(SETDOMAINNAME, setdomainname, 171, 121, 162, 121,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(SYSLOG,     syslog,     103, 103,     116, 103,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(IOPL,       iopl,       172, 110, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR,  0, 0, 0, 0, 0, 0, 0, NONE,   "",        "") \
X(IOPERM,     ioperm,     173, 101, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR,  0, 0, 0, 0, 0, 0, 0, NONE,   "",        "") \
X(FANOTIFY_INIT, fanotify_init, 300, 338, 262, 367,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "") \
X(NAME_TO_HANDLE_AT, name_to_handle_at, 303, 341, 264, 370,  2, 1,    0, 0,  0, 0, 5, AT,     "",        "") \
X(BIND_FILE,  bind, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR, WIRE_CALL_NO_NR,  2, 0, 0, 0,  0, 0, 0, NONE, "", "") \
X(CLONE,      clone,       56, 120,     220, 120,  0, 0,    0, 0,  0, 0, WIRE_CALL_WORD(0), CLONE, "",    "") \
X(CLONE3,     clone3,     435, 435,     435, 435,  0, 0,    0, 0,  WIRE_CALL_WORD(1), 0, WIRE_CALL_WORD(0), CLONE, "", "") \
X(IOCTL,      ioctl,       16,  54,      29,  54,  0, 0,    0, 0,  1, 0, WIRE_CALL_WORD(0), IOCTL, "",    "") \
X(ADJTIMEX,   adjtimex,   159, 124,     171, 124,  0, 0,    0, 0,  0, 0, WIRE_CALL_WORD(0), ADJ,   "",    "") \
X(CLOCK_ADJTIME, clock_adjtime, 305, 343, 266, 372,  0, 0,    0, 0,  0, 0, WIRE_CALL_WORD(0), ADJ,   "",    "") \
X(CAPSET,     capset,     126, 185,      91, 185,  0, 0,    0, 0,  0, 0, 0, NONE,   "",        "")

/* Other numbers of calls in the 32-bit ABI, the same in both: of uids or sizes of another width. */
#define WIRE_CALLS_32(X) \
X(SETUID, 23) X(SETREUID, 70) X(SETFSUID, 138) X(SETRESUID, 164) \
X(SETGID, 46) X(SETREGID, 71) X(SETFSGID, 139) X(SETRESGID, 170) X(SETGROUPS, 81) \
X(LCHOWN, 198) X(FCHOWN, 207) X(CHOWN, 212) X(TRUNCATE, 193) X(FTRUNCATE, 194) \
X(CLOCK_SETTIME, 404) X(CLOCK_ADJTIME, 405)

/*
 * Those that receive open files over Unix sockets, to be looked at where no hook sees that: X as
 * below. (recvmsg; recvmmsg; recvmmsg_time64)
 */
#define WIRE_CALLS_RECEIVING(X) \
X(RECVMSG, 47, 372, 212, 297) \
X(RECVMSG, 299, 337, 243, 365) \
X(RECVMSG, WIRE_CALL_NO_NR, 417, WIRE_CALL_NO_NR, 417)

/* The calls that have records of their own: X(identifier, x86-64, i386, arm64, arm). */
#define WIRE_CALLS_OWN(X) \
X(OPEN,                2,   5, WIRE_CALL_NO_NR,   5) \
X(CREAT,              85,   8, WIRE_CALL_NO_NR,   8) \
X(OPENAT,            257, 295,  56, 322) \
X(OPEN_BY_HANDLE_AT, 304, 342, 265, 371) \
X(OPENAT2,           437, 437, 437, 437) \
X(MMAP,                9, 192, 222, 192) \
X(SETUID,            105, 213, 146, 213) \
X(SETREUID,          113, 203, 145, 203) \
X(SETRESUID,         117, 208, 147, 208) \
X(SETFSUID,          122, 215, 151, 215) \
X(SETGID,            106, 214, 144, 214) \
X(SETREGID,          114, 204, 143, 204) \
X(SETRESGID,         119, 210, 149, 210) \
X(SETFSGID,          123, 216, 152, 216) \
X(SETGROUPS,         116, 206, 159, 206) \
X(CONNECT,            42, 362, 203, 283) \
X(SOCKET,             41, 359, 198, 281) \
X(BIND,               49, 361, 200, 282) \
X(LISTEN,             50, 363, 201, 284) \
X(ACCEPT,             43, WIRE_CALL_NO_NR, 202, 285) \
X(ACCEPT4,           288, 364, 242, 366) \
X(SENDTO,             44, 369, 206, 290) \
X(SENDMSG,            46, 370, 211, 296) \
X(SENDMMSG,          307, 345, 269, 374) \
X(DUP,                32,  41,  23,  41) \
X(DUP2,               33,  63, WIRE_CALL_NO_NR,  63) \
X(DUP3,              292, 330,  24, 358)
/* clang-format on */

/*
 * The calls, one behind the other, that are dull most of the time: their arguments say at once that
 * nobody can care (a clone without new namespaces, any other ioctl). Such a one is only sent when a
 * rule asks for it all the same (wire_prefilter.dull). Beside them the chmod that gives group and
 * others nothing much (WIRE_MODE_TOLD), and the chown to root or of the group only.
 */
#define WIRE_CALL_DULL_FIRST WIRE_CALL_CLONE
#define WIRE_CALL_DULL_LAST  WIRE_CALL_CAPSET

/* The requests of ioctl that are told: into a terminal, and the flags of a file (<linux/fs.h>). */
#define WIRE_IOCTL_TIOCSTI     0x5412u
#define WIRE_IOCTL_TIOCLINUX   0x541cu
#define WIRE_IOCTL_SETFLAGS    0x40086602u
#define WIRE_IOCTL_SETFLAGS_32 0x40046602u
#define WIRE_IOCTL_FSSETXATTR  0x401c5820u

/* A hook's bit, where several stand in one number. */
#define WIRE_BIT(n) (1u << (n))

/* The hooks of io_uring's sockets that see a request while they are to be proven. */
#define WIRE_URING_BIND	      0u
#define WIRE_URING_LISTEN     1u
#define WIRE_URING_ACCEPT     2u
#define WIRE_URING_SOCKET     3u
#define WIRE_URING_SEND	      4u
#define WIRE_URING_SENDMSG    5u
#define WIRE_URING_SEND_ZC    6u
#define WIRE_URING_SENDMSG_ZC 7u

/* The hooks where the kernel is asked before an act (bpf/acts.bpf.c). */
#define WIRE_ACT_RENAME	    0u
#define WIRE_ACT_LINK	    1u
#define WIRE_ACT_UNLINK	    2u
#define WIRE_ACT_RMDIR	    3u
#define WIRE_ACT_SYMLINK    4u
#define WIRE_ACT_MKDIR	    5u
#define WIRE_ACT_MKNOD	    6u
#define WIRE_ACT_TRUNCATE   7u
#define WIRE_ACT_CHMOD	    8u
#define WIRE_ACT_CHOWN	    9u
#define WIRE_ACT_CHROOT	    10u
#define WIRE_ACT_MOUNT	    11u
#define WIRE_ACT_MOVE	    12u /* of a mount */
#define WIRE_ACT_UMOUNT	    13u
#define WIRE_ACT_PIVOT	    14u
#define WIRE_ACT_FTRUNC	    15u
#define WIRE_ACT_SETXATTR   16u
#define WIRE_ACT_RMXATTR    17u
#define WIRE_ACT_SET_ACL    18u
#define WIRE_ACT_RM_ACL	    19u
#define WIRE_ACT_CHANGED    20u /* the end of a change by a path */
#define WIRE_ACT_CHANGED_FD 21u /* and of one by a descriptor */

/* Of both kinds there are fewer. */
#define WIRE_PROVEN_MAX 32u

#define WIRE_CALL_SOCKETCALL 102 /* of i386: any call on a socket; listed as CONNECT */
#define WIRE_CALL_OLD_MMAP   90	 /* of i386: its arguments lie in memory; listed as MMAP */

#endif /* ROOTWATCH_WIRE_CALLS_H */
