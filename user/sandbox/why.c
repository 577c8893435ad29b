// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/why.h"

int sandbox_why(char why[static SANDBOX_WHY_MAX], int err, const char *format, ...)
{
	char what[SANDBOX_WHY_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	(void)snprintf(why, SANDBOX_WHY_MAX, "%.180s: %s", what, strerrordesc_np(-err));
	return err;
}
