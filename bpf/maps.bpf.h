/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of the kernel side. */
#ifndef ROOTWATCH_MAPS_BPF_H
#define ROOTWATCH_MAPS_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "wire.h"

char LICENSE[] SEC("license") = WIRE_LICENSE;

/* Records on their way to user space; user space sets the size. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16u << 20);
} ring SEC(".maps");

struct counters {
	__u64 c[WIRE_C_END];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/*
 * The gate's cache. A css_set names a task's cgroups in all hierarchies at once, but its address
 * is reused after it was freed: the ids, which are not, make the key unique in practice.
 */
struct cgroup_key {
	__u64 css_set;
	__u64 dfl_id;
	__u64 v1_id; /* of two controllers' cgroups: see gate_key() */
};

struct cgroup_value {
	__u64 id;    /* of the cgroup that names the container best */
	__u32 hier;  /* its hierarchy; 0: v2 */
	__u32 flags; /* WIRE_TASK_CGROUP_ID */
};

/* A path may have so many components; PATH_MAX allows 2,048, real ones have few. */
#define CHAIN_MAX 256

/*
 * A blob may begin up to WIRE_RECORD_MAX; behind it is room for the longest one. (A per-CPU map's
 * value cannot be larger than 32 KiB.)
 */
#define RECORD_SIZE (WIRE_RECORD_MAX + WIRE_PATH_MAX + 256)

/* The gate's answer: which container a task is in. */
struct gate {
	__u64 cgroup;
	__u32 hier;
	__u32 flags;  /* WIRE_TASK_CGROUP_ID, WIRE_TASK_FOREIGN_NS */
	__u32 hflags; /* WIRE_F_* of every record about the act: WIRE_F_COMPAT */
};

/* A file, found: what prefilter and record need of it. */
struct object {
	const void *dentry, *mount, *inode, *sb;
	const void *root_mount; /* the container's; NULL: not looked for */
	const void *mnt_root, *ctr_root, *sb_root;
	const void *mnt_ns; /* the task's */
	__u32 magic;
	__u32 mode;
	__u32 set;	   /* the prefilter to ask, 0 or 1 */
	bool host_mnt;	   /* the task sees the host's mounts, or may: foreign_root */
	bool foreign_root; /* its root directory lies in another mount namespace than it does */
};

/*
 * Where a record is put together. One per CPU would do where programs run with preemption off:
 * those of tracepoints, up to 6.19. The second, and busy, are for a program that comes between: an
 * interrupt's, or on a preemptible kernel another task's (fentry, fexit and LSM programs,
 * since 5.11): two more where programs have copies (turn.bpf.h).
 */
#define SCRATCH_SLOTS 2
struct scratch {
	__u32 busy;
	__u32 used;			 /* bytes of the record so far */
	__u32 flags;			 /* WIRE_F_* found on the way */
	volatile __u32 chain_n;		 /* components in chain, leaf first */
	__u32 chain_mnt;		 /* how many of them lie below the mount's root */
	__u32 chain_root;		 /* and below the container's root; CHAIN_NONE: not on it */
	__u32 chain_cut;		 /* it goes on above what was collected */
	__u32 off_mnt, off_root;	 /* path_append: where in the path those marks lie */
	__u32 slot;			 /* its own key */
	__u32 set;			 /* the prefilter to ask, 0 or 1 */
	volatile __u32 run, last, found; /* of a loop at work: cgroup_name, path_append */
	volatile __u32 chained;		 /* chain is the superblock chain of the object at hand */
	volatile __u64 arg[3]; /* of a global function: the verifier lets no pointer pass as one */
	struct gate gate;      /* who_fill_of_arg: of its task */
	struct {
		__u64 file, sign, counts; /* see sign.bpf.h */
		__u32 access, oflags, call, flags;
		__u32 prot, mapping; /* of mmap */
		__s32 ret;
		__u32 hflags;	   /* (calls clear those in gate) */
		struct object o;   /* all of it is known when its mount is */
		struct object now; /* sign_now(): nobody's */
	} open;
	struct wire_name leaf;		 /* placed_name: a name in a directory */
	volatile __u32 ids, pod, outer;	 /* cgroup_name */
	volatile __u32 most;		 /* cgroup_choose: ids of the best, and 1 */
	struct cgroup_value value;	 /* cgroup_choose: what it found */
	struct wire_cgroup_key name_key; /* here, as the stack is short before 6.2 */
	__u64 chain[CHAIN_MAX];		 /* struct dentry * */
	__u16 pos[CHAIN_MAX];		 /* path_append: where in the path each entry begins */
	/*
	 * The paths of an open, as they still lie behind the fixed part of the last record: see
	 * open_paths_before().
	 */
	struct {
		__u64 sign;   /* of that open; 0: of none */
		__u64 before; /* what that was before the present record */
		bool proven;  /* nothing was changed while they were written */
		bool use;     /* they are those of the present one */
		__u16 mnt_off, root_off;
		__u32 used; /* where they end */
		struct wire_blob sbpath, mntpath;
		__u32 flags; /* WIRE_FILE_* that belong to them */
	} kept;
	__u8 record[RECORD_SIZE];
};
#define CHAIN_NONE 0xffffffffu

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct cgroup_key);
	__type(value, struct cgroup_value);
} cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct wire_cgroup_key);
	__type(value, struct wire_cgroup_name);
} cgroup_names SEC(".maps");

/*
 * What is known of a task (thread) of a container: its credentials as the last legal change left
 * them, and whether it runs a program of the container's own (see task.bpf.h). Kept from the
 * first exec, fork or credential change until the task's end.
 */
struct task_value {
	struct wire_creds creds;
	__u64 start;  /* of the thread, ns: a reused tid is another task */
	__u32 flags;  /* TASK_* */
	__u32 groups; /* creds_groups(); 0: not known */
};
#define TASK_ENTERED  1u  /* runs a program of the container, not the runtime's set-up */
#define TASK_CREDS    2u  /* creds is valid */
#define TASK_REPORTED 4u  /* its exec was sent: its exit is too */
#define TASK_EXECS    8u  /* an exec is under way, or its end was missed: creds are of before */
#define TASK_SEEDED   32u /* it, or what it was forked from, ran before rootwatch did */
#define TASK_RISEN    16u /* creds were left as they are: those at the exec had risen above them */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct task_value);
} tasks SEC(".maps");

/* Devices of the host's own mounts (not of kernel file systems): what lies there is the host's. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} host_devices SEC(".maps");

/* The prefilter, compiled by user space from the rules; see wire.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, 1); /* BPF_F_NO_PREALLOC */
	__type(key, __u64);
	__type(value, __u32);
} watch SEC(".maps");

#endif /* ROOTWATCH_MAPS_BPF_H */
