/* replay.c - tries every file of the folder given, as one test each (TAP). A
 * crash ends the run, and its file is the one that was named last. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

/* Exactly as long as the file, so that ASan sees a byte too much. */
static bool try_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st) != 0)
		return false;
	size_t n = (size_t)st.st_size;
	uint8_t *bytes = malloc(n);
	bool whole = bytes && fread(bytes, 1, n, f) == n;
	if (whole)
		LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
	return fclose(f) == 0 && whole;
}

static int is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int main(int n_args, char **args)
{
	struct dirent **v = NULL;
	char path[4096];
	int n = n_args == 2 ? scandir(args[1], &v, is_file, alphasort) : -1;
	int bad = 0;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", args[1], v[i]->d_name);
		printf("# %s\n", path);
		fflush(stdout);
		bool fine = try_file(path);
		printf("%s %d - %s\n", fine ? "ok" : "not ok", i + 1,
		    v[i]->d_name);
		bad += !fine;
		free(v[i]);
	}
	if (n <= 0) {
		printf("Bail out! no inputs\n");
		return 2;
	}
	free(v);
	printf("1..%d\n", n);
	return bad > 0;
}
