/* SPDX-License-Identifier: Apache-2.0 */
/* Files that their class alone does not tell apart. */
#include "rules/facts.h"

#define WROTE_SSH(f) ((f)->wrote & (1u << WATCH_C_SSH))

static bool is_authorized_keys(struct str name)
{
	return str_is(name, "authorized_keys") || str_is(name, "authorized_keys2");
}

bool match_authorized_keys(const struct facts *f)
{
	return WROTE_SSH(f) && is_authorized_keys(f->file);
}

bool match_ssh_config(const struct facts *f)
{
	return WROTE_SSH(f) && !is_authorized_keys(f->file);
}
