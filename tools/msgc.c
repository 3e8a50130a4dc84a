/* msgc.c - the message compiler: msgc OUT.h OUT.c DOMAIN.th.po DOMAIN.en.po …
 *
 * Reads gettext catalogues whose msgid is a key ("error.denied") and writes
 * enum msg and the sorted table of texts. A catalogue is refused, with file and
 * line, when a key lacks one of the languages, has an empty text, stands twice,
 * clashes with another as a C name, or has different {n} places in the two. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#define MAX_FILE ((size_t)4 << 20)
#define MAX_TEXT ((size_t)64 << 10)
#define MAX_ENTRIES 20000

enum { TH, EN, LANGUAGES };
static const char *const language_names[LANGUAGES] = { "th", "en" };

struct entry {
	struct str key, text, domain;
	const char *file;
	int line, language;
};

struct compiler {
	struct arena *arena;
	struct entry *v;
	size_t n;
	int errors;
};

/* Where the reader stands in a catalogue. */
struct reader {
	struct compiler *c;
	const char *file;
	struct str domain;
	int line, language;
	enum { IN_NOTHING, IN_KEY, IN_TEXT } in;
	int entry_line;
	struct buf key, text;
};

PRINTF_LIKE(4, 5)
static void complain(
    struct compiler *c, const char *file, int line, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	fprintf(stderr, "%s:%d: error: ", file, line);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	c->errors++;
}

static bool key_ok(struct str key)
{
	if (key.n == 0 || key.p[0] < 'a' || key.p[0] > 'z')
		return false;
	for (size_t i = 0; i < key.n; i++) {
		if (!strchr(
			"abcdefghijklmnopqrstuvwxyz0123456789.-_", key.p[i]))
			return false;
	}
	return true;
}

/* The places {0} … {3} as bits; false for {4} … {9}. */
static bool places(struct str text, unsigned *ret)
{
	unsigned bits = 0;
	for (size_t i = 0; i + 2 < text.n; i++) {
		char digit = text.p[i + 1];
		if (text.p[i] != '{' || text.p[i + 2] != '}' || digit < '0' ||
		    digit > '9')
			continue;
		if (digit > '3')
			return false;
		bits |= 1U << (digit - '0');
	}
	*ret = bits;
	return true;
}

static void end_entry(struct reader *r)
{
	struct compiler *c = r->c;
	if (r->in == IN_NOTHING)
		return;
	struct str key = buf_view(&r->key), text = buf_view(&r->text);
	unsigned ignored;
	if (r->in == IN_KEY)
		complain(c, r->file, r->entry_line, "msgid without msgstr");
	else if (key.n == 0)
		; /* the catalogue's own header */
	else if (!buf_ok(&r->key) || !buf_ok(&r->text))
		complain(c, r->file, r->entry_line, "too long");
	else if (!key_ok(key))
		complain(c, r->file, r->entry_line,
		    "key \"%.*s\": only a-z, 0-9, '.', '-' and '_'",
		    STR_ARG(key));
	else if (text.n == 0)
		complain(c, r->file, r->entry_line, "\"%.*s\" has no text",
		    STR_ARG(key));
	else if (!str_utf8(text))
		complain(c, r->file, r->entry_line, "\"%.*s\" is not UTF-8",
		    STR_ARG(key));
	else if (!places(text, &ignored))
		complain(c, r->file, r->entry_line,
		    "\"%.*s\": places are {0} to {3}", STR_ARG(key));
	else if (c->n == MAX_ENTRIES)
		complain(c, r->file, r->entry_line, "too many messages");
	else
		c->v[c->n++] = (struct entry){
			.key = key,
			.text = text,
			.domain = r->domain,
			.file = r->file,
			.line = r->entry_line,
			.language = r->language,
		};
	r->in = IN_NOTHING;
}

/* A string in quotes, to the end of the line, into `to`. */
static void read_quoted(struct reader *r, struct str s, struct buf *to)
{
	s = str_trim(s);
	bool open = str_take_char(&s, '"');
	while (open && s.n > 1 && s.p[0] != '"') {
		char c = s.p[0];
		size_t used = 1;
		if (c == '\\') {
			static const char from[] = "nt\"\\";
			const char *at = strchr(from, s.p[1]);
			open = at && *at;
			c = open ? "\n\t\"\\"[at - from] : 0;
			used = 2;
		}
		if (open)
			buf_char(to, c);
		s = str_from(s, used);
	}
	if (!open || s.n != 1 || s.p[0] != '"')
		complain(r->c, r->file, r->line, "not a string in quotes");
}

