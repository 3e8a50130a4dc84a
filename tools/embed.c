/* embed - a host tool of the build: embed OUT.c SYMBOL FILE…
 *
 * Writes OUT.c with `const struct embedded SYMBOL[]` (base/embed.h), one entry
 * for each file in the order given, and `const size_t SYMBOL_n`. Two files with
 * the same last path part are refused: an entry is found by it. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Far above any file of ours: a wrong path shall not fill the compiler. */
static const size_t max_bytes = (size_t)8 << 20;

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "embed: %s: %s\n", what, why);
	exit(1);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_plain(const char *name, const char *extra)
{
	if (!*name)
		return false;
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(extra, *c))
			return false;
	return true;
}

static size_t write_bytes(FILE *out, const char *path, size_t number)
{
	FILE *in = fopen(path, "rb");
	size_t n = 0;
	int c;

	if (!in)
		die(path, strerror(errno));
	fprintf(out, "static const unsigned char bytes_%zu[] = {", number);
	while ((c = getc(in)) != EOF) {
		if (n == max_bytes)
			die(path, "the file is too large");
		fprintf(out, "%s%d,", n % 24 ? "" : "\n", c);
		n++;
	}
	if (ferror(in))
		die(path, strerror(errno));
	fclose(in);
	fputs("\n0};\n", out);
	return n;
}

static void write_table(FILE *out, const char *symbol, char **files, int count)
{
	size_t *n = calloc((size_t)count + 1, sizeof(*n));

	if (!n)
		die(symbol, strerror(errno));
	fputs("/* Made by tools/embed. */\n#include \"base/embed.h\"\n", out);
	fprintf(out, "EMBEDDED(%s);\n", symbol);
	for (int i = 0; i < count; i++)
		n[i] = write_bytes(out, files[i], (size_t)i);
	fprintf(out, "const struct embedded %s[] = {\n", symbol);
	for (int i = 0; i < count; i++)
		fprintf(out, "{ \"%s\", bytes_%d, %zu },\n",
		    last_part(files[i]), i, n[i]);
	fprintf(
	    out, "{ 0, 0, 0 } };\nconst size_t %s_n = %d;\n", symbol, count);
	free(n);
}

static void check_names(char **files, int count)
{
	for (int i = 0; i < count; i++) {
		if (!is_plain(last_part(files[i]), "._-"))
			die(files[i], "the name has characters we do not use");
		for (int j = 0; j < i; j++)
			if (!strcmp(last_part(files[i]), last_part(files[j])))
				die(files[i], "two files have this name");
	}
}

int main(int argc, char **argv)
{
	if (argc < 3)
		die("usage", "embed OUT.c SYMBOL FILE...");
	if (!is_plain(argv[2], "_"))
		die(argv[2], "not a name in C");
	check_names(argv + 3, argc - 3);

	FILE *out = fopen(argv[1], "wb");
	if (!out)
		die(argv[1], strerror(errno));
	write_table(out, argv[2], argv + 3, argc - 3);
	bool bad = ferror(out);
	if (fclose(out) || bad)
		die(argv[1], "cannot be written");
	return 0;
}
