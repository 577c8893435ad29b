// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/random.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rules/filter/condition.h"
#include "rules/filter/words.h"
#include "rules/value.h"
#include "source/files.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The event that the conditions being made should match. */
static const struct event *aim;
static struct value_scratch scratch;

/* What the field is in that event; now and then a part of it. NULL: it has none. */
static const char *value_aimed_at(enum field_id id)
{
	const struct field_use use = {.id = id};
	struct value v;
	struct str s;
	uint32_t at;

	scratch.used = 0;
	value_of(&v, aim, &use, &scratch);
	if (v.type == VALUE_LIST)
		s = v.list[files_random((uint32_t)v.n_list)];
	else if (v.type == VALUE_STRING)
		s = v.s;
	else
		return NULL;
	if (s.len > 200)
		return NULL;
	at = files_random(s.len + 1);
	switch (files_random(8)) {
	case 0:
		s = (struct str){s.p + at, s.len - at, s.len - at};
		break;
	case 1:
		s.len = at;
		break;
	case 2:
		s = str_basename(s);
		break;
	case 3:
		s.len -= str_basename(s).len;
		break;
	default:
		break;
	}
	return condition_keep(s.p, s.len);
}

static const char *random_value(enum field_id id)
{
	const char *value = words_one_in(4) ? NULL : value_aimed_at(id);

	return value ? value : words_for(id);
}

static enum field_id random_field(void)
{
	/* Those that say most of what the kernel can compare, so that they come often. */
	static const enum field_id usual[] = {
		F_FD_NAME,	 F_FD_NAME,	  F_FILE_PATHS,	 F_FD_DIRECTORY, F_FD_FILENAME,
		F_FILE_NAME,	 F_FILE_SBPATH,	  F_PROCFS_PATH, F_SYSFS_PATH,	 F_CGROUPFS_PATH,
		F_KERNELFS_PATH, F_HOST_PATH,	  F_HOST_PATH,	 F_FILE_SBPATH,	 F_FILE_TYPE,
		F_FILE_SUID,	 F_FILE_RDEV,	  F_SOCKET_NAME, F_PEER_COMM,	 F_IS_OPEN_READ,
		F_IS_OPEN_WRITE, F_IS_OPEN_WRITE, F_TYPE,	 F_FD_TYPECHAR,	 F_BLOCKED,
	};

	if (words_one_in(5))
		return (enum field_id)files_random(F_RULE_END);
	return usual[files_random(COUNT(usual))];
}

