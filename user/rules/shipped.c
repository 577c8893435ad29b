/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in rules: user/rules/rootwatch.yaml, as it is, inside the program. */
#include "rules/ruleset.h"

/* clang-format off */
__asm__(".section .rodata\n"
	".global rules_shipped, rules_shipped_end\n"
	".hidden rules_shipped, rules_shipped_end\n"
	"rules_shipped:\n"
	".incbin \"user/rules/rootwatch.yaml\"\n"
	"rules_shipped_end:\n"
	".byte 0\n"
	".previous\n");
/* clang-format on */

extern const char rules_shipped[];
extern const char rules_shipped_end[];

struct rule_text ruleset_shipped(void)
{
	return (struct rule_text){"built-in rules", rules_shipped,
				  (size_t)(rules_shipped_end - rules_shipped)};
}
