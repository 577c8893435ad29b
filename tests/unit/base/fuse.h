/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file system in which there is nothing: a daemon of FUSE that says so, at once or late. Or one
 * file that can be opened, and not read: whoever tries waits until he is killed.
 */
#ifndef ROOTWATCH_TEST_FUSE_H
#define ROOTWATCH_TEST_FUSE_H

/* Mounts at a directory what nobody answers for yet. Gives its descriptor, -1 where that is not
 * allowed. */
int fuse_mount(const char *at);

/*
 * Answers in a thread of its own until the descriptor's last mount is gone: each name after so many
 * µs, and never from the kernel's memory. Above threads of a real-time priority below 2 where it
 * may.
 */
void fuse_answer(int fd, unsigned int after_us);

/* The same, where every name is that of a file of a page, of which nobody gives the content. */
void fuse_answer_file(int fd);

#endif /* ROOTWATCH_TEST_FUSE_H */
