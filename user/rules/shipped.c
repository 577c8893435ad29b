/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in rules: user/rules/rootwatch.yaml, as it is, inside the program. */
#include <stdint.h>

#include "rules/ruleset.h"

/* clang-format off */
__asm__(".section .rodata\n"
	".global rules_shipped, rules_shipped_size\n"
	".hidden rules_shipped, rules_shipped_size\n"
	"rules_shipped:\n"
	".incbin \"user/rules/rootwatch.yaml\"\n"
	"0:\n"
	".byte 0\n"
	".balign 8\n"
	"rules_shipped_size:\n"
	".quad 0b - rules_shipped\n"
	".previous\n");
/* clang-format on */

extern const char rules_shipped[];
extern const uint64_t rules_shipped_size;

struct rule_text ruleset_shipped(void)
{
	return (struct rule_text){"built-in rules", rules_shipped, rules_shipped_size};
}
