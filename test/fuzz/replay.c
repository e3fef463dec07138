/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gives every file of the folders named to the target that it is linked with: what fuzzing has
 * found once is tested in every build, with whatever compiler. Names a file before it is run, if
 * KOI_FUZZ_VERBOSE is set, so that the culprit of a crash is known.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

/* In a block of its own size, so that a sanitizer sees the first octet beyond it. */
static int
run_file(const char *path)
{
	uint8_t *data = NULL;
	struct stat st;
	size_t size;
	FILE *f;
	int error = 0;

	f = fopen(path, "rb");
	if (f == NULL || fstat(fileno(f), &st) != 0)
		goto err;
	size = (size_t)st.st_size;
	data = malloc(size);
	if ((data == NULL && size != 0) || fread(data, 1, size, f) != size)
		goto err;
	LLVMFuzzerTestOneInput(data, size);
	goto out;
err:
	error = -1;
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
out:
	free(data);
	if (f != NULL)
		fclose(f);
	return error;
}

static int
is_regular(const struct dirent *entry)
{
	return entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
}

/* Returns the number of files, -1 on failure. */
static int
run_folder(const char *folder)
{
	bool is_verbose = getenv("KOI_FUZZ_VERBOSE") != NULL;
	struct dirent **entries;
	int error = 0;
	char *path;
	int count;

	count = scandir(folder, &entries, is_regular, alphasort);
	if (count < 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
			abort();
		if (is_verbose)
			fprintf(stderr, "%s\n", path);
		error |= run_file(path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return error == 0 ? count : -1;
}

int
main(int argc, char **argv)
{
	int total = 0;

	for (int i = 1; i < argc; i++) {
		int count = run_folder(argv[i]);

		/* An empty folder would pass whatever the target does. */
		if (count <= 0) {
			fprintf(stderr, "%s: nothing to run\n", argv[i]);
			return EXIT_FAILURE;
		}
		total += count;
	}
	printf("%d inputs\n", total);
	return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
