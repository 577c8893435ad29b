/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/grammar.h"

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

static const struct grammar table[] = {
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
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "apt-cache apt-config dpkg-query apt-file",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_FIXED,
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
		.style = GRAMMAR_DPKG,
	},
	{
		.tools = "dpkg-deb",
		.acts = "-x --extract -X --vextract -R --raw-extract",
		.others = "--fsys-tarfile --control -e --ctrl-tarfile -b --build",
		.style = GRAMMAR_DPKG_DEB,
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
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "dnf dnf-3 dnf4 dnf5 yum microdnf tdnf",
		.values = YUM_VALUES,
		.asks = "-h --help --version --assumeno",
		.queries = YUM_QUERIES,
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
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
		.style = GRAMMAR_RPM,
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
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "pacman",
		.values = "-b --dbpath -r --root --arch --cachedir --color --config --gpgdir "
			  "--hookdir --logfile --sysroot --ignore --ignoregroup --overwrite "
			  "--assume-installed --print-format",
		.queries = "-Q --query -T --deptest -F --files -V --version -h --help",
		.acts = "-R --remove -U --upgrade -D --database",
		.style = GRAMMAR_PACMAN,
	},
	{
		.tools = "pip pip.pyz",
		.versioned = true,
		.values =
			"--log --log-file --proxy --retries --timeout --exists-action --trusted-host "
			"--cert --client-cert --cache-dir --python --keyring-provider "
			"--use-feature --use-deprecated --resume-retries",
		.asks = "-h --help",
		.fronts = "-V --version", /* its commands take them, too, and install */
		.queries = "list show freeze check search help debug index inspect hash completion "
			   "config:list config:get config:debug cache:list cache:dir cache:info",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "get-pip.py", /* puts `install` before its arguments: --version is pip's */
		.asks = "-h --help",
		.bare = PACKAGE_ACT,
		.style = GRAMMAR_FIXED,
	},
	{
		.tools = "easy_install",
		.versioned = true,
		.asks = "-h --help --version",
		.bare = PACKAGE_ACT,
		.style = GRAMMAR_FIXED,
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
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		/* `yarn NAME` runs a script of the application: its ordinary start. */
		.tools = "yarn yarnpkg yarn.js",
		.values = "--cwd --registry --cache-folder --modules-folder",
		.asks = "-h --help",
		.fronts = "-v --version",
		.queries = "list info why outdated licenses help versions config:get config:list "
			   "config:",
		.acts = "install add remove upgrade up global import link unlink create dlx dedupe "
			"autoclean",
		.bare = PACKAGE_ACT,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "pnpm pnpm.cjs",
		.values = "-C --dir --filter -F --registry --store-dir",
		.asks = "-h --help",
		.fronts = "-v --version",
		.queries = "list ls ll la why outdated licenses help root bin audit",
		.acts = "install i ci install-test it add remove rm uninstall un update up upgrade "
			"import link ln unlink dlx create fetch dedupe prune rebuild rb patch-commit",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
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
		.style = GRAMMAR_SUBCOMMAND,
	},
};

const struct grammar *grammar_table(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
