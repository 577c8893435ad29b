// SPDX-License-Identifier: Apache-2.0
/* System calls as they were made: evt.arg.*, fs.path.*, and what changes where. */
#include "base/names.h"
#include "rules/value/file.h"
#include "rules/value/internal.h"

/* What a call is called in evt.arg.*: the name behind that. */
#define ARG_PREFIX "evt.arg."

static bool set_arg(struct value *v, const struct event_syscall *s, enum field_id id)
{
	const struct event_call *row = event_call(s->call);
	const char *name = field_name(id) + sizeof(ARG_PREFIX) - 1;

	for (size_t i = 0; row && i < WIRE_SYSCALL_PATHS; i++)
		if (strcmp(row->path_name[i], name) == 0)
			return set_str(v, s->paths[i].path);
	return set_missing(v);
}

static bool set_path(struct value *v, const struct event_call_path *path, bool raw)
{
	return set_str(v, raw ? path->asked : path->path);
}

/* Falco's source and target: of links they are the other way round. */
static bool set_fs(struct value *v, const struct event_syscall *s, bool raw, bool target)
{
	const struct event_call *row = event_call(s->call);
	bool link = s->call == WIRE_CALL_LINK || s->call == WIRE_CALL_LINKAT ||
		    s->call == WIRE_CALL_SYMLINK || s->call == WIRE_CALL_SYMLINKAT;

	if (!row || !row->path[1] || event_call_of_attribute(s))
		return set_missing(v);
	return set_path(v, &s->paths[link ? !target : target], raw);
}

static bool set_fs_name(struct value *v, const struct event_syscall *s, bool raw)
{
	const struct event_call *row = event_call(s->call);

	if (!row || row->path[1] || row->dir[0] == WIRE_CALL_A_NAME)
		return set_missing(v);
	return set_path(v, &s->paths[0], raw);
}

/* Where it led, and what it was called: between the call and the look a link can have changed. */
static void add_paths(struct value *v, const struct event_call_path *path,
		      struct value_scratch *scratch)
{
	struct event_file f = {.path = path->named};

	add_str(v, path->path, scratch);
	add_str(v, path->rootpath, scratch);
	add_str(v, path->named, scratch);
	add_str(v, file_asked_path(&f), scratch);
}

static bool set_text(struct value *v, struct str text, struct value_scratch *scratch)
{
	return set_str(v, text.len > 0 ? scratch_copy(scratch, text.p, text.len) : text);
}

static bool of_numbers(struct value *v, const struct event_syscall *s, enum field_id id,
		       struct value_scratch *scratch)
{
	char buf[EVENT_CALL_TEXT];
	bool setns = s->call == WIRE_CALL_SETNS;

	switch (id) {
	case F_ARG_FLAGS:
		return setns ? set_missing(v) : set_text(v, event_call_flags(s, buf), scratch);
	case F_ARG_NSTYPE:
		return !setns ? set_missing(v) : set_text(v, event_call_flags(s, buf), scratch);
	case F_ARG_MODE:
		return set_text(v, event_call_mode(s, buf), scratch);
	case F_ARG_REQUEST:
		return set_text(v, event_call_request(s, buf), scratch);
	case F_CALL_ARGS:
		return set_text(v, event_call_args(s, buf), scratch);
	case F_CALL_OWNER:
		return set_id(v, event_call_owner(s));
	case F_CALL_GAINED: /* copied: they live until the next mask is named */
		return set_text(v,
				names_capabilities(s->call == WIRE_CALL_CAPSET ?
							   event_call_arg(s, WIRE_CALL_WORD(0)) :
							   0),
				scratch);
	default:
		return false;
	}
}

static bool of_paths(struct value *v, const struct event_syscall *s, enum field_id id)
{
	switch (id) {
	case F_FS_NAME:
		return set_fs_name(v, s, false);
	case F_FS_NAMERAW:
		return set_fs_name(v, s, true);
	case F_FS_SOURCE:
		return set_fs(v, s, false, false);
	case F_FS_SOURCERAW:
		return set_fs(v, s, true, false);
	case F_FS_TARGET:
		return set_fs(v, s, false, true);
	case F_FS_TARGETRAW:
		return set_fs(v, s, true, true);
	case F_ARG_PATH:
	case F_ARG_PATHNAME:
	case F_ARG_NAME:
	case F_ARG_FILENAME:
	case F_ARG_OLDPATH:
	case F_ARG_NEWPATH:
	case F_ARG_TARGET:
	case F_ARG_LINKPATH:
	case F_ARG_DEV:
	case F_ARG_DIR:
	case F_ARG_KEY:
	case F_ARG_VALUE:
		return set_arg(v, s, id);
	default:
		return false;
	}
}

bool value_of_syscall(struct value *v, const struct event *e, const struct field_use *use,
		      struct value_scratch *scratch)
{
	enum field_id id = use->id;
	const struct event_syscall *s = &e->sys;
	const struct event_call_path *target;
	const struct event_file *file;

	if (e->kind != EVENT_SYSCALL)
		return false;
	target = event_call_target(s);
	file = event_call_file(s);
	switch (id) {
	case F_FD_NAME:
		return set_str(v, event_call_changed(s));
	case F_FD_DEV:
		return set_num_if(v, file, file ? event_stat_dev(file->dev) : 0);
	case F_FD_INO:
		return set_num_if(v, file, file ? (int64_t)file->ino : 0);
	case F_CALL_FROM:
		return set_str(v, event_call_from(s));
	case F_CALL_UNRESOLVED: /* what a descriptor stands for is known */
		return set_bool(v, event_call_unresolved(s));
	case F_CALL_ASKED:
		return set_str(v, target ? target->asked : STR_LIT(""));
	case F_HOST_PATH:
		return set_str(v, target ? target->hostpath : STR_LIT(""));
	case F_FILE_PATHS:
		if (target)
			add_paths(v, target, scratch);
		if (event_call_renames(s))
			add_paths(v, &s->paths[0], scratch);
		return true;
	case F_FILE_NAME:
		return set_str(v, str_basename(event_call_changed(s)));
	default:
		return of_numbers(v, s, id, scratch) || of_paths(v, s, id);
	}
}
