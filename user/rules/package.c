/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/package.h"

/*
 * How a tool's command line is read. Lists are words separated by single spaces. "history:list"
 * among the queries means that of `history` only `history list` asks ("history:" alone: without
 * a further word).
 */
struct grammar {
	const char *tools;
	bool versioned;	       /* a version may follow the name: pip3.11 */
	const char *values;    /* options whose value is the next argument */
	const char *asks;      /* options that make an act a question: --help, --simulate */
	const char *queries;   /* subcommands that change nothing */
	const char *others;    /* subcommands that are not about packages */
	const char *acts;      /* if not NULL: these act, and unknown ones are not about packages */
	enum package_act bare; /* without a subcommand */
	enum package_act (*judge)(const struct grammar *g, const struct program *p);
};

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
 * True when the i-th argument surely turns the act into a question. Behind an option that is not
 * known it could be that option's value: `pip install -t --help nmap` installs.
 */
static bool asks(const struct grammar *g, const struct program *p, size_t i)
{
	if (i > 0 && is_option(p->args[i - 1]) && !has(p->args[i - 1], '=') &&
	    !word_in(flags, p->args[i - 1]) && !word_in(g->asks, p->args[i - 1]))
		return false;
	return word_in(g->asks, p->args[i]);
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
			if (sub.len == 0)
				sub = p->args[i];
			else if (second.len == 0)
				second = p->args[i];
			continue;
		}
		ask = ask || asks(g, p, i);
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

/* dpkg: the action is an option; -iGE is a cluster. */
static enum package_act judge_dpkg(const struct grammar *g, const struct program *p)
{
	bool act = false, ask = false;

