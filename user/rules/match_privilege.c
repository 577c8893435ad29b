/* SPDX-License-Identifier: Apache-2.0 */
/* Privilege raised: by the setuid family, or by what an executed file carries. */
#include "rules/facts.h"
#include "rules/value/privilege.h"

bool match_setid_raise(const struct facts *f)
{
	return privilege_of_setid(f->e) == PRIVILEGE_RAISED;
}

bool match_setid_regain(const struct facts *f)
{
	return privilege_of_setid(f->e) == PRIVILEGE_REGAINED;
}

bool match_suid_exec(const struct facts *f)
{
	return privilege_of_exec(f->e) & PRIVILEGE_ROOT;
}

bool match_sgid_exec(const struct facts *f)
{
	return privilege_of_exec(f->e) & PRIVILEGE_GROUP;
}

bool match_fcaps_exec(const struct facts *f)
{
	return privilege_of_exec(f->e) & PRIVILEGE_MAJOR;
}

bool match_fcaps_minor(const struct facts *f)
{
	return privilege_of_exec(f->e) & PRIVILEGE_MINOR;
}
