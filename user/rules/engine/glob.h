/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_RULES_ENGINE_GLOB_H
#define ROOTWATCH_RULES_ENGINE_GLOB_H

#include "base/str.h"

/*
 * As fnmatch(3) without flags in the C locale: * ? [...] and \, which match slashes and leading
 * dots as well. Takes at most the product of both lengths. fold: the case of ASCII letters does
 * not count.
 */
bool glob_match(struct str pattern, struct str text, bool fold);

#endif /* ROOTWATCH_RULES_ENGINE_GLOB_H */
