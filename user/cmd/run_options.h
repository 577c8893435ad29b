/* SPDX-License-Identifier: Apache-2.0 */
/* What `rootwatch run` can be told. */
#ifndef ROOTWATCH_CMD_RUN_OPTIONS_H
#define ROOTWATCH_CMD_RUN_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/rule_options.h"
#include "source/source.h"

struct run_options {
	bool json, text, all, blocked, stats;
	const char *output;
	const char *container;
	unsigned int duration;	  /* seconds; 0: until a signal */
	unsigned int stats_every; /* seconds; 0: only at the end */
	unsigned int ring_mib;	  /* 0: the default */
	int ready_fd;		  /* -1: none */
	uint32_t tier;		  /* or SOURCE_TIER_AUTO */
	struct rule_options rules;
};

#define RUN_OPTIONS_INIT                                                             \
	{                                                                            \
		.ready_fd = -1, .tier = SOURCE_TIER_AUTO, .rules = RULE_OPTIONS_INIT \
	}

/* Its input is a struct run_options. */
extern const struct argp run_options_argp;

#endif /* ROOTWATCH_CMD_RUN_OPTIONS_H */