static const char *lower(const char *text)
{
	char *copy = (char *)condition_keep(text, strlen(text));
	size_t i;

	for (i = 0; copy[i]; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return copy;
}

static struct node *random_text_test(enum field_id id)
{
	static const enum operator_kind usual[] = {OP_EQ,	  OP_IN,       OP_PMATCH,
						   OP_STARTSWITH, OP_ENDSWITH, OP_GLOB};
	enum operator_kind op = words_one_in(4) ? (enum operator_kind)files_random(OP_END) :
						  usual[files_random(COUNT(usual))];
	bool many = op == OP_IN || op == OP_INTERSECTS || op == OP_PMATCH;
	size_t n = op == OP_EXISTS ? 0 : many ? files_random(4) : 1, i;
	const char *values[4];

	if (op == OP_REGEX)
		values[0] = words_one_in(2) ? ".*" : "/ETC.*";
	for (i = 0; i < n && op != OP_REGEX; i++) {
		if (op == OP_GLOB || op == OP_IGLOB || (op == OP_PMATCH && words_one_in(3)))
			values[i] = words_glob(random_value(id));
		else
			values[i] = random_value(id);
		if (words_one_in(op == OP_IGLOB || op == OP_ICONTAINS ? 2 : 8))
			values[i] = lower(values[i]);
	}
	return condition_test(id, op, values, n);
}

static struct node *random_number_test(enum field_id id)
{
	static const char *const numbers[] = {"0", "-1", "1", "3", "-13", "1000", "2", "0x1", "4"};
	static const enum operator_kind ops[] = {OP_EQ, OP_NE, OP_LT, OP_LE,
						 OP_GT, OP_GE, OP_IN, OP_EXISTS};
	enum operator_kind op = ops[files_random(COUNT(ops))];
	const char *values[2] = {words_pick(numbers, COUNT(numbers)),
				 words_pick(numbers, COUNT(numbers))};

	return condition_test(id, op, values, op == OP_EXISTS ? 0 : op == OP_IN ? 2 : 1);
}

/* A port of the event's, or one near it. */
static struct node *random_port_test(enum field_id id)
{
	static const char *const numbers[] = {"0",     "80", "1023", "1024",  "0x947",
					      "2375",  "22", "443",  "40000", "65535",
					      "65536", "-1", "2376"};
	static const enum operator_kind ops[] = {OP_EQ, OP_EQ, OP_NE, OP_LT, OP_LE,
						 OP_GT, OP_GE, OP_IN, OP_IN, OP_EXISTS};
	enum operator_kind op = ops[files_random(COUNT(ops))];
	const char *values[3];

	for (size_t i = 0; i < COUNT(values); i++)
		values[i] = words_pick(numbers, COUNT(numbers));
	return condition_test(id, op, values, op == OP_EXISTS ? 0 : op == OP_IN ? 3 : 1);
}

static struct node *random_address_test(enum field_id id)
{
	static const char *const nets[] = {"10.0.0.0/8",
					   "127.0.0.0/8",
					   "10.0.0.1",
					   "169.254.169.254",
					   "169.254.0.0/16",
					   "0.0.0.0/0",
					   "0.0.0.0",
					   "::/0",
					   "fd00::/8",
					   "::1",
					   "fd00::1",
					   "::ffff:127.0.0.1",
					   "::ffff:10.0.0.0/104",
					   "10.1.2.3/31",
					   "fd00::/127",
					   "::ffff:0:0/96"};
	static const enum operator_kind ops[] = {OP_EQ, OP_IN, OP_IN,	      OP_NE,
						 OP_IN, OP_EQ, OP_INTERSECTS, OP_EXISTS};
	enum operator_kind op = ops[files_random(COUNT(ops))];
	size_t n = op == OP_EXISTS ? 0 : op == OP_EQ || op == OP_NE ? 1 : files_random(12);
	const char *values[12], *aimed = value_aimed_at(id);
	struct network net;

	for (size_t i = 0; i < n; i++)
		values[i] = words_pick(nets, COUNT(nets));
	if (n > 0 && aimed && network_parse(&net, aimed, strlen(aimed)) == 0)
		values[0] = aimed;
	return condition_test(id, op, values, n);
}

static bool is_port(enum field_id id)
{
	return id == F_FD_SPORT || id == F_FD_CPORT || id == F_FD_LPORT || id == F_FD_RPORT ||
	       id == F_FD_PORT;
}

static struct node *random_bool_test(enum field_id id)
{
	static const char *const bools[] = {"true", "false", "1", "0"};
	static const enum operator_kind ops[] = {OP_EQ, OP_EQ, OP_NE, OP_IN, OP_EXISTS};
	enum operator_kind op = ops[files_random(COUNT(ops))];
	const char *value = words_pick(bools, COUNT(bools));

	return condition_test(id, op, &value, op == OP_EXISTS ? 0 : 1);
}

static struct node *test_of(enum field_id id)
{
	static const struct field_use name = {.id = F_FD_NAME}, sbpath = {.id = F_FILE_SBPATH};
	enum field_type type = value_field_type(id);
	struct node *test;

	if (is_port(id))
		return random_port_test(id);
	if (type == FIELD_ADDRESS)
		return random_address_test(id);
	if (type == FIELD_NUMBER)
		return random_number_test(id);
	if (type == FIELD_BOOL)
		return random_bool_test(id);
	test = random_text_test(id);
	if (words_one_in(20))
		condition_transform(test, TRANSFORM_TOLOWER);
	if (words_one_in(12))
		condition_transform(test, TRANSFORM_BASENAME);
	if (words_one_in(20) && test->op == OP_EQ) {
		test->right = words_one_in(2) ? &name : &sbpath;
		test->n_values = 0;
	}
	return test;
}

static struct node *random_test(void)
{
	return test_of(random_field());
}

static struct node *random_node(uint32_t depth)
{
	struct node *kids[3];
	size_t n, i;

	if (depth == 0 || words_one_in(4))
		return random_test();
	if (words_one_in(4)) {
		kids[0] = random_node(depth - 1);
		return condition_join(NODE_NOT, kids, 1);
	}
	n = 2 + files_random(2);
	for (i = 0; i < n; i++)
		kids[i] = random_node(depth - 1);
	return condition_join(words_one_in(2) ? NODE_OR : NODE_AND, kids, n);
}

/* Not below those directories, and something more; often by what is no such exclusion. */
static struct node *random_excluded(void)
{
	enum field_id id = words_one_in(4) ? F_HOST_PATH : F_FILE_SBPATH;
	const char *value = random_value(F_FILE_SBPATH);
	struct node *kids[2], *both;
	char text[512];

	snprintf(text, sizeof(text), "%s/", value);
	value = words_one_in(4) ? text : value;
	kids[0] = condition_test(id, words_one_in(4) ? OP_STARTSWITH : OP_PMATCH, &value, 1);
	if (words_one_in(2))
		return condition_join(NODE_NOT, kids, 1);
	kids[1] = random_test();
	both = condition_join(words_one_in(2) ? NODE_OR : NODE_AND, kids, 2);
	return condition_join(NODE_NOT, &both, 1);
}

/* A test of something that the event has, if possible. */
static struct node *random_apt_test(void)
{
	static const enum field_id ids[] = {F_FD_NAME,	   F_FILE_PATHS,    F_FD_DIRECTORY,
					    F_FD_FILENAME, F_FILE_NAME,	    F_FILE_SBPATH,
					    F_PROCFS_PATH, F_CGROUPFS_PATH, F_KERNELFS_PATH,
					    F_SYSFS_PATH,  F_SOCKET_NAME,   F_PEER_COMM,
					    F_FILE_TYPE,   F_FILE_RDEV,	    F_HOST_PATH,
					    F_FD_TYPECHAR, F_FD_TYPE};
	enum field_id id;
	int tries = 5;

	do
		id = ids[files_random(COUNT(ids))];
	while (!value_aimed_at(id) && --tries > 0);
	return random_text_test(id);
}

/* As people write rules: these files, opened so, and something more; or several of those. */
static struct node *random_usual(uint32_t depth)
{
	struct node *kids[3];
	size_t i;

	if (depth > 0 && words_one_in(3)) {
		for (i = 0; i < COUNT(kids); i++)
			kids[i] = random_usual(depth - 1);
		return condition_join(NODE_OR, kids, COUNT(kids));
	}
	if (words_one_in(5)) {
		kids[0] = random_text_test(F_HOST_PATH);
		kids[1] = random_excluded();
	} else {
		kids[0] = random_apt_test();
		kids[1] = words_one_in(2) ? random_bool_test(F_IS_OPEN_WRITE) : random_node(2);
	}
	kids[2] = words_one_in(2) ? random_test() : random_bool_test(F_IS_OPEN_READ);
	return condition_join(NODE_AND, kids, 2 + files_random(2));
}

/* As people write rules of connections. */
static struct node *random_of_net(uint32_t depth)
{
	static const enum field_id ids[] = {
		F_FD_SPORT,	 F_FD_SPORT,	 F_FD_SPORT,	F_FD_SIP,   F_FD_SIP,
		F_FD_SNET,	 F_FD_RPORT,	 F_FD_LPORT,	F_FD_PORT,  F_FD_RIP,
		F_FD_LNET,	 F_FD_IP,	 F_FD_NET,	F_FD_CIP,   F_FD_CPORT,
		F_TYPE,		 F_TYPE,	 F_FD_L4PROTO,	F_FD_TYPE,  F_FD_NAME,
		F_ARG_DOMAIN,	 F_ARG_DOMAIN,	 F_FD_TYPECHAR, F_ARG_TYPE, F_FD_IS_SERVER,
		F_FD_SOCKFAMILY, F_FD_CONNECTED, F_RAWRES,	F_RES,	    F_FD_NUM,
		F_FD_NUM,	 F_DUP_STDIO,	 F_ARG_OLDFD,	F_ARG,	    F_FD_TYPE};
	struct node *kids[3];
	size_t n = 2 + files_random(2);

	for (size_t i = 0; i < n; i++)
		kids[i] = depth > 0 && words_one_in(3) ? random_of_net(depth - 1) :
							 test_of(ids[files_random(COUNT(ids))]);
	if (words_one_in(5))
		kids[0] = condition_join(NODE_NOT, kids, 1);
	return condition_join(words_one_in(4) ? NODE_OR : NODE_AND, kids, n);
}

struct node *random_condition(const struct event *e)
{
	aim = e;
	if (e->kind == EVENT_NET && !words_one_in(4))
		return random_of_net(2);
	return words_one_in(8) ? random_node(files_random(5)) : random_usual(1);
}
