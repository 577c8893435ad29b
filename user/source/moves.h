/* SPDX-License-Identifier: Apache-2.0 */
/* Moves between cgroups, for a hook that has to see one. */
#ifndef ROOTWATCH_SOURCE_MOVES_H
#define ROOTWATCH_SOURCE_MOVES_H

/* Moves this process into the cgroup that it is in, if it can: nothing changes. */
void moves_make(void);

#endif /* ROOTWATCH_SOURCE_MOVES_H */
