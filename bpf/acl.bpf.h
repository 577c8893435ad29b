/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an ACL allows that a system call sets: as the mode that is nearest to it. */
#ifndef ROOTWATCH_ACL_BPF_H
#define ROOTWATCH_ACL_BPF_H

#include "read.bpf.h"

/*
 * An ACL as it is passed: u32 version, then of each entry u16 tag, u16 perm, u32 id
 * (<linux/posix_acl_xattr.h>).
 */
#define ACL_HEAD      4
#define ACL_ENTRY     8
#define ACL_ENTRIES   24
#define ACL_NAME_1    0x702e6d6574737973ull /* "system.p" */
#define ACL_NAME_2    0x6c63615f7869736full /* "osix_acl" */
#define ACL_USER_OBJ  0x01
#define ACL_USER      0x02
#define ACL_GROUP_OBJ 0x04
#define ACL_GROUP     0x08
#define ACL_MASK      0x10
#define ACL_OTHER     0x20

/* The mode that is nearest to an ACL; all bits where it is too long, or cannot be read any more. */
__noinline int acl_mode(__u64 value, __u64 size)
{
	__u32 i, tag, perm, owner = 0, group = 0, named = 0, other = 0, mask = 7;
	__u64 entry;

	if (size > ACL_HEAD + ACL_ENTRIES * ACL_ENTRY)
		return 0777;
	for (i = 0; i < ACL_ENTRIES; i++) {
		if (ACL_HEAD + i * ACL_ENTRY >= size)
			break;
		entry = compat_user_u64(value + ACL_HEAD + i * ACL_ENTRY);
		tag = entry & 0xffff;
		perm = entry >> 16 & 7;
		if (tag == ACL_USER_OBJ)
			owner = perm;
		else if (tag == ACL_GROUP_OBJ)
			group = perm;
		else if (tag == ACL_MASK)
			mask = perm;
		else if (tag == ACL_OTHER)
			other = perm;
		else if (tag == ACL_USER || tag == ACL_GROUP)
			named |= entry >> 32 ? perm : 0; /* (root is no news) */
		else
			return 0777;
	}
	return owner << 6 | (group & mask) << 3 | other | (named & mask);
}

/* Of a setxattr: 0 where it is no ACL that is set. */
static __always_inline __u64 acl_of_xattr(__u64 name, __u64 value, __u64 size)
{
	if (compat_user_u64(name) != ACL_NAME_1 ||
	    compat_user_u64(name + sizeof(__u64)) != ACL_NAME_2)
		return 0;
	return acl_mode(value, size);
}

#endif /* ROOTWATCH_ACL_BPF_H */