static void read_line(struct reader *r, struct str line)
{
	line = str_trim(line);
	if (str_starts(line, STR("#,")) && str_has(line, STR("fuzzy")))
		complain(r->c, r->file, r->line, "a fuzzy message");
	if (line.n == 0 || line.p[0] == '#')
		return;
	if (str_take(&line, STR("msgid "))) {
		end_entry(r);
		r->in = IN_KEY;
		r->entry_line = r->line;
		r->key = buf_new(r->c->arena, MAX_TEXT);
		r->text = buf_new(r->c->arena, MAX_TEXT);
		read_quoted(r, line, &r->key);
	} else if (r->in == IN_KEY && str_take(&line, STR("msgstr "))) {
		r->in = IN_TEXT;
		read_quoted(r, line, &r->text);
	} else if (r->in != IN_NOTHING && line.p[0] == '"') {
		read_quoted(r, line, r->in == IN_KEY ? &r->key : &r->text);
	} else {
		complain(r->c, r->file, r->line,
		    "neither msgid, msgstr, string nor comment");
	}
}

static bool read_whole(struct compiler *c, const char *path, struct str *ret)
{
	char *p = arena_alloc(c->arena, MAX_FILE);
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	size_t n = fread(p, 1, MAX_FILE, f);
	bool ok = !ferror(f) && n < MAX_FILE;
	fclose(f);
	*ret = str_n(p, n);
	return ok;
}

/* DIR/DOMAIN.LANGUAGE.po */
static bool parse_name(const char *path, struct str *domain, int *language)
{
	const char *slash = strrchr(path, '/');
	struct str name = str_of(slash ? slash + 1 : path), rest;
	if (!str_cut(name, '.', domain, &rest))
		return false;
	for (*language = 0; *language < LANGUAGES; ++*language) {
		struct str s = rest;
		if (str_take(&s, str_of(language_names[*language])) &&
		    str_eq(s, STR(".po")))
			return true;
	}
	return false;
}

static void read_catalogue(struct compiler *c, const char *path)
{
	struct reader r = { .c = c, .file = path };
	struct str rest, line;
	if (!parse_name(path, &r.domain, &r.language)) {
		complain(c, path, 0, "not named DOMAIN.th.po or DOMAIN.en.po");
		return;
	}
	if (!read_whole(c, path, &rest)) {
		complain(c, path, 0, "cannot be read, or too large");
		return;
	}
	while (rest.n) {
		r.line++;
		str_cut(rest, '\n', &line, &rest);
		read_line(&r, line);
	}
	end_entry(&r);
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = str_cmp(x->key, y->key);
	return order ? order : x->language - y->language;
}

static struct str c_name(struct compiler *c, struct str key)
{
	char *p = arena_alloc(c->arena, key.n);
	for (size_t i = 0; i < key.n; i++)
		p[i] = key.p[i] == '.' || key.p[i] == '-' ? '_' : key.p[i];
	return str_n(p, key.n);
}

/* The entries from `i` on that have the same key; how many there are. */
static size_t check_key(struct compiler *c, size_t i)
{
	const struct entry *e = &c->v[i];
	size_t n = 1;
	while (i + n < c->n && str_eq(e[n].key, e->key)) {
		if (e[n].language == e[n - 1].language)
			complain(c, e[n].file, e[n].line,
			    "\"%.*s\" stands already in %s:%d", STR_ARG(e->key),
			    e[n - 1].file, e[n - 1].line);
		n++;
	}
	if (n == 1) {
		complain(c, e->file, e->line, "\"%.*s\" has no text in \"%s\"",
		    STR_ARG(e->key), language_names[!e->language]);
	} else if (n == LANGUAGES && e[0].language != e[1].language) {
		unsigned th = 0, en = 0;
		places(e[0].text, &th);
		places(e[1].text, &en);
		if (th != en)
			complain(c, e[1].file, e[1].line,
			    "\"%.*s\" has other places than %s:%d",
			    STR_ARG(e->key), e[0].file, e[0].line);
		if (!str_eq(e[0].domain, e[1].domain))
			complain(c, e[1].file, e[1].line,
			    "\"%.*s\" has its Thai in another domain, %s:%d",
			    STR_ARG(e->key), e[0].file, e[0].line);
	}
	return n;
}

