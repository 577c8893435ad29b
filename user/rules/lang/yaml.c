// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "rules/lang/log.h"
#include "base/utf8.h"

/* A container that is being read. */
struct level {
	struct yaml *node;
	size_t room;
};

struct loader {
	struct arena *arena;
	struct rule_log *log;
	const struct rule_text *text;
	const char *bytes; /* behind a byte order mark */
	size_t len;
	yaml_parser_t parser;
	struct dict anchors;
	struct level stack[YAML_DEPTH_MAX];
	unsigned depth;
	size_t nodes;
	struct yaml *root;
	/* From libyaml's count of characters to bytes: it only grows. */
	size_t at_char, at_byte;
	bool failed;
};

static struct rule_pos pos_of(const struct loader *l, yaml_mark_t mark)
{
	return (struct rule_pos){l->text->name, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

__attribute__((format(printf, 3, 4))) static int fail(struct loader *l, struct rule_pos pos,
						      const char *format, ...)
{
	char why[300];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	log_error(l->log, pos, "%s", why);
	l->failed = true;
	return -EINVAL;
}

/* ---- scalars -------------------------------------------------------------------------------- */

static size_t byte_of(struct loader *l, size_t index)
{
	while (l->at_char < index && l->at_byte < l->len) {
		l->at_byte++;
		while (l->at_byte < l->len && ((unsigned char)l->bytes[l->at_byte] & 0xc0) == 0x80)
			l->at_byte++;
		l->at_char++;
	}
	return l->at_byte;
}

/* Where the value itself begins: behind an anchor, a tag, the quote, the header of a block. */
static struct text_raw raw_of(struct loader *l, const yaml_event_t *event)
{
	struct text_raw raw = {.pos = pos_of(l, event->start_mark), .style = ' '};
	yaml_scalar_style_t style = event->data.scalar.style;
	const char *p = l->bytes + byte_of(l, event->start_mark.index);
	const char *start = p;

	raw.end = l->bytes + byte_of(l, event->end_mark.index);
	while (p < raw.end && (*p == '&' || *p == '!')) {
		while (p < raw.end && *p != ' ' && *p != '\t' && *p != '\n' && *p != '\r')
			p++;
		while (p < raw.end && (*p == ' ' || *p == '\t'))
			p++;
	}
	raw.pos.column += (uint32_t)(p - start);
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE) {
		while (p < raw.end && *p != '\n')
			p++;
		if (p < raw.end) {
			p++;
			raw.pos.line++;
			raw.pos.column = 1;
		}
		raw.style = '|';
	} else if (p < raw.end && (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ||
				   style == YAML_SINGLE_QUOTED_SCALAR_STYLE)) {
		raw.style = *p++;
		raw.pos.column++;
	}
	raw.from = p;
	return raw;
}

static int read_scalar(struct loader *l, struct yaml *node, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct text_raw raw = raw_of(l, event);
	char *copy;

	if (memchr(value, '\0', len))
		return fail(l, node->pos, "a NUL character in a value: it cannot be used here");
	copy = arena_copy(l->arena, value, len);
	if (!copy)
		return -ENOMEM;
	node->text = text_align(l->arena, copy, len, raw);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node->text.p ? 0 : -ENOMEM;
}

/* ---- the tree ------------------------------------------------------------------------------- */

static int check_key(struct loader *l, const struct yaml *map, const struct yaml *key)
{
	if (key->kind != YAML_SCALAR)
		return fail(l, key->pos, "a key has to be a single word, this is %s",
			    yaml_kind_name(key));
	if (map->n / 2 >= YAML_KEYS_MAX)
		return fail(l, key->pos, "more than %d keys in one mapping", YAML_KEYS_MAX);
	if (strcmp(key->text.p, "<<") == 0 && !key->quoted)
		return fail(l, key->pos, "merge keys (<<) are not supported: write the keys out");
	for (size_t i = 0; i < map->n; i += 2)
		if (strcmp(map->kids[i]->text.p, key->text.p) == 0)
			return fail(l, key->pos, "the key %s stands here twice, first in line %u",
				    SHOW(key->text.p, key->text.len), map->kids[i]->pos.line);
	return 0;
}

/* Into the container that is open, or as the root. */
static int place(struct loader *l, struct yaml *node, struct rule_pos pos)
{
	struct yaml **kids;
	struct level *top;

	l->nodes += node->size;
	if (l->nodes > YAML_NODES_MAX)
		return fail(l, pos,
			    "more than %d values, with aliases counted as what they "
			    "stand for: split the file",
			    YAML_NODES_MAX);
	if (l->depth == 0) {
		l->root = node;
		return 0;
	}
	if (node->height + l->depth > YAML_DEPTH_MAX)
		return fail(l, pos, "nested more than %d levels deep", YAML_DEPTH_MAX);
	top = &l->stack[l->depth - 1];
	if (top->node->kind == YAML_MAP && top->node->n % 2 == 0) {
		int err = check_key(l, top->node, node);

		if (err)
			return err;
	}
	kids = arena_room(l->arena, top->node->kids, top->node->n, &top->room,
			  sizeof(struct yaml *));
	if (!kids)
		return -ENOMEM;
	top->node->kids = kids;
	top->node->kids[top->node->n++] = node;
	return 0;
}

static int anchor(struct loader *l, const yaml_char_t *name, struct yaml *node)
{
	size_t len = name ? strlen((const char *)name) : 0;
	char *copy;

	if (!len)
		return 0;
	copy = arena_copy(l->arena, (const char *)name, len);
	return copy && dict_put(&l->anchors, l->arena, copy, len, node) ? 0 : -ENOMEM;
}

static int take_alias(struct loader *l, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct yaml *node = dict_get(&l->anchors, name, strlen(name));

	if (!node)
		return fail(l, pos_of(l, event->start_mark), "there is no anchor &%s before this",
			    SHOW_STR(name));
	if (node->open)
		return fail(l, pos_of(l, event->start_mark), "the alias *%s stands inside itself",
			    SHOW_STR(name));
	return place(l, node, pos_of(l, event->start_mark));
}

static int open_node(struct loader *l, const yaml_event_t *event, enum yaml_kind kind,
		     const yaml_char_t *name)
{
	struct yaml *node = ARENA_NEW(l->arena, struct yaml);
	int err;

	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->pos = pos_of(l, event->start_mark);
	node->size = 1;
	node->height = 1;
	err = anchor(l, name, node);
	if (!err && kind == YAML_SCALAR)
		err = read_scalar(l, node, event);
	if (!err)
		err = place(l, node, node->pos);
	if (err || kind == YAML_SCALAR)
		return err;
	if (l->depth == YAML_DEPTH_MAX)
		return fail(l, node->pos, "nested more than %d levels deep", YAML_DEPTH_MAX);
	node->open = true;
	l->stack[l->depth++] = (struct level){node, 0};
	return 0;
}

static void close_node(struct loader *l)
{
	struct yaml *node = l->stack[--l->depth].node;

	node->open = false;
	for (size_t i = 0; i < node->n; i++) {
		node->size += node->kids[i]->size;
		if (node->kids[i]->height >= node->height)
			node->height = node->kids[i]->height + 1;
	}
}

static int take(struct loader *l, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return open_node(l, event, YAML_SCALAR, event->data.scalar.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(l, event, YAML_LIST, event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return open_node(l, event, YAML_MAP, event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_node(l);
		return 0;
	case YAML_ALIAS_EVENT:
		return take_alias(l, event);
	default:
		return 0;
	}
}

/* ---- the file ------------------------------------------------------------------------------- */

static struct rule_pos pos_at(const struct loader *l, size_t offset)
{
	struct rule_pos pos = {l->text->name, 1, 1};

	for (size_t i = 0; i < offset && i < l->len; i++) {
		unsigned char c = (unsigned char)l->bytes[i];

		if (c == '\n') {
			pos.line++;
			pos.column = 1;
		} else if ((c & 0xc0) != 0x80) {
			pos.column++;
		}
	}
	return pos;
}

static int check_bytes(struct loader *l)
{
	const char *nul;
	size_t bad;

	if (l->text->len > RULE_TEXT_MAX)
		return fail(l, (struct rule_pos){l->text->name, 1, 1},
			    "the file is larger than %u MB: split it", RULE_TEXT_MAX >> 20);
	nul = memchr(l->bytes, '\0', l->len);
	if (nul)
		return fail(l, pos_at(l, (size_t)(nul - l->bytes)),
			    "a NUL byte: this is no text file");
	bad = utf8_valid(l->bytes, l->len);
	if (bad < l->len)
		return fail(l, pos_at(l, bad), "byte 0x%02x is not UTF-8: save the file as UTF-8",
			    (unsigned char)l->bytes[bad]);
	return 0;
}

static int parser_failed(struct loader *l)
{
	const yaml_parser_t *p = &l->parser;

	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (p->error == YAML_READER_ERROR)
		return fail(l, pos_at(l, p->problem_offset), "not YAML: %s (0x%02x)", p->problem,
			    (unsigned)p->problem_value);
	return fail(l, pos_of(l, p->problem_mark), "not YAML: %s%s%s", p->context ? p->context : "",
		    p->context ? ": " : "", p->problem ? p->problem : "cannot be read");
}

static int read_all(struct loader *l, struct yaml_document **out)
{
	struct yaml_document **tail = out;
	yaml_event_t event;
	bool end = false;
	int err = 0;

	while (!err && !end) {
		if (!yaml_parser_parse(&l->parser, &event))
			return parser_failed(l);
		err = take(l, &event);
		end = event.type == YAML_STREAM_END_EVENT;
		if (!err && event.type == YAML_DOCUMENT_END_EVENT) {
			*tail = ARENA_NEW(l->arena, struct yaml_document);
			if (!*tail) {
				err = -ENOMEM;
			} else {
				(*tail)->root = l->root;
				tail = &(*tail)->next;
				l->root = NULL;
				memset(&l->anchors, 0, sizeof(l->anchors)); /* they end with it */
			}
		}
		yaml_event_delete(&event);
	}
	return err;
}

int yaml_load(struct yaml_document **out, struct arena *a, const struct rule_text *text,
	      struct rule_log *log)
{
	struct loader l = {.arena = a, .log = log, .text = text};
	struct yaml_document *documents = NULL;
	bool bom = text->len >= 3 && memcmp(text->bytes, "\xef\xbb\xbf", 3) == 0;
	int err;

	l.bytes = text->len ? text->bytes + (bom ? 3 : 0) : "";
	l.len = text->len - (bom ? 3 : 0);
	err = check_bytes(&l);
	if (err)
		return err;
	if (!yaml_parser_initialize(&l.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&l.parser, (const unsigned char *)l.bytes, l.len);
	err = read_all(&l, &documents);
	yaml_parser_delete(&l.parser);
	if (!err)
		*out = documents;
	return err;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key, struct rule_pos *key_pos)
{
	for (size_t i = 0; map->kind == YAML_MAP && i + 1 < map->n; i += 2)
		if (strcmp(map->kids[i]->text.p, key) == 0) {
			if (key_pos)
				*key_pos = map->kids[i]->pos;
			return map->kids[i + 1];
		}
	return NULL;
}

bool yaml_is_null(const struct yaml *y)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (y->kind != YAML_SCALAR || y->quoted)
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strcmp(y->text.p, nulls[i]) == 0)
			return true;
	return false;
}

const char *yaml_kind_name(const struct yaml *y)
{
	if (y->kind == YAML_LIST)
		return "a list";
	if (y->kind == YAML_MAP)
		return "a mapping";
	return yaml_is_null(y) ? "nothing" : "a single value";
}
