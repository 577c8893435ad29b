/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_DEMO_PACKAGE_H
#define ROOTWATCH_DEMO_PACKAGE_H

#include <limits.h>

#include "sandbox/sandbox.h"

/*
 * Builds a package that holds one text file, with the distribution's own tools, below dir.
 * Gives 0 and its path, or -errno with the reason in why.
 */
int package_build(char path[static PATH_MAX], const char *dir, char why[static SANDBOX_WHY_MAX]);

#endif /* ROOTWATCH_DEMO_PACKAGE_H */
