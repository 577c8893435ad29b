/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as the decoder would give them, for the tests of the rules. Strings that the builders
 * make live until judge_reset.
 */
#ifndef ROOTWATCH_TEST_RULES_BUILD_H
#define ROOTWATCH_TEST_RULES_BUILD_H

#include "event/event.h"

#define FS_OVERLAY 0x794c7630u
#define FS_EXT4	   0xef53u
#define FS_TMPFS   0x01021994u
#define FS_PROC	   0x9fa0u
#define FS_SYSFS   0x62656572u
#define FS_CGROUP  0x27e0ebu
#define FS_BINFMT  0x42494e4du

/* Forgets the strings made so far. Every test program calls it between tests. */
void judge_reset(void);

/* "8:1" of a device; false when s does not begin like that. */
bool judge_number_pair(const char *s, uint32_t *major, uint32_t *minor);

/* A regular file on the container's own overlay: all its paths are the same. */
struct event_file judge_file(const char *path);
/* A host file on ext4, seen at path through a bind mount. */
struct event_file judge_bound(const char *path, const char *sbpath);
/* A file of another file system mounted so that it is seen at path. */
struct event_file judge_on(uint32_t magic, const char *path, const char *sbpath);
/* A device node of type S_IFBLK or S_IFCHR. */
struct event_file judge_device(const char *path, uint32_t type, uint32_t major, uint32_t minor);

/* Root of the container opened the file; oflags as of open(2). */
struct event judge_open(struct event_file file, uint32_t oflags);
/* Another user was denied to. */
struct event judge_denied(const char *path, uint32_t oflags);

/* Root executed exe; words of command are argv, separated by single spaces. */
struct event judge_exec(const char *exe, const char *command);
/* The same of a script, which the kernel ran by the interpreter exe. */
struct event judge_script(const char *exe, const char *script, const char *command);

/* Root connected to the socket that peer (NULL: nobody knows who) bound as name. */
struct event judge_connect(const char *name, const char *peer, uint32_t flags);

/* Credentials with all uids and gids the same; root is WIRE_ROOT_HOST for 0. */
struct wire_creds judge_creds(uint32_t uid);
/* setresuid, say, which led from prev to creds. */
struct event judge_setid(struct wire_creds prev, struct wire_creds creds);

#endif /* ROOTWATCH_TEST_RULES_BUILD_H */
