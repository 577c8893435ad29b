/* SPDX-License-Identifier: Apache-2.0 */
/* Package managers of systems. */
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
		.tools = "apt apt-get aptitude apt-mark apt-cdrom apt-fast nala",
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
		/* Helpers of pacman that take its options. */
		.tools = "yay paru pikaur trizen pacaur",
		.values = "-b --dbpath -r --root --arch --cachedir --color --config --gpgdir",
		.queries = "-Q --query -T --deptest -F --files -V --version -h --help -P --show",
		.acts = "-R --remove -U --upgrade -D --database -Y --yay",
		.style = GRAMMAR_PACMAN,
	},
	{
		.tools = "opkg opkg-cl ipkg",
		.values =
			"-f --conf -d --dest -o --offline-root --add-dest --add-arch -t --tmp-dir "
			"-l --lists-dir",
		.asks = "--noaction -h --help -v --version",
		.queries =
			"list list-installed list-upgradable list-changed-conffiles files search "
			"find info status compare-versions print-architecture depends whatdepends "
			"whatdependsrec whatprovides whatsuggests whatrecommends whatconflicts "
			"whatreplaces",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "rpm-ostree",
		.asks = "-h --help --version",
		.queries = "status db search",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools =
			"snap flatpak brew pkg pkgin swupd eopkg guix slackpkg pamac tasksel dselect "
			"transactional-update pkcon port fink equo wajig deb-get",
		.asks = "-h --help -s --dry-run -n --test",
		.fronts = "--version",
		.acts = "install reinstall uninstall remove delete erase purge refresh revert update "
			"upgrade autoremove add try enable disable tap untap link unlink mask "
			"remote-add remote-modify bundle-add bundle-remove os-install it rm up pull "
			"package install-new upgrade-all clean-system full-upgrade dup pkg patch",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools =
			"emerge xbps-install xbps-remove urpmi urpme gdebi gdebi-gtk installpkg "
			"upgradepkg removepkg tce-load alien rpm2cpio rpm2archive add-apt-repository "
			"apt-add-repository unattended-upgrade unattended-upgrades yumdownloader debootstrap "
			"mmdebstrap pacstrap",
		.queries =
			"-h --help -V --version -p --pretend -s --search --searchdesc --info --dry-run "
			"--test --list-sets",
		.bare = PACKAGE_ACT,
		.style = GRAMMAR_OPERAND,
	},
	{
		.tools = "nix",
		.values = "--option -I --include --log-format",
		.asks = "-h --help --version --dry-run",
		.queries = "profile: profile:list profile:history profile:diff-closures channel:",
		.acts = "profile shell run develop upgrade-nix channel",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "nix-shell",
		.acts = "-p --packages",
		.bare = PACKAGE_NONE,
		.style = GRAMMAR_OPERAND,
	},
	{
		.tools = "nix-env nix-channel",
		.values = "-f --file -p --profile -I --option -j --max-jobs",
		.queries = "-q --query --list --list-generations --help --version --dry-run",
		.acts = "-i --install -u --upgrade -e --uninstall --set -S --switch-profile --switch-generation "
			"-G --rollback --add --remove --update --delete-generations",
		.style = GRAMMAR_RPM,
	},
};

const struct grammar *grammar_systems(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
