// SPDX-License-Identifier: Apache-2.0
#include "numbers.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double numbers_quantile(double *v, size_t n, double q)
{
	double at, part;
	size_t i;

	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), compare);
	at = q * (double)(n - 1);
	i = (size_t)at;
	part = at - (double)i;
	return i + 1 < n ? v[i] * (1 - part) + v[i + 1] * part : v[n - 1];
}
