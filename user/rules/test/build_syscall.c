// SPDX-License-Identifier: Apache-2.0
/* Another system call: its arguments are given by the words that they are printed as. */

#include "rules/test/parts.h"

#define BITS	48
#define S_BLOCK 0060000 /* the only type of a node that can be made and is not one bit */

typedef struct str (*texter)(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT]);

/* Sets argument n to the value below max, or the bit, that is printed as that word. */
static bool find_word(struct event_syscall *s, unsigned n, struct str word, texter text)
{
	struct event_syscall one = *s;
	char buf[EVENT_CALL_TEXT];

	memset(one.args + WIRE_SYSCALL_ARGS, 0, WIRE_SYSCALL_WORDS * sizeof(one.args[0]));
	for (unsigned i = 0; i <= BITS; i++) {
		one.args[n - 1] = i < BITS ? 1ull << i : S_BLOCK;
		if (str_eq(text(&one, buf), word)) {
			s->args[n - 1] |= one.args[n - 1];
			return true;
		}
	}
	return false;
}

/* What is taken away, and not set, is in the word behind it. */
static bool find_flag(struct event_syscall *s, unsigned n, struct str word, texter text)
{
	struct event_syscall none = *s;
	bool found;

	if (!str_starts(word, "-") || n != WIRE_CALL_WORD(0))
		return find_word(s, n, word, text);
	memset(none.args + WIRE_SYSCALL_ARGS, 0, WIRE_SYSCALL_WORDS * sizeof(none.args[0]));
	found = find_word(&none, n, (struct str){word.p + 1, word.len - 1, word.len - 1}, text);
	if (found)
		s->args[n] |= none.args[n - 1];
	return found;
}

static void set_words(struct build *b, enum field_id id, unsigned n, texter text)
{
	struct str left = input_str(&b->in, id, STR_LIT(""));

	while (left.len > 0) {
		struct str word = left;
		uint32_t used;

		word.len = 0;
		while (word.len < left.len && left.p[word.len] != '|')
			word.len++;
		word.full = word.len;
		if (n == 0 || !find_flag(&b->event.sys, n, word, text)) {
			input_fail(&b->in, id, "%s cannot be %.*s for this call", field_name(id),
				   (int)word.len, word.p);
			return;
		}
		used = word.len + (word.len < left.len);
		left = (struct str){left.p + used, left.len - used, left.len - used};
	}
}

/* "S_IFCHR|S_IRUSR": the type of a node is not one bit. */
static struct str mode_text(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	static const struct {
		uint64_t bits;
		struct str name;
	} types[] = {{0010000, STR_LIT("S_IFIFO")},
		     {0020000, STR_LIT("S_IFCHR")},
		     {S_BLOCK, STR_LIT("S_IFBLK")}};
	const struct event_call *row = event_call(s->call);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (event_call_arg(s, row->mode) == types[i].bits)
			return types[i].name;
	return event_call_mode(s, buf);
}

static void set_request(struct build *b)
{
	struct event_syscall *s = &b->event.sys;
	unsigned arg = event_call_request_arg(s->call);
	struct str word = input_str(&b->in, F_ARG_REQUEST, STR_LIT(""));
	const char *name = NULL;

	if (word.len == 0 && s->call == WIRE_CALL_PTRACE)
		word = STR_LIT("PTRACE_ATTACH");
	if (word.len == 0)
		return;
	for (size_t i = 0; arg && (name = event_call_request_name(s->call, i)); i++) {
		s->args[arg - 1] = event_call_request_number(s->call, i);
		if (str_is(word, name))
			return;
	}
	input_fail(&b->in, F_ARG_REQUEST, "evt.arg.request is such as PTRACE_ATTACH");
}

/* "10 1092": hexadecimal, the first ones. */
static void set_args(struct build *b)
{
	struct str words = input_str(&b->in, F_CALL_ARGS, STR_LIT(""));

	for (size_t i = 0; words.len > 0; i++) {
		const char *end = memchr(words.p, ' ', words.len);
		uint32_t len = end ? (uint32_t)(end - words.p) : words.len;
		uint64_t v;

		if (i == WIRE_SYSCALL_ARGS ||
		    !input_hexadecimal((struct str){words.p, len, len}, &v)) {
			input_fail(&b->in, F_CALL_ARGS,
				   "rootwatch.call.args are up to five hexadecimal numbers");
			return;
		}
		b->event.sys.args[i] = v;
		len += end ? 1 : 0;
		words = (struct str){words.p + len, words.len - len, 0};
	}
}

/* Where it led, when that is said beside what was asked for. */
static void set_resolved(struct build *b, struct event_call_path *path)
{
	path->resolved = !input_bool(&b->in, F_CALL_UNRESOLVED, true);
	path->asked = input_str(&b->in, F_CALL_ASKED, path->asked);
	path->hostpath = input_str(&b->in, F_HOST_PATH, (struct str){NULL, 0, 0});
	if (path->resolved && str_starts(path->asked, "/"))
		path->named = path->asked;
}

void build_syscall(struct build *b, uint32_t call)
{
	const struct event_call *row = event_call(call);
	struct event_syscall *s = &b->event.sys;
	bool two = row->path[1] && !row->fd, name = row->dir[0] == WIRE_CALL_A_NAME;

	s->call = call;
	set_args(b);
	set_request(b);
	if (call == WIRE_CALL_CAPSET)
		s->args[WIRE_SYSCALL_ARGS] = build_capabilities(&b->in, F_CALL_GAINED);
	if (call == WIRE_CALL_SETNS)
		set_words(b, F_ARG_NSTYPE, row->flags, event_call_flags);
	else if (row->flags)
		set_words(b, F_ARG_FLAGS, row->flags, event_call_flags);
	if (row->mode)
		set_words(b, F_ARG_MODE, row->mode, mode_text);
	if (two || name)
		s->paths[0].named = input_str(&b->in, F_CALL_FROM, STR_LIT("/data/from"));
	else if (row->path[1])
		s->paths[1].named = input_str(&b->in, F_CALL_FROM, STR_LIT("/data/from"));
	if (two && row->dir[1] == WIRE_CALL_A_NAME)
		s->paths[1].named = input_str(&b->in, F_ARG_KEY, STR_LIT("key"));
	else if (two || (!name && (row->path[0] || row->fd)))
		s->paths[two].named = input_str(&b->in, F_FD_NAME, STR_LIT("/data/file"));
	for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++)
		s->paths[i].asked = s->paths[i].path = s->paths[i].named;
	if (row->fd)
		s->paths[0].asked = STR_LIT("");
	set_resolved(b, &s->paths[two]);
}
