/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/grammar.h"

/* Options of any tool that surely take no value: an option behind one of them is an option. */
static const char flags[] = "-y -q -qq -n -v -f -u --yes --assume-yes --quiet --no-cache "
			    "--verbose --non-interactive --no-install-recommends -g --global";

static bool is_option(struct str arg)
{
	return arg.len > 1 && arg.p[0] == '-';
}

static bool is_cluster(struct str arg)
{
	return is_option(arg) && arg.p[1] != '-';
}

static bool has(struct str arg, char c)
{
	return arg.len > 0 && memchr(arg.p, c, arg.len) != NULL;
}

static bool short_in(const char *list, char c)
{
	const char option[2] = {'-', c};

	return word_in(list, (struct str){option, 2, 2});
}

/* True when the argument behind this one is its value. */
static bool takes_next(const struct grammar *g, struct str arg)
{
	if (!is_option(arg) || has(arg, '='))
		return false;
	if (word_in(g->values, arg))
		return true;
	/* -qqo X: the last of a cluster, unless its first already has the rest as its value. */
	return is_cluster(arg) && arg.len > 2 && !short_in(g->values, arg.p[1]) &&
	       short_in(g->values, arg.p[arg.len - 1]);
}

/*
 * True when the i-th argument is no option's value. Behind an option that is not known it could be:
 * `pip install -t --help nmap` installs.
 */
static bool surely_option(const struct grammar *g, const struct program *p, size_t i)
{
	return i == 0 || !is_option(p->args[i - 1]) || has(p->args[i - 1], '=') ||
	       word_in(flags, p->args[i - 1]) || word_in(g->asks, p->args[i - 1]);
}

/* True when the i-th argument turns the act into a question, wherever it stands. */
static bool asks(const struct grammar *g, const struct program *p, size_t i)
{
	return word_in(g->asks, p->args[i]) && surely_option(g, p, i);
}

/* The same in front of the subcommand, where every option is the tool's own. */
static bool asks_first(const struct grammar *g, const struct program *p, size_t i)
{
	return word_in(g->fronts, p->args[i]) && surely_option(g, p, i);
}

