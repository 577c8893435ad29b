/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/program.h"

#include "base/path.h"
#include "rules/interpreter.h"

static struct str after(struct str s, uint32_t n)
{
	return (struct str){s.p + n, s.len - n, s.len - n};
}

bool word_in(const char *list, struct str word)
{
	if (word.len == 0 || memchr(word.p, ' ', word.len))
		return false;
	while (*list) {
		size_t len = strcspn(list, " ");

		if (len == word.len && memcmp(list, word.p, len) == 0)
			return true;
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

bool program_version_char(char c)
{
	return c == '.' || c == '-' || (c >= '0' && c <= '9');
}

static bool is_option(struct str arg)
{
	return arg.len > 1 && arg.p[0] == '-';
}

static bool is_long(struct str arg)
{
	return arg.len > 2 && arg.p[0] == '-' && arg.p[1] == '-';
}

static bool contains(struct str s, const char *part)
{
	for (uint32_t i = 0; i < s.len; i++) {
		if (str_starts(after(s, i), part))
			return true;
	}
	return false;
}

/* ld-linux-x86-64.so.2, ld-2.31.so, ld64.so.1, ld-musl-x86_64.so.1; musl's is its libc.so, too. */
static bool is_loader(struct str exe)
{
	return str_is(exe, "ld.so") || str_starts(exe, "ld.so.") || str_starts(exe, "ld64.so.") ||
	       str_is(exe, "libc.so") ||
	       (str_starts(exe, "ld-") && (str_ends(exe, ".so") || contains(exe, ".so.")));
}

/*
 * By its beginning, as BusyBox and Toybox know themselves: called busybox-1.36 or busyboxx they
 * still take the applet from the next argument.
 */
static bool is_multicall(struct str exe)
{
	return str_starts(exe, "busybox") || str_starts(exe, "toybox") || str_is(exe, "bbsuid") ||
	       str_is(exe, "coreutils");
}

/* The arguments from the i-th on become those of the program. */
static void take_args(struct program *p, size_t i)
{
	if (i > p->n)
		i = p->n;
	memmove(p->args, p->args + i, (p->n - i) * sizeof(p->args[0]));
	p->n -= i;
}

static void split_argv(struct program *p, const struct event_exec *x)
{
	struct str left = x->argv;

	while (left.len > 0 && p->n < PROGRAM_ARGS_MAX) {
		const char *end = memchr(left.p, '\0', left.len);
		uint32_t len = end ? (uint32_t)(end - left.p) : left.len;

		p->args[p->n++] = (struct str){left.p, len, len};
		left = after(left, end ? len + 1 : len);
	}
	p->more = left;
	p->tail = x->argv_tail;
	p->cut = left.len > 0 || x->argv_tail.len > 0;
}

/* "pip" of "/usr/lib/python3/dist-packages/pip/__main__.py" and of "pip._internal". */
static struct str script_name(struct str path)
{
	struct str name = str_basename(path);

	if (str_is(name, "__main__.py") && path.len > name.len) {
		struct str dir = {path.p, path.len - name.len - 1, 0};

		return str_basename(dir);
	}
	return name;
}

static struct str module_name(struct str module)
{
	const char *dot = module.len ? memchr(module.p, '.', module.len) : NULL;
	uint32_t len = dot ? (uint32_t)(dot - module.p) : module.len;

	return (struct str){module.p, len, len};
}

static bool has(const char *letters, char c)
{
	return c != '\0' && strchr(letters, c) != NULL;
}

/*
 * One argument of short options, the i-th. Gives how many arguments it takes, itself included;
 * 0 when there is no script to be found any more (*p is then complete).
 */
static size_t short_options(struct program *p, const struct interpreter *in, size_t i)
{
	struct str arg = p->args[i];

	for (uint32_t j = 1; j < arg.len; j++) {
		char c = arg.p[j];
		bool attached = j + 1 < arg.len;

		if (has(in->code, c)) {
			p->code = true;
			take_args(p, p->n);
			return 0;
		}
		if (in->module && c == in->module) {
			if (attached)
				p->name = module_name(after(arg, j + 1));
			else if (i + 1 < p->n)
				p->name = module_name(p->args[i + 1]);
			take_args(p, attached ? i + 1 : i + 2);
			return 0;
		}
		if (in->shell && c == 's')
			p->input = true;
		if (has(in->with_value, c))
			return attached ? 1 : 2;
	}
	return 1;
}

/* The value of the option at args[i], behind its '=' or in the next argument; "" when missing. */
static struct str option_value(const struct program *p, size_t i)
{
	struct str arg = p->args[i];
	const char *eq = memchr(arg.p, '=', arg.len);

	if (eq)
		return after(arg, (uint32_t)(eq - arg.p) + 1);
	return i + 1 < p->n ? p->args[i + 1] : STR_LIT("");
}

static bool is_named(struct str arg, const char *option)
{
	uint32_t n = (uint32_t)strlen(option);

	return str_starts(arg, option) && (arg.len == n || arg.p[n] == '=');
}

/*
 * `ld.so --library-path P /tmp/x a`: the file that is executed is the loader, what it loads is the
 * program. Gives that one's name, with p->args beginning with its argv[0]; "" when none is run.
 * The kernel never sees it as a program: all that is known is what was asked for.
 */
static struct str behind_loader(struct program *p)
{
	struct str argv0 = {NULL, 0, 0};
	size_t i = 1;

	p->libdirs = STR_LIT("");
	while (i < p->n && is_option(p->args[i])) {
		struct str arg = p->args[i];
		bool attached = memchr(arg.p, '=', arg.len) != NULL;

		i++;
		if (str_is(arg, "--"))
			break;
		if (word_in("--list --verify --help --version --list-tunables --list-diagnostics",
			    arg))
			i = p->n;
		if (is_named(arg, "--argv0"))
			argv0 = option_value(p, i - 1);
		else if (is_named(arg, "--library-path"))
			p->libdirs = option_value(p, i - 1);
		if (!attached && word_in("--argv0 --library-path --preload --audit --inhibit-rpath "
					 "--glibc-hwcaps-prepend --glibc-hwcaps-mask",
					 arg))
			i++;
	}
	take_args(p, i);
	if (p->n == 0)
		return STR_LIT("");
	p->loaded = p->args[0];
	if (argv0.p)
		p->args[0] = argv0;
	return str_basename(p->loaded);
}

/* "--file" of "--file=x", "-f" of "-fx", where that much is in the list; else all of it. */
static struct str option_of(const char *list, struct str arg)
{
	const char *eq = is_long(arg) ? memchr(arg.p, '=', arg.len) : NULL;
	uint32_t len = eq ? (uint32_t)(eq - arg.p) : 2;
	struct str head = {arg.p, len, len};

	return (eq || !is_long(arg)) && word_in(list, head) ? head : arg;
}

/*
 * `awk -f /tmp/x a`, `java -jar /tmp/x a`: without such an option the program is in the first
 * argument, or is a name.
 */
static void behind_file_option(struct program *p, const struct interpreter *in)
{
	for (size_t i = 0; i < p->n && is_option(p->args[i]); i++) {
		struct str arg = p->args[i], option = option_of(in->file, arg);
		bool attached = option.len < arg.len;

		if (!word_in(in->file, option)) {
			i += word_in(in->longs, arg) ||
			     (arg.len == 2 && has(in->with_value, arg.p[1]));
			continue;
		}
		if (attached)
			p->script = after(arg, option.len + (arg.p[option.len] == '='));
		else
			p->script = i + 1 < p->n ? p->args[i + 1] : STR_LIT("");
		p->name = p->script.len > 0 ? script_name(p->script) : p->name;
		take_args(p, attached ? i + 1 : i + 2);
		return;
	}
	p->code = true; /* or there is none */
}

/* Names of the standard input, also as a script. */
static bool is_input(struct str arg)
{
	return word_in("- /dev/stdin /dev/fd/0 /proc/self/fd/0", arg);
}

/* What an interpreter was told to run. p->args starts behind the interpreter's own name. */
static void behind_interpreter(struct program *p, const struct interpreter *in)
{
	size_t i = 0;

	if (in->file) {
		behind_file_option(p, in);
		return;
	}
	while (i < p->n) {
		struct str arg = p->args[i];

		if (word_in("--version --help", arg) || word_in(in->tells, arg)) {
			take_args(p, p->n);
			return;
		}
		if (is_long(arg)) {
			i += word_in(in->longs, arg) ? 2 : 1;
		} else if (str_is(arg, "--") || (in->shell && str_is(arg, "-"))) {
			i++;
			break;
		} else if (is_option(arg)) {
			size_t taken = short_options(p, in, i);

			if (taken == 0)
				return;
			i += taken;
		} else {
			break;
		}
	}
	/* `bash -s -- x`, `bash -`, `python3 - x`, `sh /dev/stdin x`, or nothing at all. */
	p->input = p->input || i >= p->n || is_input(p->args[i]);
	if (!p->input) {
		p->script = p->args[i];
		p->name = script_name(p->args[i]);
	}
	take_args(p, p->input && i < p->n && !is_input(p->args[i]) ? i : i + 1);
}

/* The kernel puts the script's name, as it was asked for, behind its interpreter. */
static void behind_script(struct program *p, const struct event_exec *x)
{
	size_t i = 1;

	while (i < p->n && !str_eq(p->args[i], x->filename)) {
		/* A script whose interpreter is a script: that one stands before it. */
		if (memchr(p->args[i].p, '/', p->args[i].len) && !is_option(p->args[i]))
			p->script = p->args[i];
		i++;
	}
	p->name = script_name(x->filename);
	take_args(p, i < p->n ? i + 1 : 2);
}

static void behind_applet(struct program *p)
{
	static const char gnu[] = "--coreutils-prog=";
	const struct interpreter *in;

	/* `busybox adduser x`, or a link called adduser; of a login shell "-sh" */
	if (p->n > 0 && is_option(p->args[0]))
		p->args[0] = after(p->args[0], 1);
	while (p->n > 0 && is_multicall(p->name)) {
		p->name = str_basename(str_starts(p->args[0], gnu) ?
					       after(p->args[0], sizeof(gnu) - 1) :
					       p->args[0]);
		take_args(p, 1);
	}
	in = interpreter_find(p->name);
	if (in)
		behind_interpreter(p, in);
}

/* The program's own name, not that of a file that it was bound over. */
static struct str own_name(const struct event_file *f)
{
	return str_basename(f->sbpath.len > 0 ? f->sbpath : f->path);
}

/* That program's name, with p->args beginning with its argv[0] as far as that is known. */
static struct str behind_emulator(struct program *p, const struct event_exec *x)
{
	size_t i = 1;

	while (i < p->n && !str_eq(p->args[i], x->filename))
		i++;
	/* Its argv[0] comes too, where that was asked for when it was registered. */
	if (i + 1 < p->n && str_eq(str_basename(p->args[i + 1]), str_basename(x->filename)))
		i++;
	take_args(p, i < p->n ? i : 1);
	return str_basename(x->filename);
}

/* Does what the kernel started read the script? If not, its name is no more than an argument. */
static bool reads_script(const struct program *p, struct str exe)
{
	if (is_multicall(exe) && p->n > 1) {
		struct str applet = str_basename(p->args[0]);

		return interpreter_find(is_multicall(applet) ? p->args[1] : applet) != NULL;
	}
	return interpreter_reads(exe);
}

void program_identify(struct program *p, const struct event *e)
{
	const struct event_exec *x = &e->exec;
	struct str exe = own_name(&x->exe);
	const struct interpreter *in;
	bool emulated;

	p->n = 0;
	p->code = p->input = false;
	p->loaded = p->libdirs = p->script = STR_LIT("");
	split_argv(p, x);
	while (is_loader(exe) && p->n > 1)
		exe = behind_loader(p);
	emulated = x->script && x->filename.len > 0 && interpreter_emulates(exe);
	if (emulated)
		exe = behind_emulator(p, x);
	p->name = exe;
	in = interpreter_find(exe);
	/* `#!/usr/bin/env node`: env is about to execute node, and that exec tells the script. */
	if (str_is(exe, "env")) {
		take_args(p, 1);
	} else if (x->script && !emulated && x->filename.len > 0 && reads_script(p, exe)) {
		behind_script(p, x);
	} else if (is_multicall(exe)) {
		behind_applet(p);
	} else {
		take_args(p, 1);
		if (in)
			behind_interpreter(p, in);
	}
}

struct str program_loaded(const struct event *e, char buf[static PROGRAM_LOADED_MAX])
{
	struct str file = STR_LIT("");
	struct program p;
	size_t n;

	if (e->exec.script) {
		file = e->exec.filename;
	} else if (is_loader(own_name(&e->exec.exe))) {
		program_identify(&p, e);
		file = p.loaded;
	}
	if (file.len == 0 || !memchr(file.p, '/', file.len))
		return STR_LIT("");
	n = path_resolve(buf, PROGRAM_LOADED_MAX, e->cwd, file);
	return (struct str){buf, (uint32_t)n, (uint32_t)n};
}

struct str program_piped(const struct event *e, char buf[static PROGRAM_NAME_MAX])
{
	static const char mark[] = " -c";
	const uint32_t room = PROGRAM_NAME_MAX - (sizeof(mark) - 1);
	struct program p;
	uint32_t n;

	program_identify(&p, e);
	n = p.name.len < room ? p.name.len : room;
	if (n > 0)
		memcpy(buf, p.name.p, n);
	if (p.code) {
		memcpy(buf + n, mark, sizeof(mark) - 1);
		n += sizeof(mark) - 1;
	}
	return (struct str){buf, n, n};
}
