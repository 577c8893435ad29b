// SPDX-License-Identifier: Apache-2.0
/* What an exec really ran: rootwatch.exec.*, rootwatch.program.*, rootwatch.package. */
#include "base/path.h"
#include "rules/package.h"
#include "rules/value/file.h"
#include "rules/value/internal.h"
#include "rules/value/privilege.h"

/* A library path may be long: it must not take the memory that other fields need. */
#define LIBDIRS_SCRATCH 16384

static struct str resolved(struct str base, struct str asked, struct value_scratch *scratch)
{
	size_t cap = (size_t)base.len + asked.len + 8, len;
	char *buf = asked.len > 0 ? scratch_take(scratch, cap) : NULL;
	struct event_file f = {.fs_magic = 0};

	if (!buf)
		return STR_LIT("");
	len = path_resolve(buf, cap, base, asked);
	scratch->used -= cap - len;
	/* /proc/self/root/tmp/x is /tmp/x */
	f.path = (struct str){buf, (uint32_t)len, (uint32_t)len};
	return file_asked_path(&f);
}

/*
 * What a dynamic loader was told to run. A name without '/' is looked for in the library path by
 * glibc's, in the working directory by musl's.
 */
static void add_loaded(struct value *v, const struct program *p, struct str cwd,
		       struct value_scratch *scratch)
{
	struct str path = p->loaded, left = p->libdirs;
	size_t enough = scratch->used + LIBDIRS_SCRATCH;

	add_str(v, resolved(cwd, path, scratch), scratch);
	if (path.len == 0 || memchr(path.p, '/', path.len))
		return;
	while (left.len > 0 && v->n_list < VALUE_LIST_MAX && scratch->used < enough) {
		struct str dir = cwd;
		uint32_t n = 0;

		while (n < left.len && left.p[n] != ':' && left.p[n] != ';')
			n++;
		if (n > 0)
			dir = resolved(cwd, (struct str){left.p, n, n}, scratch);
		add_str(v, resolved(dir, path, scratch), scratch);
		n += n < left.len;
		left = (struct str){left.p + n, left.len - n, left.len - n};
	}
}

static bool set_paths(struct value *v, const struct event *e, struct value_scratch *scratch)
{
	const struct event_exec *x = &e->exec;
	struct program p;

	program_identify(&p, e);
	add_str(v, x->exe.path, scratch);
	add_str(v, file_rootpath(&x->exe), scratch);
	/* Of a script only the name is known that it was asked by, not where that leads. */
	if (x->script)
		add_str(v, resolved(e->cwd, x->filename, scratch), scratch);
	add_str(v, resolved(e->cwd, p.script, scratch), scratch);
	add_loaded(v, &p, e->cwd, scratch);
	if (p.input)
		add_str(v, x->input, scratch);
	return true;
}

/* Arguments with NULs between them, behind others. */
static size_t add_words(const char *before, struct str words, struct value_scratch *scratch)
{
	struct str copy;
	size_t len;

	if (words.len > 0 && words.p[words.len - 1] == '\0')
		words.len--;
	if (words.len == 0)
		return 0;
	len = scratch_copy(scratch, before, strlen(before)).len;
	copy = scratch_copy(scratch, words.p, words.len);
	for (uint32_t i = 0; i < copy.len; i++) {
		if (copy.p[i] == '\0')
			scratch->bytes[(size_t)(copy.p - scratch->bytes) + i] = ' ';
	}
	return len + copy.len;
}

static bool set_args(struct value *v, const struct program *p, struct value_scratch *scratch)
{
	char *start = scratch->bytes + scratch->used;
	size_t len = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (i > 0)
			len += scratch_copy(scratch, " ", 1).len;
		if (p->args[i].len > 0)
			len += scratch_copy(scratch, p->args[i].p, p->args[i].len).len;
	}
	/* Whoever pads hides nothing: what is not told apart is there all the same. */
	if (p->n > 0) {
		len += add_words(" ", p->more, scratch);
		len += add_words(" ... ", p->tail, scratch);
	}
	return set_str(v, (struct str){start, (uint32_t)len, (uint32_t)len});
}

static bool set_package(struct value *v, const struct program *p, const struct event *e)
{
	switch (package_judge(p)) {
	case PACKAGE_ACT:
		return set_str(v, STR_LIT("act"));
	case PACKAGE_QUERY:
		/* apt asks dpkg many things on its way; who asked is in apt's own alert. */
		if (package_tool(e->task.pcomm))
			return set_missing(v);
		return set_str(v, STR_LIT("query"));
	default:
		return set_missing(v);
	}
}