/* "history" and "list": is "history:list" among the queries? *pair: some "history:..." is. */
static bool pair_in(const char *list, struct str one, struct str two, bool *pair)
{
	*pair = false;
	while (*list) {
		size_t len = strcspn(list, " ");

		if (len > one.len && list[one.len] == ':' && memcmp(list, one.p, one.len) == 0) {
			*pair = true;
			if (len == one.len + 1 + two.len &&
			    (two.len == 0 || memcmp(list + one.len + 1, two.p, two.len) == 0))
				return true;
		}
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

static enum package_act judge_words(const struct grammar *g, struct str sub, struct str second)
{
	bool pair;

	if (sub.len == 0)
		return g->bare;
	if (word_in(g->queries, sub) || pair_in(g->queries, sub, second, &pair))
		return PACKAGE_QUERY;
	if (pair)
		return PACKAGE_ACT;
	if (word_in(g->others, sub))
		return PACKAGE_NONE;
	if (g->acts && !word_in(g->acts, sub))
		return PACKAGE_NONE;
	return PACKAGE_ACT;
}

/* Options, subcommand, whatever. */
static enum package_act judge_subcommand(const struct grammar *g, const struct program *p)
{
	struct str sub = {0}, second = {0};
	enum package_act act;
	bool ask = false;

	for (size_t i = 0; i < p->n; i++) {
		if (!is_option(p->args[i])) {
			/* `cargo +nightly install x` */
			if (sub.len == 0 && p->args[i].len > 0 && p->args[i].p[0] == '+')
				continue;
			if (sub.len == 0)
				sub = p->args[i];
			else if (second.len == 0)
				second = p->args[i];
			continue;
		}
		ask = ask || asks(g, p, i) || (sub.len == 0 && asks_first(g, p, i));
		if (takes_next(g, p->args[i]))
			i++;
	}
	if (sub.len == 0 && p->cut)
		return PACKAGE_ACT;
	act = judge_words(g, sub, second);
	return act == PACKAGE_ACT && ask ? PACKAGE_QUERY : act;
}

/* Always the same, whatever the arguments. */
static enum package_act judge_bare(const struct grammar *g, const struct program *p)
{
	return p->n > 0 && asks(g, p, 0) ? PACKAGE_QUERY : g->bare;
}

/*
 * dpkg: the action is an option; -iGE is a cluster. Behind the first operand there are no options
 * any more, so nothing is asked there; an action is still taken for one, since what looks like an
 * operand may be the value of an option that is not known.
 */
static enum package_act judge_dpkg(const struct grammar *g, const struct program *p)
{
	bool act = false, ask = false, operands = false;

	for (size_t i = 0; i < p->n; i++) {
		struct str arg = p->args[i];

		if (!is_option(arg) || str_is(arg, "--")) {
			operands = true;
			continue;
		}
		ask = ask || (!operands && asks(g, p, i));
		if (is_cluster(arg)) {
			/* -D77 and -o... have numbers and values behind them */
			for (uint32_t j = 1; j < arg.len && arg.p[j] != 'D'; j++)
				act = act || short_in(g->acts, arg.p[j]);
		} else {
			act = act || word_in(g->acts, arg);
		}
		if (takes_next(g, arg))
			i++;
	}
	if (act || p->cut)
		return ask ? PACKAGE_QUERY : PACKAGE_ACT;
	return PACKAGE_QUERY;
}

/* dpkg-deb: dpkg itself runs it with the options of `others` for every package it installs. */
static enum package_act judge_dpkg_deb(const struct grammar *g, const struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (word_in(g->others, p->args[i]))
			return PACKAGE_NONE;
		if (word_in(g->acts, p->args[i]))
			return PACKAGE_ACT;
	}
	return p->cut ? PACKAGE_ACT : PACKAGE_QUERY;
}

/* rpm: modes are letters of clusters or long options; -qi asks, -i installs. */
static enum package_act judge_rpm(const struct grammar *g, const struct program *p)
{
	bool act = false, query = false;

	for (size_t i = 0; i < p->n; i++) {
		struct str arg = p->args[i];

		if (!is_option(arg))
			continue;
		if (is_cluster(arg)) {
			for (uint32_t j = 1; j < arg.len; j++) {
				query = query || short_in(g->queries, arg.p[j]);
				act = act || short_in(g->acts, arg.p[j]);
				if (short_in(g->values, arg.p[j]))
					break;
			}
		} else {
			query = query || word_in(g->queries, arg);
			act = act || word_in(g->acts, arg);
		}
		if (takes_next(g, arg))
			i++;
	}
	if (query)
		return PACKAGE_QUERY;
	return act || p->cut ? PACKAGE_ACT : PACKAGE_QUERY;
}

/* True when a word of the list is the option arg, or one letter of the cluster arg. */
static bool given(const char *list, struct str arg)
{
	if (!is_cluster(arg))
		return word_in(list, arg);
	for (uint32_t j = 1; j < arg.len; j++) {
		if (short_in(list, arg.p[j]))
			return true;
	}
	return false;
}

/* pacman: an operation in capitals; letters behind it make a search of -S, but not of -R. */
static enum package_act judge_pacman(const struct grammar *g, const struct program *p)
{
	bool act = false, sync = false, query = false, search = false, print = false;

	for (size_t i = 0; i < p->n; i++) {
		struct str arg = p->args[i];

		if (!is_option(arg))
			continue;
		query = query || given(g->queries, arg);
		act = act || given(g->acts, arg);
		sync = sync || given("-S --sync", arg);
		search = search || given("-s --search -i --info -l --list -g --groups", arg);
		print = print || given("-p --print", arg);
		if (takes_next(g, arg))
			i++;
	}
	if (query || print || (sync && search))
		return PACKAGE_QUERY;
	return act || sync || p->cut ? PACKAGE_ACT : PACKAGE_QUERY;
}

/*
 * The operands are packages. With a list of acts the first operand is a program instead, and what
 * is behind it is that one's; then only an option of that list acts.
 */
static enum package_act judge_operand(const struct grammar *g, const struct program *p)
{
	bool operand = false;

	for (size_t i = 0; i < p->n; i++) {
		struct str arg = p->args[i];

		if (!is_option(arg)) {
			operand = true;
			if (g->acts)
				break;
			continue;
		}
		if (given(g->queries, arg))
			return PACKAGE_QUERY;
		if (g->acts && word_in(g->acts, arg))
			return PACKAGE_ACT;
		if (takes_next(g, arg))
			i++;
	}
	return operand && !g->acts ? PACKAGE_ACT : g->bare;
}

static enum package_act (*const judges[GRAMMAR_STYLE_END])(const struct grammar *,
							   const struct program *) = {
	[GRAMMAR_SUBCOMMAND] = judge_subcommand,
	[GRAMMAR_FIXED] = judge_bare,
	[GRAMMAR_DPKG] = judge_dpkg,
	[GRAMMAR_DPKG_DEB] = judge_dpkg_deb,
	[GRAMMAR_RPM] = judge_rpm,
	[GRAMMAR_PACMAN] = judge_pacman,
	[GRAMMAR_OPERAND] = judge_operand,
};

static bool names_tool(const struct grammar *g, struct str name)
{
	uint32_t len = name.len;

	if (word_in(g->tools, name))
		return true;
	if (!g->versioned)
		return false;
	while (len > 0 && program_version_char(name.p[len - 1]))
		len--;
	return word_in(g->tools, (struct str){name.p, len, len});
}

static const struct grammar *find_in(const struct grammar *table, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (names_tool(&table[i], name))
			return &table[i];
	}
	return NULL;
}

static const struct grammar *grammar_find(struct str name)
{
	size_t systems, languages;
	const struct grammar *g = grammar_systems(&systems);
	const struct grammar *more = grammar_languages(&languages);

	g = find_in(g, systems, name);
	return g ? g : find_in(more, languages, name);
}

/* The members that a grammar leaves out are empty lists. */
static struct grammar completed(const struct grammar *g)
{
	struct grammar full = *g;

	full.values = g->values ? g->values : "";
	full.asks = g->asks ? g->asks : "";
	full.fronts = g->fronts ? g->fronts : "";
	full.queries = g->queries ? g->queries : "";
	full.others = g->others ? g->others : "";
	return full;
}

enum package_act package_judge(const struct program *p)
{
	const struct grammar *g = grammar_find(p->name);
	struct grammar full;

	if (!g)
		return PACKAGE_NONE;
	full = completed(g);
	return judges[g->style](&full, p);
}

bool package_tool(struct str name)
{
	return grammar_find(name) != NULL;
}
