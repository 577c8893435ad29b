/* SPDX-License-Identifier: Apache-2.0 */
/* The overlays: the host's directories below, the image's files above, changes in memory. */
#ifndef ROOTWATCH_SANDBOX_OVERLAY_H
#define ROOTWATCH_SANDBOX_OVERLAY_H

#include "sandbox/sandbox.h"

/* Files of an image. */
#define OVERLAY_IMAGE_MAX 8

/*
 * Mounts the root at base/root; base is an empty tmpfs. sources: for each file of o's image a
 * descriptor to copy from, or -1 when it has a text. Gives 0, or -errno with the reason in why.
 */
int overlay_build(const struct sandbox_options *o, const int sources[static OVERLAY_IMAGE_MAX],
		  const char *base, char why[static SANDBOX_WHY_MAX]);

#endif /* ROOTWATCH_SANDBOX_OVERLAY_H */
