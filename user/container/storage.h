/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where podman and CRI-O keep their containers: the usual directories, the user's own, and what
 * storage.conf says (containers-storage.conf(5)).
 */
#ifndef ROOTWATCH_CONTAINER_STORAGE_H
#define ROOTWATCH_CONTAINER_STORAGE_H

#include <stdbool.h>

#include "container/container.h"

/* Fills c from the files below root, as far as they are there; its type, when that was OTHER and
 * they tell. False: it has no name yet. */
bool storage_read(const char *root, struct container *c);

#endif /* ROOTWATCH_CONTAINER_STORAGE_H */
