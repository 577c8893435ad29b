/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The place of the next message, about the file as a whole; NULL: there is no room. */
static struct rule_message *next_message(struct rule_log *log, const char *path)
{
	struct rule_message *m;

	if (log->n == RULE_MESSAGES_MAX) {
		log->more++;
		return NULL;
	}
	m = &log->messages[log->n++];
	(void)snprintf(m->file, sizeof(m->file), "%s", path);
	m->pos = (struct rule_pos){.file = m->file, .line = 1, .column = 1};
	return m;
}

void rule_log_file(struct rule_log *log, const char *path, const char *format, ...)
{
	struct rule_message *m = next_message(log, path);
	va_list args;

	log->errors++;
	if (!m)
		return;
	m->severity = RULE_ERROR;
	va_start(args, format);
	vsnprintf(m->text, sizeof(m->text), format, args);
	va_end(args);
}

/* Who can change the rules can switch the detector off: that must be root, or who runs this. */
static int trusted(const struct stat *st, const char *path, struct rule_log *log)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		rule_log_file(log, path,
			      "it belongs to uid %u: rules must belong to root or to who runs "
			      "rootwatch (chown)",
			      (unsigned)st->st_uid);
		return -EINVAL;
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		rule_log_file(log, path, "others than its owner may write it: chmod go-w");
		return -EINVAL;
	}
	return 0;
}

/* The bytes of a regular file; it may grow or shrink meanwhile. */
static int read_all(int fd, size_t size, char **bytes, size_t *len)
{
	char *p = malloc(size + 1);
	size_t n = 0;

	if (!p)
		return -ENOMEM;
	while (n < size) {
		ssize_t got = read(fd, p + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int err = -errno;

			free(p);
			return err;
		}
		if (got == 0)
			break;
		n += (size_t)got;
	}
	p[n] = '\0';
	*bytes = p;
	*len = n;
	return 0;
}

static int add_file(struct rule_texts *t, int fd, const struct stat *st, const char *path,
		    struct rule_log *log)
{
	char *name, *bytes = NULL;
	size_t len = 0;
	int err;

	if (t->n == RULE_FILES_MAX) {
		rule_log_file(log, path, "more than %d files of rules", RULE_FILES_MAX);
		return -EINVAL;
	}
	if (st->st_size > (off_t)RULE_TEXT_MAX) {
		rule_log_file(log, path, "%lld bytes: a file of rules has at most %u",
			      (long long)st->st_size, RULE_TEXT_MAX);
		return -EINVAL;
	}
	err = trusted(st, path, log);
	if (err)
		return err;
	err = read_all(fd, (size_t)st->st_size, &bytes, &len);
	if (err == -ENOMEM)
		return err;
	if (err) {
		rule_log_file(log, path, "cannot be read: %s", strerror(-err));
		return -EINVAL;
	}
	name = strdup(path);
	if (!name) {
		free(bytes);
		return -ENOMEM;
	}
	t->owned[t->n_owned++] = name;
	t->owned[t->n_owned++] = bytes;
	t->texts[t->n++] = (struct rule_text){name, bytes, len};
	return 0;
}

static int is_rules_file(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && ((len > 5 && strcmp(d->d_name + len - 5, ".yaml") == 0) ||
				       (len > 4 && strcmp(d->d_name + len - 4, ".yml") == 0));
}

static int add(struct rule_texts *t, const char *path, bool optional, bool inside,
	       struct rule_log *log);

void rule_texts_warn(const struct rule_texts *t, const char *path, struct rule_log *log)
{
	struct rule_message *m;

	size_t len = strlen(path);

	for (size_t i = 0; i < t->n; i++) {
		const char *name = t->texts[i].name;

		if (strncmp(name, path, len) == 0 && (name[len] == '\0' || name[len] == '/'))
			return;
	}
	m = next_message(log, path);
	if (!m)
		return;
	m->severity = RULE_WARNING;
	(void)snprintf(m->text, sizeof(m->text), "no *.yaml and no *.yml is in it");
}

static int add_dir(struct rule_texts *t, const char *path, const struct stat *st,
		   struct rule_log *log)
{
	struct dirent **names;
	int n, err = trusted(st, path, log);

	if (err)
		return err;
	n = scandir(path, &names, is_rules_file, alphasort);
	if (n < 0) {
		rule_log_file(log, path, "cannot be read: %s", strerror(errno));
		return -EINVAL;
	}
	for (int i = 0; i < n; i++) {
		char *file = NULL;

		if (!err && asprintf(&file, "%s/%s", path, names[i]->d_name) < 0)
			err = -ENOMEM;
		else if (!err)
			err = add(t, file, false, true, log);
		free(file);
		free(names[i]);
	}
	free(names);
	return err;
}

/* inside: of a directory that was given; one in it is not entered. */
static int add(struct rule_texts *t, const char *path, bool optional, bool inside,
	       struct rule_log *log)
{
	/* A FIFO must not hold the detector, nor a device be woken: look before reading. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int err;

	if (fd < 0) {
		if (optional && errno == ENOENT)
			return 0;
		rule_log_file(log, path, "cannot be opened: %s", strerror(errno));
		return -EINVAL;
	}
	if (fstat(fd, &st)) {
		rule_log_file(log, path, "cannot be looked at: %s", strerror(errno));
		err = -EINVAL;
	} else if (S_ISDIR(st.st_mode) && inside) {
		rule_log_file(log, path, "a directory inside a directory of rules");
		err = -EINVAL;
	} else if (S_ISDIR(st.st_mode)) {
		err = add_dir(t, path, &st, log);
	} else if (S_ISREG(st.st_mode)) {
		err = add_file(t, fd, &st, path, log);
	} else {
		rule_log_file(log, path, "neither a regular file nor a directory");
		err = -EINVAL;
	}
	close(fd);
	return err;
}

int rule_texts_add(struct rule_texts *t, const char *path, bool optional, struct rule_log *log)
{
	return add(t, path, optional, false, log);
}

void rule_texts_free(struct rule_texts *t)
{
	for (size_t i = 0; i < t->n_owned; i++)
		free(t->owned[i]);
	t->n = t->n_owned = 0;
}
