/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/facts.h"

#include <fcntl.h>

static bool opened_for_reading(const struct event_open *o)
{
	uint32_t mode = o->oflags & O_ACCMODE;

	return !(o->oflags & O_PATH) && (mode == O_RDONLY || mode == O_RDWR);
}

static void find_open(struct facts *f, const struct event_open *o)
{
	f->file = watch_name(&o->file);
	if (o->write)
		f->wrote = watch_classify(&o->file, WATCH_WRITE);
	if (opened_for_reading(o))
		f->read = watch_classify(&o->file, WATCH_READ);
}

static void find_exec(struct facts *f, const struct event *e)
{
	program_identify(&f->program, e);
	f->package = package_judge(&f->program);
	/* apt asks dpkg many things on its way; the answer to "who asked?" is in apt's own alert. */
	if (f->package == PACKAGE_QUERY && package_tool(e->task.pcomm))
		f->package = PACKAGE_NONE;
}

void facts_find(struct facts *f, const struct event *e)
{
	memset(f, 0, offsetof(struct facts, program));
	f->e = e;
	f->root = e->blocked || e->creds.root != WIRE_ROOT_NONE;
	switch (e->kind) {
	case EVENT_OPEN:
		find_open(f, &e->open);
		break;
	case EVENT_EXEC:
		find_exec(f, e);
		break;
	case EVENT_CONNECT:
		f->listener = listener_judge(e);
		break;
	default:
		break;
	}
}
