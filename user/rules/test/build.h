/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event made of fields, for `rules test`: what a case does not say is as it usually is. Root of
 * a docker container acts and succeeds; files are regular ones of the image's lower layer, and lie
 * on the container's own overlay. evt.type says which kind of event it is.
 *
 * Only what an event is made of can be given. What the rules work out from it
 * (rootwatch.file.paths, rootwatch.program.name, ...) is worked out by the same code as ever, and
 * refused here. Of the fields that rules alone have, these can be given: rootwatch.host.path (where
 * the host's own mounts show the file), rootwatch.file.type and .rdev, proc.pcmdline,
 * container.mounts, proc.exe_ino.ctime_duration_pidns_start.
 *
 * - rootwatch.file.fstype says what file system the file lies on: overlay is the container's own
 *   root, others came in by a mount unless rootwatch.file.rootfs says otherwise.
 * - rootwatch.file.sbpath is the path inside it, and the one from the container's root for what
 * lies on that; it is fd.name (of a program proc.exepath) when it is left out.
 * - An act with evt.res EACCES, EPERM or EROFS was denied: then only fd.name is known of the file.
 * - Of another system call fd.name is the path at which something changes, rootwatch.call.from the
 *   other one; evt.arg.flags, .mode, .request and .nstype are given in words.
 * - A connect that names fd.sip, fd.sport, fd.cip, fd.cport or fd.l4proto is one of an IP socket;
 * of that kind are bind, listen, accept, accept4, sendto, sendmsg, sendmmsg and socket, too. A
 *   connection is one of TCP unless fd.l4proto says otherwise; what failed has no fd.cip.
 * - user.uid is all four uids, and in a user namespace (rootwatch.root: userns) 100000 more on the
 *   host; rootwatch.from.uid likewise, and null when nothing is known of the time before.
 */
#ifndef ROOTWATCH_RULES_TEST_BUILD_H
#define ROOTWATCH_RULES_TEST_BUILD_H

#include "base/arena.h"
#include "event/event.h"
#include "rules/lang/ast.h"

struct build;

/* NULL: no memory. Everything lives in the arena. */
struct build *build_new(struct arena *arena);

/*
 * Gives a field: n values, 0 is null; list: they were written as a list (proc.args only: each is
 * one argument, blanks and all). The values have to live as long as the arena. 0; -EINVAL: there is
 * no such field, it cannot be given, or it was given before: *why says which.
 */
int build_set(struct build *b, const char *name, size_t len, const struct rule_value *values,
	      size_t n, bool list, const char **why);

/*
 * The event of all that was given. 0; -EINVAL: *why says what is wrong, and *field which field is
 * at fault (NULL: none of those given); -ENOMEM.
 */
int build_event(struct build *b, const struct event **e, const char **field, const char **why);

#endif /* ROOTWATCH_RULES_TEST_BUILD_H */