static int by_c_name(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;
	struct str s = (*x)->key, t = (*y)->key;
	for (size_t i = 0; i < s.n && i < t.n; i++) {
		char p = s.p[i], q = t.p[i];
		p = p == '.' || p == '-' ? '_' : p;
		q = q == '.' || q == '-' ? '_' : q;
		if (p != q)
			return p - q;
	}
	return (s.n > t.n) - (s.n < t.n);
}

static void check_c_names(struct compiler *c)
{
	struct entry **v = ARENA_ARRAY(c->arena, struct entry *, c->n + 1);
	for (size_t i = 0; i < c->n; i++)
		v[i] = &c->v[i];
	qsort(v, c->n, sizeof *v, by_c_name);
	for (size_t i = 1; i < c->n; i++) {
		if (by_c_name(&v[i - 1], &v[i]) == 0 &&
		    !str_eq(v[i - 1]->key, v[i]->key))
			complain(c, v[i]->file, v[i]->line,
			    "\"%.*s\" and \"%.*s\" are the same name in C",
			    STR_ARG(v[i]->key), STR_ARG(v[i - 1]->key));
	}
}

static void check(struct compiler *c)
{
	qsort(c->v, c->n, sizeof *c->v, by_key);
	for (size_t i = 0; i < c->n;)
		i += check_key(c, i);
	check_c_names(c);
}

static void write_header(struct compiler *c, FILE *f)
{
	fputs("/* Made by tools/msgc from po/. */\n"
	      "#ifndef MESSAGES_H\n#define MESSAGES_H\n\n"
	      "#include \"base/base.h\"\n\n"
	      "enum msg {\n\tMSG_NONE, /* no message: empty key and text */\n",
	    f);
	for (size_t i = 0; i < c->n; i += LANGUAGES)
		fprintf(f, "\tMSG_%.*s,\n", STR_ARG(c_name(c, c->v[i].key)));
	fputs(
	    "\tMSGS\n};\n\n"
	    "/* In the order of the keys; texts in the order of enum lang. */\n"
	    "struct message {\n\tstruct str key, text[2];\n};\n"
	    "extern const struct message msg_table[MSGS];\n\n#endif\n",
	    f);
}

static void write_literal(FILE *f, struct str s)
{
	fputs("STR_INIT(\"", f);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\n')
			fputs("\\n", f);
		else if (c == '\t')
			fputs("\\t", f);
		else if (strchr("\"\\?", c)) /* '?': no trigraphs */
			fprintf(f, "\\%c", c);
		else
			fputc(c, f);
	}
	fputs("\")", f);
}

static void write_table(struct compiler *c, FILE *f)
{
	fputs("/* Made by tools/msgc from po/. */\n#include \"messages.h\"\n\n"
	      "const struct message msg_table[MSGS] = {\n"
	      "\t{ STR_INIT(\"\"), { STR_INIT(\"\"), STR_INIT(\"\") } },\n",
	    f);
	for (size_t i = 0; i < c->n; i += LANGUAGES) {
		fputs("\t{ ", f);
		write_literal(f, c->v[i].key);
		fputs(",\n\t    { ", f);
		write_literal(f, c->v[i].text);
		fputs(",\n\t\t", f);
		write_literal(f, c->v[i + 1].text);
		fputs(" } },\n", f);
	}
	fputs("};\n", f);
}

static bool write_file(struct compiler *c, const char *path,
    void (*write)(struct compiler *, FILE *))
{
	FILE *f = fopen(path, "wb");
	if (!f)
		return false;
	write(c, f);
	bool ok = !ferror(f);
	return fclose(f) == 0 && ok;
}

static int compile(struct compiler *c, int argc, char **argv)
{
	for (int i = 3; i < argc; i++)
		read_catalogue(c, argv[i]);
	check(c);
	if (c->errors)
		return 1;
	if (!write_file(c, argv[1], write_header) ||
	    !write_file(c, argv[2], write_table)) {
		perror(argv[0]);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fputs("msgc OUT.h OUT.c FILE.po…\n", stderr);
		return 2;
	}
	struct compiler c = { .arena = arena_new() };
	c.v = ARENA_ARRAY(c.arena, struct entry, MAX_ENTRIES);
	int status = compile(&c, argc, argv);
	arena_free(c.arena);
	return status;
}
