// SPDX-License-Identifier: Apache-2.0
/* The smallest program worth the name: what the fork+exec workload starts. */
int main(void)
{
	return 0;
}
