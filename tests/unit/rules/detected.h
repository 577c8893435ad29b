/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules that rootwatch comes with raise, of events as the decoder gives them: an act that
 * raises it, one that comes near and does not, and one in disguise (which raises it all the same,
 * or pretends to be it and does not). tests/data/rules/default has more, by fields.
 */
#ifndef ROOTWATCH_TEST_RULES_DETECTED_H
#define ROOTWATCH_TEST_RULES_DETECTED_H

#include "event/event.h"

/* Fails with the line unless the rule id matches, or does not; first: it is the most severe that
 * does. */
void detected_expect(int line, const char *id, bool raised, bool first, struct event e);
/* Fails with the line when any rule matches. */
void detected_nothing(int line, struct event e);
/* cmocka's setup of each test: forgets the strings of the one before. */
int detected_reset(void **state);

/* Raises it, and it is the one that is reported. */
#define raises(id, ...) detected_expect(__LINE__, id, true, true, __VA_ARGS__)
/* Raises it beside a more severe one. */
#define raises_too(id, ...) detected_expect(__LINE__, id, true, false, __VA_ARGS__)
#define near(id, ...)	    detected_expect(__LINE__, id, false, false, __VA_ARGS__)
#define disguised(id, ...)  detected_expect(__LINE__, id, true, true, __VA_ARGS__)
#define pretends(id, ...)   detected_expect(__LINE__, id, false, false, __VA_ARGS__)
#define nothing(...)	    detected_nothing(__LINE__, __VA_ARGS__)
#define DETECTION(f)	    cmocka_unit_test_setup(f, detected_reset)

#define WRITE (O_WRONLY | O_CREAT | O_TRUNC)

/* Root opened a file of the container's own. */
struct event judge_writes(const char *path);
struct event judge_reads(const char *path);
/* /etc bound to /tmp/x: another path, the same place on the container's root. */
struct event_file judge_moved(const char *path, const char *rootpath);

#endif /* ROOTWATCH_TEST_RULES_DETECTED_H */
