// SPDX-License-Identifier: Apache-2.0
#include "output/fields.h"

#include <errno.h>

/* clang-format off */
#define FIELD_KEY(id, name, type, null, when, kinds, meaning, example) [F_##id] = JSON_KEY(name),
#define FIELD_FITS(id, name, type, null, when, kinds, meaning, example)                            \
	_Static_assert(sizeof(",\"" name "\":") - 1 <= JSON_KEY_MAX, "raise JSON_KEY_MAX");
/* clang-format on */

FIELD_LIST(FIELD_FITS)

const struct json_key field_keys[F_END] = {FIELD_LIST(FIELD_KEY)};

static const char *const type_names[] = {[FIELD_STRING] = "string",
					 [FIELD_NUMBER] = "number",
					 [FIELD_BOOL] = "bool",
					 [FIELD_STRINGS] = "strings"};

static const char *const when_names[] = {
	[FIELD_ALWAYS] = "", [FIELD_ALERT] = " (alerts)", [FIELD_BLOCKED] = " (when blocked)"};

/* One letter for each kind of line. */
static void kinds_letters(unsigned kinds, char out[static 7])
{
	static const struct {
		unsigned bit;
		char letter;
	} letters[] = {{FIELD_EXEC, 'e'},    {FIELD_SETID, 's'}, {FIELD_OPEN, 'o'},
		       {FIELD_CONNECT, 'c'}, {FIELD_EXIT, 'x'},	 {FIELD_LOST, 'l'}};

	for (size_t i = 0; i < 6; i++)
		out[i] = kinds & letters[i].bit ? letters[i].letter : '-';
	out[6] = '\0';
}

int fields_print(FILE *f)
{
	char kinds[7];

	(void)fputs("Fields of output_fields. A field that does not apply to an event is absent;\n"
		    "one that applies but is not known is null.\n"
		    "In: e exec, s setuid family, o open, c connect, x exit, l events lost.\n\n",
		    f);
	(void)fprintf(f, "%-31s %-14s %-6s  %s\n", "Field", "Type", "In", "Meaning, example");
	for (size_t i = 0; i < F_END; i++) {
		const struct field *d = &field_table[i];

		kinds_letters(d->kinds, kinds);
		(void)fprintf(f, "%-31s %s%-*s %-6s  %s%s, %s\n", d->name, type_names[d->type],
			      (int)(14 - strlen(type_names[d->type])), d->null ? "|null" : "",
			      kinds, d->meaning, when_names[d->when], d->example);
	}
	return fflush(f) || ferror(f) ? -EIO : 0;
}
