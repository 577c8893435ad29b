// SPDX-License-Identifier: Apache-2.0
/* What every kind of event has: evt.* and what names the thread. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/tier.h"
#include "rules/value/internal.h"

static char hostname[65];

static void find_hostname(void)
{
	gethostname(hostname, sizeof(hostname) - 1);
}

static struct str host(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_hostname);
	return str_from(hostname);
}

static struct str result(const struct event *e)
{
	if (e->ret >= 0)
		return STR_LIT("SUCCESS");
	return names_errno(e->ret == INT32_MIN ? INT32_MAX : -e->ret);
}

/* By the call alone: rules are sorted by it before there is an event. */
static bool works_on_file(uint32_t call)
{
	const struct event_call *row = event_call(call);
	size_t i = row && row->path[1];

	return row && (row->fd || (row->path[i] && row->dir[i] != WIRE_CALL_A_NAME));
}

static struct str category(const struct event *e)
{
	switch (e->kind) {
	case EVENT_EXEC:
	case EVENT_EXIT:
		return STR_LIT("process");
	case EVENT_SETID:
		return STR_LIT("user");
	case EVENT_OPEN:
		return STR_LIT("file");
	case EVENT_CONNECT:
	case EVENT_NET:
		return STR_LIT("net");
	case EVENT_SYSCALL:
		return works_on_file(e->sys.call) ? STR_LIT("file") : STR_LIT("process");
	default:
		return STR_LIT("");
	}
}

static bool opened_for_reading(const struct event_open *o)
{
	unsigned mode = o->oflags & O_ACCMODE;

	return (mode == O_RDONLY || mode == O_RDWR) && !(o->oflags & O_PATH);
}

/* An mmap has others. */
static bool open_flags(struct value *v, const struct event_open *o, enum field_id id,
		       struct value_scratch *scratch)
{
	char buf[EVENT_CALL_TEXT];
	struct str text;

	if (o->call != WIRE_CALL_MMAP)
		return id == F_ARG_FLAGS ? set_str(v, names_open_flags(o->oflags)) : set_missing(v);
	text = id == F_ARG_FLAGS ? event_mapping_flags(o, buf) : event_mapping_prot(o, buf);
	return set_str(v, scratch_copy(scratch, text.p, text.len));
}

/* What was moved away lies at fd.name now, which nobody may watch: a sentence has to name the other
 * path, too. */
static bool act(struct value *v, const struct event *e, struct value_scratch *scratch)
{
	struct str type = str_from(event_type(e)), from, text = {0};
	char *p;

	if (e->kind != EVENT_SYSCALL || !event_call_renames(&e->sys))
		return set_str(v, type);
	from = event_call_from(&e->sys);
	text.len = type.len + strlen(" of ") + from.len;
	p = from.len ? scratch_take(scratch, text.len) : NULL;
	if (!p)
		return set_str(v, type);
	text.p = p;
	p = mempcpy(p, type.p, type.len);
	p = mempcpy(p, " of ", strlen(" of "));
	memcpy(p, from.p, from.len);
	return set_str(v, text);
}

/* forms: what was done and, behind a bar, what was tried. NULL: not asked for. */
static bool did(struct value *v, const struct event *e, const char *forms,
		struct value_scratch *scratch)
{
	static const char tried[] = "tried to ";
	size_t done = forms ? strcspn(forms, "|") : 0, len;
	char *p;

	if (done == 0 || !forms[done])
		return set_missing(v);
	if (e->ret >= 0)
		return set_str(v, (struct str){forms, (uint32_t)done, (uint32_t)done});
	forms += done + 1;
	len = sizeof(tried) - 1 + strlen(forms);
	p = scratch_take(scratch, len);
	if (!p)
		return set_missing(v);
	memcpy(mempcpy(p, tried, sizeof(tried) - 1), forms, strlen(forms));
	return set_str(v, (struct str){p, (uint32_t)len, (uint32_t)len});
}

/* Only setuid's is known: the other calls may have been told to leave the effective uid alone. */
static bool asked_user(struct value *v, const struct event *e, struct value_scratch *scratch)
{
	uint32_t uid = e->creds.ns_euid;
	char text[12];
	int n;

	if (e->setid.call != WIRE_CALL_SETUID || e->ret < 0 || uid == UINT32_MAX)
		return set_missing(v);
	if (uid == 0)
		return set_str(v, STR_LIT("root"));
	n = snprintf(text, sizeof(text), "%u", uid);
	return set_str(v, scratch_copy(scratch, text, (size_t)n));
}

bool value_of_event(struct value *v, const struct event *e, const struct field_use *use,
		    struct value_scratch *scratch)
{
	enum field_id id = use->id;
	switch (id) {
	case F_SCHEMA:
		return set_num(v, 1);
	case F_TIME:
		return set_num(v, (int64_t)e->time);
	case F_TYPE:
		return set_str(v, str_from(event_type(e)));
	case F_ACT:
		return act(v, e, scratch);
	case F_NUM:
		return set_num(v, (int64_t)e->num);
	case F_DIR:
		return set_str(v, STR_LIT("<"));
	case F_RES:
	case F_ARG_RES:
		return set_str(v, result(e));
	case F_RAWRES:
		return set_num(v, e->ret);
	case F_FAILED:
		return set_bool(v, e->ret < 0);
	case F_DID:
		return did(v, e, use->arg, scratch);
	case F_IS_OPEN_WRITE:
		return set_bool(v, e->open.write);
	case F_IS_OPEN_READ:
		return set_bool(v, opened_for_reading(&e->open));
	case F_IS_OPEN_EXEC:
		return set_bool(v, e->open.created && S_ISREG(e->open.file.mode) &&
					   (e->open.file.mode & 0111));
	case F_ARG_FLAGS:
	case F_ARG_PROT:
		return open_flags(v, &e->open, id, scratch);
	case F_ARG_UID:
		return asked_user(v, e, scratch);
	case F_CATEGORY:
		return set_str(v, category(e));
	case F_PROC_PID_TS:
		return set_num_if(v, e->task.start != 0,
				  (int64_t)(e->time - e->btime + e->task.start));
	case F_HOSTNAME:
		return set_str(v, host());
	case F_BLOCKED:
		return set_bool(v, e->blocked);
	case F_TIER:
		return set_str(v, str_from(tier_name(e->tier)));
	case F_COMPAT:
		return set_bool(v, e->compat);
	case F_IO_URING:
		return set_bool(v, e->io_uring);
	case F_TRUNCATED:
		return set_bool(v, e->truncated);
	default:
		return false;
	}
}
