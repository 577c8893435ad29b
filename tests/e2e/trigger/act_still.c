/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps the file that it was given as descriptor 3, by the letters that come in: p(rivate) as the
 * loader and every allocation do, s(hared). Each letter is written back into that file when it is
 * done; else it does nothing that anybody could notice.
 */
#include "truth.h"

#include <sys/mman.h>

#define FILE_FD 3
#define TIMES	1000
#define LENGTH	4096

/* (The file does not matter to a mapping of none.) */
static void map(int flags)
{
	void *at = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, flags, FILE_FD, 0);

	if (at == MAP_FAILED || munmap(at, LENGTH))
		truth_die("mmap");
}

int main(void)
{
	char letter;

	truth_begin("still");
	truth_end();
	while (read(STDIN_FILENO, &letter, 1) == 1) {
		for (int i = 0; letter == 'p' && i < TIMES; i++) {
			map(MAP_PRIVATE);
			map(MAP_PRIVATE | MAP_ANONYMOUS);
		}
		if (letter == 's')
			map(MAP_SHARED);
		if (write(FILE_FD, &letter, 1) != 1)
			truth_die("write");
	}
	return 0;
}