	for (size_t i = 0; i < p->n; i++) {
		struct str arg = p->args[i];

		if (!is_option(arg))
			continue;
		ask = ask || asks(g, p, i);
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

#define YUM_VALUES                                                                                \
	"-c --config -d --debuglevel -e --errorlevel -x --exclude --excludepkgs --repo --repoid " \
	"--enablerepo --disablerepo --installroot --releasever --setopt --disableplugin "         \
	"--enableplugin --rpmverbosity --forcearch --comment --color -R --randomwait --advisory " \
	"--bugzilla --cve --arch"
#define YUM_QUERIES                                                                            \
	"list ls search se info repolist repoinfo provides whatprovides prov check-update "    \
	"check-upgrade deplist repoquery rq help alias check updateinfo clean leaves "         \
	"needs-restarting changelog advisory:list advisory:info advisory:summary history: "    \
	"history:list history:info history:userinstalled group:list group:info group:summary " \
	"groups:list groups:info grouplist groupinfo module:list module:info module:provides " \
	"repo:list repo:info environment:list environment:info shell-completion"

static const struct grammar grammars[] = {
	{
		.tools = "apt apt-get aptitude apt-mark apt-cdrom",
		.values = "-o --option -c --config-file -t --target-release --default-release "
			  "-a --host-architecture -P --build-profiles",
		.asks = "-s --simulate --just-print --dry-run --recon --no-act --print-uris -h "
			"--help -v --version",
		.queries = "list search show showsrc showpkg policy depends rdepends changelog "
			   "check help moo indextargets madison pkgnames dump versions why "
			   "why-not clean autoclean auto-clean showauto showmanual showhold "
			   "showheld showinstall showdeinstall showpurge",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		.tools = "apt-cache apt-config dpkg-query apt-file",
		.bare = PACKAGE_QUERY,
		.judge = judge_bare,
	},
	{
		.tools = "dpkg",
		.values =
			"--root --admindir --instdir --status-fd --ignore-depends --log --path-exclude "
			"--path-include",
		.asks = "--dry-run --simulate --no-act --help --version",
		.acts = "-i --install --unpack --configure -A --record-avail -r --remove -P --purge "
			"--triggers-only --update-avail --merge-avail --clear-avail "
			"--forget-old-unavail --set-selections --clear-selections "
			"--add-architecture --remove-architecture -x --extract -X --vextract",
		.judge = judge_dpkg,
	},
	{
		.tools = "dpkg-deb",
		.acts = "-x --extract -X --vextract -R --raw-extract",
		.others = "--fsys-tarfile --control -e --ctrl-tarfile -b --build",
		.judge = judge_dpkg_deb,
	},
	{
		.tools = "apk apk.static",
		.values =
			"-p --root -X --repository --arch --keys-dir --repositories-file --cache-dir "
			"--cache-max-age --wait --progress-fd --timeout",
		.asks = "-h --help -V --version -s --simulate",
		.queries = "info list search policy dot index manifest stats version verify audit "
			   "query adbdump help",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		.tools = "dnf dnf-3 dnf4 dnf5 yum microdnf tdnf",
		.values = YUM_VALUES,
		.asks = "-h --help --version --assumeno",
		.queries = YUM_QUERIES,
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		.tools = "rpm",
		.values = "-D --define --undefine -E --eval --root -r --dbpath --prefix --relocate "
			  "--excludepath --rcfile --macros --load --pipe --qf --queryformat "
			  "--predefine",
		.queries = "-q --query -V --verify -K --checksig -E --eval --showrc --querytags "
			   "--test --version --help",
		.acts = "-i --install -U --upgrade -F --freshen -e --erase --reinstall --import "
			"--initdb --rebuilddb --setperms --setugids --setcaps --restore",
		.judge = judge_rpm,
	},
	{
		.tools = "zypper",
		.values = "-R --root --installroot -c --config -C --cache-dir -D --reposd-dir "
			  "--raw-cache-dir --solv-cache-dir --pkg-cache-dir -p --plus-repo "
			  "--plus-content --userdata --releasever",
		.asks = "-h --help -V --version --dry-run",
		.queries = "search se info if repos lr list-updates lu list-patches lp services ls "
			   "packages pa patches pch patterns pt products pd what-provides wp ps "
			   "patch-check pchk patch-info pattern-info product-info locks ll help "
			   "targetos tos versioncmp vcmp licenses system-architecture clean cc",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		.tools = "pacman",
		.values = "-b --dbpath -r --root --arch --cachedir --color --config --gpgdir "
			  "--hookdir --logfile --sysroot --ignore --ignoregroup --overwrite "
			  "--assume-installed --print-format",
		.queries = "-Q --query -T --deptest -F --files -V --version -h --help",
		.acts = "-R --remove -U --upgrade -D --database",
		.judge = judge_pacman,
	},
	{
		.tools = "pip pip.pyz",
		.versioned = true,
		.values =
			"--log --log-file --proxy --retries --timeout --exists-action --trusted-host "
			"--cert --client-cert --cache-dir --python --keyring-provider "
			"--use-feature --use-deprecated --resume-retries",
		.asks = "-h --help -V --version",
		.queries = "list show freeze check search help debug index inspect hash completion "
			   "config:list config:get config:debug cache:list cache:dir cache:info",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		.tools = "get-pip.py easy_install",
		.versioned = true,
		.asks = "-h --help --version",
		.bare = PACKAGE_ACT,
		.judge = judge_bare,
	},
	{
		.tools = "npm npm-cli.js",
		.values = "-C --prefix --registry --loglevel -w --workspace --userconfig "
			  "--globalconfig --cache --tag --omit --include",
		.asks = "-h --help -? -v --version --dry-run",
		.queries = "ls list la ll view v info show search s se find help help-search hlep "
			   "config:list config:ls config:get config: c:list c:ls c:get get root "
			   "prefix bin outdated ping whoami doctor fund audit: audit:signatures "
			   "explain why docs home repo bugs query diff sbom version completion "
			   "token team profile owner author org access dist-tag login adduser "
			   "logout pack publish",
		.others = "run run-script start stop restart test t tst",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		/* `yarn NAME` runs a script of the application: its ordinary start. */
		.tools = "yarn yarnpkg yarn.js",
		.values = "--cwd --registry --cache-folder --modules-folder",
		.asks = "-h --help -v --version",
		.queries = "list info why outdated licenses help versions config:get config:list "
			   "config:",
		.acts = "install add remove upgrade up global import link unlink create dlx dedupe "
			"autoclean",
		.bare = PACKAGE_ACT,
		.judge = judge_subcommand,
	},
	{
		.tools = "pnpm pnpm.cjs",
		.values = "-C --dir --filter -F --registry --store-dir",
		.asks = "-h --help -v --version",
		.queries = "list ls ll la why outdated licenses help root bin audit",
		.acts = "install i ci install-test it add remove rm uninstall un update up upgrade "
			"import link ln unlink dlx create fetch dedupe prune rebuild rb patch-commit",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
	{
		.tools = "gem",
		.versioned = true,
		.values = "--config-file -C",
		.asks = "-h --help", /* --version is `gem install`'s own option */
		.queries =
			"list search info specification query environment env help which contents "
			"dependency outdated check stale sources: server rdoc",
		.bare = PACKAGE_QUERY,
		.judge = judge_subcommand,
	},
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

static const struct grammar *grammar_find(struct str name)
{
	for (size_t i = 0; i < sizeof(grammars) / sizeof(grammars[0]); i++) {
		if (names_tool(&grammars[i], name))
			return &grammars[i];
	}
	return NULL;
}

/* The members that a grammar leaves out are empty lists. */
static struct grammar completed(const struct grammar *g)
{
	struct grammar full = *g;

	full.values = g->values ? g->values : "";
	full.asks = g->asks ? g->asks : "";
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
	return full.judge(&full, p);
}

bool package_tool(struct str name)
{
	return grammar_find(name) != NULL;
}
