// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/words.h"

#include <stdio.h>
#include <string.h>

#include "rules/filter/condition.h"
#include "source/files.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *const words_names[WORDS_NAMES] = {
	"a", "B", "etc", "x.key", "a-name-that-is-longer-than-thirty-one-bytes.key",
};
const char *const words_paths[WORDS_PATHS] = {
	"/etc/a", "/etc/B/x.key", "/a",		"/a/B",	     "/B/a/B",	     "/a/B/etc/B",
	"/etc",	  "/a/B/etc/B/a", "/etc/x.key", "/etc/ab/B", "/B/etc/x.key",
};

bool words_one_in(uint32_t n)
{
	return files_random(n) == 0;
}

const char *words_pick(const char *const *from, size_t n)
{
	return from[files_random((uint32_t)n)];
}

/* A path, a part of one, or something that is none. */
const char *words_path(void)
{
	static const char *const odd[] = {
		"/",	  "",	     "etc", "/etc/",   "/etc//a",   "//etc/a",	"/etc/./a",
		"/../a",  "memfd:a", "...", ".../a",   "/...",	    "@a",	"@/etc/a",
		"@etc/a", "@",	     "a/",  "/etc/a/", "memfd:a/b", "\\/etc/a", ".",
	};
	const char *path = words_pick(words_paths, COUNT(words_paths));
	size_t len = strlen(path);

	if (words_one_in(6))
		return words_pick(odd, COUNT(odd));
	switch (files_random(4)) {
	case 0:
		return condition_keep(path, files_random((uint32_t)len + 1));
	case 1:
		path += files_random((uint32_t)len + 1);
		return condition_keep(path, strlen(path));
	default:
		return path;
	}
}

/* A text with a wildcard in it, which it still matches, or does not. */
const char *words_glob(const char *path)
{
	static const char *const wild[] = {"*", "?",	"[ab]",	 "\\",	"[",
					   "]", "[!x]", "(a|b)", "+(a)"};
	size_t len = strlen(path), at = files_random((uint32_t)len + 1), n = len - at;
	char text[512], one[8] = "*";

	switch (files_random(5)) {
	case 0: /* the same letter, by a set, or escaped */
		n = n > 0;
		snprintf(one, sizeof(one), words_one_in(2) ? "[%.*s]" : "\\%.*s", (int)n,
			 path + at);
		break;
	case 1:
		n = n > 0;
		one[0] = '?';
		break;
	case 2:
		n = files_random((uint32_t)n + 1);
		snprintf(one, sizeof(one), "%s", words_pick(wild, COUNT(wild)));
		break;
	default:
		n = files_random((uint32_t)n + 1);
		break;
	}
	snprintf(text, sizeof(text), "%.*s%s%s", (int)at, path, one, path + at + n);
	return condition_keep(text, strlen(text));
}

static const char *words_word(void)
{
	const char *word = words_pick(words_names, COUNT(words_names));

	switch (files_random(4)) {
	case 0:
		return words_path();
	case 1: /* the end of a name */
		word += files_random((uint32_t)strlen(word) + 1);
		return condition_keep(word, strlen(word));
	default:
		return word;
	}
}

const char *words_socket(void)
{
	static const char *const sockets[] = {
		"x.sock",  "@x.sock", "dockerd", "/run/x.sock",
		"/x.sock", "sock",    "@",	 "fifteen-letters",
		"a",	   "@/a/b",   "@a/b",	 "fifteen-letters-and"};

	return words_one_in(5) ? words_word() : words_pick(sockets, COUNT(sockets));
}

/* What such a field can be, among other things. */
const char *words_for(enum field_id id)
{
	static const char *const types[] = {
		"open",	   "openat",  "openat2", "creat",    "open_by_handle_at",
		"connect", "execve",  "setuid",	 "procexit", "bind",
		"listen",  "accept4", "sendto",	 "socket",   "chmod",
		"mount",   "rename",  "dup",	 "dup2",     "dup3",
		"credrise"};
	static const char *const chars[] = {"f", "d", "p", "u", "4", "6"};
	static const char *const kinds[] = {"block", "char", "regular", "directory", "fifo",
					    "file",  "unix", "ipv4",	"ipv6",	     "pipe"};
	static const char *const protos[] = {"tcp", "udp", "icmp", "raw"};
	static const char *const families[] = {"AF_INET", "AF_INET6", "AF_PACKET", "AF_"};
	static const char *const results[] = {"SUCCESS", "EINPROGRESS", "ECONNREFUSED", "EACCES"};
	static const char *const devices[] = {"1:1", "1:2", "8:1", "01:1", "2:1"};
	static const char *const others[] = {"<",    ">",    "SUCCESS", "EACCES",
					     "root", "host", "overlay", "sh"};

	switch (id) {
	case F_TYPE:
		return words_pick(types, COUNT(types));
	case F_FD_TYPECHAR:
		return words_pick(chars, COUNT(chars));
	case F_FILE_TYPE:
	case F_FD_TYPE:
		return words_pick(kinds, COUNT(kinds));
	case F_FD_L4PROTO:
		return words_pick(protos, COUNT(protos));
	case F_ARG:
	case F_ARG_DOMAIN:
		return words_pick(families, COUNT(families));
	case F_FD_SOCKFAMILY:
		return words_one_in(4) ? "unix" : "ip";
	case F_RES:
		return words_pick(results, COUNT(results));
	case F_FILE_RDEV:
		return words_pick(devices, COUNT(devices));
	case F_SOCKET_NAME:
	case F_PEER_COMM:
		return words_socket();
	case F_FD_NAME:
		return words_one_in(4) ? words_socket() : words_path();
	case F_FILE_PATHS:
	case F_FD_DIRECTORY:
	case F_FILE_SBPATH:
	case F_PROCFS_PATH:
	case F_SYSFS_PATH:
	case F_CGROUPFS_PATH:
	case F_KERNELFS_PATH:
	case F_HOST_PATH:
		return words_one_in(5) ? words_word() : words_path();
	case F_FD_FILENAME:
	case F_FILE_NAME:
		return words_word();
	default:
		return words_one_in(2) ? words_pick(others, COUNT(others)) : words_word();
	}
}
