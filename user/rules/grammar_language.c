/* SPDX-License-Identifier: Apache-2.0 */
/* Package managers of programming languages. */
#include "rules/grammar.h"

static const struct grammar table[] = {
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
	{
		/* `npx x` runs what the application has; with --yes what is fetched for it. */
		.tools = "npx npx-cli.js bunx",
		.values = "-c --call -p --package -w --workspace",
		.queries = "-h --help -v --version",
		.acts = "-y --yes",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_OPERAND,
	},
	{
		.tools =
			"uvx pnpx pipx.pyz ensurepip pip-sync cargo-binstall cargo-install cpanm cpan "
			"install2.r installGithub.r docker-php-ext-install eget "
			"install-php-extensions",
		.versioned = true,
		.queries = "-h --help -V --version --info -l -L -O -v --dry-run",
		.bare = PACKAGE_ACT,
		.style = GRAMMAR_OPERAND,
	},
	{
		.tools = "uv",
		.values = "--directory --project --cache-dir --config-file --color",
		.asks = "-h --help --dry-run",
		.fronts = "-V --version",
		.queries =
			"pip: pip:list pip:show pip:freeze pip:tree pip:check pip:compile tool: "
			"tool:list tool:dir python: python:list python:find python:dir self:version",
		.acts = "pip tool python add remove sync self",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "pipx poetry pipenv pdm rye pixi hatch",
		.values = "-C --directory -P --project",
		.asks = "-h --help --dry-run",
		.fronts = "-V --version",
		.queries = "list show check search version about graph outdated",
		.acts = "install install-all inject uninject uninstall uninstall-all upgrade upgrade-all "
			"reinstall reinstall-all add remove update sync self runpip",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "conda mamba micromamba",
		.values = "-n --name -p --prefix -c --channel -r --root-prefix --file --solver",
		.asks = "-h --help -d --dry-run",
		.fronts = "-V --version",
		.queries =
			"list search info config compare repoquery env: env:list env:export env:config",
		.acts = "install update upgrade remove uninstall create env clone self-update",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "bundle bundler",
		.versioned = true,
		.asks = "-h --help",
		.fronts = "-v --version",
		.queries =
			"list show info outdated check config env platform viz licenses doctor help",
		.acts = "install update add remove",
		.bare = PACKAGE_ACT,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "composer composer.phar",
		.values = "-d --working-dir",
		.asks = "-h --help --dry-run",
		.fronts = "-V --version",
		.queries =
			"show info search outdated why why-not depends prohibits licenses status "
			"diagnose validate about audit browse config list help",
		.acts = "require install update upgrade remove reinstall create-project global self-update "
			"selfupdate i r u up rm",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		/* `cargo build` fetches what it needs, too: see compiler-run. */
		.tools =
			"cargo go rustup corepack luarocks bun deno dotnet pyenv rbenv nodenv asdf mise "
			"julia-install pecl pear volta fnm opam cabal stack conan vcpkg "
			"nimble ghcup shards zef cpm bower spack tlmgr nuget coursier cs krew rtx nvm",
		.values = "-C --tree --server --cwd",
		.asks = "-h --help --dry-run",
		.fronts = "-V --version",
		.queries =
			"toolchain: toolchain:list component: component:list target: target:list tool: "
			"tool:list tool:search plugin: plugin:list x",
		.acts = "install uninstall get add i rm remove update upgrade toolchain component target "
			"self enable prepare use tool workload plugin make purge",
		.bare = PACKAGE_QUERY,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		/* Plug-ins, and what hides behind a word of its own. */
		.tools = "ansible-galaxy helm kubectl gh raco mix jupyter",
		.values = "-n --namespace --context --kubeconfig --kube-context",
		.asks = "-h --help --dry-run",
		.queries =
			"plugin: plugin:list plugin:ls extension: extension:list extension:search "
			"pkg: pkg:show collection: collection:list collection:verify role: "
			"role:list role:info role:search labextension: labextension:list krew: "
			"krew:list krew:search krew:info krew:version",
		.acts = "plugin extension pkg collection labextension krew "
			"archive.install local.hex local.rebar",
		.bare = PACKAGE_NONE,
		.style = GRAMMAR_SUBCOMMAND,
	},
	{
		.tools = "setup.py",
		.acts = "install develop",
		.bare = PACKAGE_NONE,
		.style = GRAMMAR_SUBCOMMAND,
	},
};

const struct grammar *grammar_languages(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
