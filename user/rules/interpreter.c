/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/interpreter.h"

#include <string.h>

#include "rules/program.h"

static const struct interpreter interpreters[] = {
	{"python", "WXQ", "c", 'm', "--check-hash-based-pycs", NULL, false, "-V -h"},
	{"platform-python", "WXQ", "c", 'm', "--check-hash-based-pycs", NULL, false, "-V -h"},
	{"pypy", "WXQ", "c", 'm', "--jit", NULL, false, "-V -h"},
	{"node", "rC", "ep", 0, "--require --import --loader --experimental-loader --conditions",
	 NULL, false, "-v -h"},
	{"nodejs", "rC", "ep", 0, "--require --import --loader --experimental-loader --conditions",
	 NULL, false, "-v -h"},
	{"ruby", "IrCEK", "e", 0, "--encoding", NULL, false, "-v -h"},
	{"ruby.ruby", "IrCEK", "e", 0, "--encoding", NULL, false, "-v -h"},
	{"perl", "I", "eE", 0, "", NULL, false, "-v -V -h"},
	{"php", "cdztS", "rRBE", 0, "", NULL, false, "-v -i -m -h"},
	{"lua", "l", "e", 0, "", NULL, false, ""},
	{"sh", "oO", "c", 0, "", NULL, true, ""},
	{"ash", "oO", "c", 0, "", NULL, true, ""},
	{"dash", "oO", "c", 0, "", NULL, true, ""},
	{"bash", "oO", "c", 0, "--rcfile --init-file", NULL, true, ""},
	{"ksh", "oO", "c", 0, "", NULL, true, ""},
	{"zsh", "o", "c", 0, "", NULL, true, ""},
	{"mksh", "oO", "c", 0, "", NULL, true, ""},
	{"rbash", "oO", "c", 0, "", NULL, true, ""},
	{"csh", "", "c", 0, "", NULL, true, ""},
	{"tcsh", "", "c", 0, "", NULL, true, ""},
	{"fish", "CdDo", "c", 0, "--init-command --profile --debug", NULL, false, ""},
	{"tclsh", "", "", 0, "-encoding", NULL, false, ""},
	{"expect", "", "c", 0, "", NULL, false, ""},
	{"Rscript", "", "e", 0, "", NULL, false, ""},
	{"awk", "Fv", "", 0, "", "-f --file", false, ""},
	{"gawk", "FvilL", "", 0, "--include --load", "-f --file -E --exec", false, ""},
	{"mawk", "FvW", "", 0, "", "-f --file", false, ""},
	{"original-awk", "Fv", "", 0, "", "-f", false, ""},
	{"java", "", "", 0, "-cp -classpath --class-path -p --module-path --add-modules", "-jar",
	 false, ""},
};

const struct interpreter *interpreter_find(struct str exe)
{
	for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
		const struct interpreter *in = &interpreters[i];
		uint32_t j = (uint32_t)strlen(in->name);

		if (!str_starts(exe, in->name))
			continue;
		while (j < exe.len && program_version_char(exe.p[j]))
			j++;
		/* python3.6m, python3.13t */
		if (j > strlen(in->name) && j + 1 == exe.len && memchr("mtdu", exe.p[j], 4))
			j++;
		if (j == exe.len)
			return in;
	}
	return NULL;
}

bool interpreter_reads(struct str exe)
{
	return interpreter_find(exe) ||
	       word_in("bun deno pwsh escript elixir luajit guile racket julia groovy scala jshell "
		       "ocaml runghc jimsh wish rakudo raku nft make gmake sed osh nu xonsh",
		       exe);
}

bool interpreter_emulates(struct str exe)
{
	return str_starts(exe, "qemu-") || str_starts(exe, "FEX") ||
	       word_in("box64 box86 wine wine64 wine-preloader wine64-preloader rosetta blink",
		       exe);
}