static bool set_gained(struct value *v, const struct event *e, struct value_scratch *scratch)
{
	unsigned gain = privilege_of_exec(e);

	if (gain & PRIVILEGE_ROOT)
		add_str(v, STR_LIT("root"), scratch);
	if (gain & PRIVILEGE_GROUP)
		add_str(v, STR_LIT("group"), scratch);
	if (gain & PRIVILEGE_MAJOR)
		add_str(v, STR_LIT("major"), scratch);
	if (gain & PRIVILEGE_MINOR)
		add_str(v, STR_LIT("minor"), scratch);
	return true;
}

static bool set_piped(struct value *v, const struct event_piped *list,
		      struct value_scratch *scratch)
{
	for (uint32_t i = 0; list && i < list->n; i++)
		add_str(v, list->names[i], scratch);
	return true;
}

static struct str gain(const struct event_exec *x)
{
	static const struct str gains[] = {
		STR_LIT(""),	       STR_LIT("suid"),
		STR_LIT("sgid"),       STR_LIT("suid,sgid"),
		STR_LIT("fcaps"),      STR_LIT("suid,fcaps"),
		STR_LIT("sgid,fcaps"), STR_LIT("suid,sgid,fcaps"),
	};

	return gains[(x->flags & WIRE_EXEC_SUID ? 1u : 0) | (x->flags & WIRE_EXEC_SGID ? 2u : 0) |
		     (x->flags & WIRE_EXEC_FCAPS ? 4u : 0)];
}

/* Of a time since boot. */
static int64_t real_time(const struct event *e, uint64_t btime)
{
	return (int64_t)(e->time - e->btime + btime);
}

/* From the change of the program's inode to a start, or back; missing where that is less than 0. */
static bool set_since_change(struct value *v, const struct event *e, int64_t start, bool to_start)
{
	int64_t change = e->exec.exe_ctime, from = to_start ? change : start;
	bool known = change != 0 && (to_start ? e->task.start : e->exec.init_start) != 0;

	if (!known || from > (to_start ? start : change))
		return set_missing(v);
	return set_num(v, (int64_t)((uint64_t)(to_start ? start : change) - (uint64_t)from));
}

static bool of_program(struct value *v, const struct event *e, enum field_id id,
		       struct value_scratch *scratch)
{
	struct program p;

	if (id != F_PROGRAM_NAME && id != F_PROGRAM_ARGS && id != F_PROGRAM_INPUT &&
	    id != F_PACKAGE)
		return false;
	program_identify(&p, e);
	if (id == F_PROGRAM_NAME)
		return set_str(v, p.name);
	if (id == F_PROGRAM_INPUT)
		return set_bool(v, p.input);
	return id == F_PACKAGE ? set_package(v, &p, e) : set_args(v, &p, scratch);
}

bool value_of_exec(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch)
{
	enum field_id id = use->id;
	const struct event_exec *x = &e->exec;
	char text[EVENT_HASH_TEXT];
	struct str hash;

	if (e->kind != EVENT_EXEC)
		return false;
	switch (id) {
	case F_PROC_EXE_CTIME:
		return set_num_if(v, x->exe_ctime != 0, x->exe_ctime);
	case F_PROC_EXE_MTIME:
		return set_num_if(v, x->exe_mtime != 0, x->exe_mtime);
	case F_PROC_CTIME_DURATION:
		return set_since_change(v, e, real_time(e, e->task.start), true);
	case F_PIDNS_DURATION:
		return set_since_change(v, e, real_time(e, x->init_start), false);
	case F_PIDNS_START:
	case F_CONTAINER_START:
		return set_num_if(v, x->init_start != 0, real_time(e, x->init_start));
	case F_EXEC_FILENAME:
		return set_str(v, x->filename);
	case F_EXEC_SCRIPT:
		return set_bool(v, x->script);
	case F_EXEC_INTERP:
		return set_str(v, x->script ? x->interp : STR_LIT(""));
	case F_EXEC_ARGV_LEN:
		return set_num(v, x->argv_len);
	case F_EXEC_TRUNCATED:
		return set_bool(v, event_argv_cut(x));
	case F_EXEC_ARGV_HASH:
		hash = event_argv_hash(x, text);
		return set_str(v, scratch_copy(scratch, hash.p, hash.len));
	case F_EXEC_GAIN:
		return set_str(v, gain(x));
	case F_EXEC_STDIO_NET:
		return set_bool(v, x->flags & WIRE_EXEC_NET);
	case F_EXEC_LOADED_NEW:
		return set_bool(v, x->loaded_ctime != 0 && x->init_start != 0 &&
					   x->loaded_ctime > real_time(e, x->init_start));
	case F_EXEC_INPUT:
		return set_str(v, x->input);
	case F_EXEC_PIPED_FROM:
		return set_piped(v, x->from, scratch);
	case F_EXEC_PIPED_TO:
		return set_piped(v, x->to, scratch);
	case F_EXEC_GAINED:
		return set_gained(v, e, scratch);
	case F_EXEC_PATHS:
		return set_paths(v, e, scratch);
	default:
		return of_program(v, e, id, scratch);
	}
}
