/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a condition. */
#ifndef ROOTWATCH_RULES_LANG_LEXER_H
#define ROOTWATCH_RULES_LANG_LEXER_H

#include "rules/lang/syntax.h"

struct lexer {
	struct arena *arena;
	struct rule_log *log;
	const struct text *text;
	size_t at;
};

void lexer_blanks(struct lexer *l);
bool lexer_end(const struct lexer *l);
/* The byte here; '\0' at the end. */
char lexer_peek(const struct lexer *l);
struct rule_pos lexer_pos(const struct lexer *l);
/* Takes the byte when it is this one. */
bool lexer_take(struct lexer *l, char c);
/* Takes the word when it stands here and nothing that would prolong it. */
bool lexer_word(struct lexer *l, const char *word);
/* Letters, digits, _ and . from a letter on: how many bytes of a name stand here. */
size_t lexer_name(const struct lexer *l);
/* All up to a blank or one of ()"'=,  : how many bytes of a bare value stand here. */
size_t lexer_bare(const struct lexer *l);

/* What stands here, as messages show it. */
struct shown lexer_shown(const struct lexer *l);

/* 0; -EINVAL: the log says why; -ENOMEM. */
int lexer_quoted(struct lexer *l, struct word *out);
int lexer_take_bytes(struct lexer *l, size_t n, struct word *out);
int lexer_value(struct lexer *l, struct word *out);
int lexer_argument(struct lexer *l, struct word *out);

/* -EINVAL, with the message. */
int lexer_fail(const struct lexer *l, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* ROOTWATCH_RULES_LANG_LEXER_H */
