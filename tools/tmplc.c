/* tmplc - turns a template into C: tmplc IN.html OUT.c OUT.h
 *
 *   {% include "x.h" %}       for the header: the types that pages take
 *   {% page NAME(PARAMS) %}   begins void page_NAME(PARAMS); the first is
 *                             struct buf *o, the second as a rule
 *                             const struct view *v
 *   {% c ANY C %}             for, if, switch, declarations
 *   {% } %} {% } else { %}    end a block, go on with another
 *   {% call NAME(o, v, …) %}  writes another page here
 *   {{ EXPR }}                written, escaped for the place it stands in
 *   {{ t: KEY }}              the catalogue's text in the reader's language
 *   {{ t: KEY | A, B }}       the same with {0} and {1}, both struct str
 *   {# … #}                   dropped
 *
 * Pages write by {{ }} and call alone: C text may not name `o`. Where no
 * escaping is safe an expression is an error, and a block must leave the place
 * where it began. Blanks between tags are reduced to one line end. */
#include "tmplc_html.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE (1 << 20)
#define MAX_DEPTH 64

enum block_kind { BLOCK, BLOCK_IF, BLOCK_ELSE, BLOCK_LOOP, BLOCK_SWITCH };

struct block {
	enum block_kind kind;
	struct spot begin;
	struct spot ends; /* of the branches before */
	bool has_ends;
	int line;
};

struct text {
	const char *p;
	size_t n;
};

static const char *path;
static int line = 1;
static const char *line_of; /* where in the file `line` was counted to */
static FILE *code, *head;
static bool in_page;
static struct spot spot;
static struct block blocks[MAX_DEPTH];
static int depth;
static char literal[MAX_FILE];
static size_t literal_n;

__attribute__((format(printf, 1, 2))) _Noreturn static void die(
    const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: error: ", path, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* Errors, and the C compiler's, are told at the line of `p`. */
static void at(const char *p)
{
	for (; line_of < p; line_of++)
		line += *line_of == '\n';
	for (; line_of > p; line_of--)
		line -= line_of[-1] == '\n';
}

static bool name_begins(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool name_goes_on(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static struct text from(struct text t, size_t n)
{
	return (struct text){ t.p + n, t.n - n };
}

static struct text trim(struct text t)
{
	while (t.n && isspace((unsigned char)t.p[0]))
		t = from(t, 1);
	while (t.n && isspace((unsigned char)t.p[t.n - 1]))
		t.n--;
	return t;
}

static bool is(struct text t, const char *word)
{
	return t.n == strlen(word) && memcmp(t.p, word, t.n) == 0;
}

/* Whether `t` begins with the word; *rest is what follows, trimmed. */
static bool begins(struct text t, const char *word, struct text *rest)
{
	size_t n = strlen(word);

	if (t.n < n || memcmp(t.p, word, n) != 0 ||
	    (t.n > n && name_goes_on(t.p[n])))
		return false;
	*rest = trim(from(t, n));
	return true;
}

/* The next token of C: a name, a string, a comment or one character. */
static struct text token(struct text t)
{
	size_t n = 1;

	at(t.p);
	if (t.p[0] == '"' || t.p[0] == '\'') {
		while (n < t.n && t.p[n] != t.p[0])
			n += t.p[n] == '\\' ? 2 : 1;
		if (n >= t.n)
			die("a string is never closed");
		n++;
	} else if (name_begins(t.p[0])) {
		while (n < t.n && name_goes_on(t.p[n]))
			n++;
	} else if (t.n > 1 && t.p[0] == '/' &&
		   (t.p[1] == '/' || t.p[1] == '*')) {
		die("comments are written {# … #}");
	} else if (t.p[0] == '#' || t.p[0] == '\\') {
		die("%c cannot stand in a template's C", t.p[0]);
	}
	return (struct text){ t.p, n };
}

/* Goes over the tokens of an expression or of arguments. Answers the number
 * of commas outside all brackets. */
static size_t check_expr(struct text t, bool braces)
{
	char open[MAX_DEPTH];
	size_t n_open = 0, commas = 0;

	for (struct text k; t.n; t = from(t, k.n)) {
		k = token(t);
		char c = k.n == 1 ? k.p[0] : '\0';

		if (is(k, "o"))
			die("`o` cannot stand here: pages write by {{ }} "
			    "and call");
		if (c == ';' || (!braces && (c == '{' || c == '}')))
			die("%c cannot stand in an expression", c);
		if (c == '(' || c == '[' || c == '{') {
			if (n_open == MAX_DEPTH)
				die("brackets are nested too deep");
			open[n_open++] = c == '(' ? ')' : c == '[' ? ']' : '}';
		} else if (c == ')' || c == ']' || c == '}') {
			if (n_open == 0 || open[--n_open] != c)
				die("a bracket closes that none opened");
		}
		commas += c == ',' && n_open == 0;
	}
	if (n_open)
		die("a bracket is never closed");
	return commas;
}

static struct block *innermost(bool loops_only)
{
	for (int i = depth; i > 0; i--)
		if (blocks[i - 1].kind == BLOCK_LOOP ||
		    (!loops_only && blocks[i - 1].kind == BLOCK_SWITCH))
			return &blocks[i - 1];
	die("there is no loop or switch around this");
}

static void must_be(const struct spot *want, const char *what)
{
	char here[96];

	if (spot_same(want, &spot))
		return;
	snprintf(here, sizeof(here), "%s", spot_name(&spot));
	die("%s must be where its block began: it began in %s, this is %s",
	    what, spot_name(want), here);
}

static void open_block(enum block_kind kind)
{
	if (depth == MAX_DEPTH)
		die("blocks are nested more than %d deep", MAX_DEPTH);
	blocks[depth++] =
	    (struct block){ .kind = kind, .begin = spot, .line = line };
}

static void join(struct spot *a, const struct spot *b, const struct block *k)
{
	char here[96];

	if (spot_join(a, b))
		return;
	snprintf(here, sizeof(here), "%s", spot_name(a));
	die("a block must end where it began: the one of line %d has ways "
	    "that end in %s and in %s",
	    k->line, here, spot_name(b));
}

/* A } stands here; `rest` follows it. */
static void close_block(struct text rest)
{
	struct text after, more;
	struct block b, *next;

	if (depth == 0)
		die("} without a block");
	b = blocks[--depth];
	if (b.kind == BLOCK_LOOP || b.kind == BLOCK)
		must_be(&b.begin, "the end of a loop or block");
	if (b.kind == BLOCK_SWITCH)
		must_be(&b.begin, "the end of a switch");
	/* A branch may end elsewhere only where both ways are one place. */
	struct spot end = spot, begin = b.begin;
	join(&begin, &end, &b);
	if (b.has_ends)
		join(&end, &b.ends, &b);
	if (!begins(rest, "else", &after)) {
		if (b.kind != BLOCK_ELSE)
			join(&end, &b.begin, &b);
		spot = end;
		return;
	}
	if (b.kind != BLOCK_IF)
		die("else without if");
	spot = b.begin;
	open_block(begins(after, "if", &more) ? BLOCK_IF : BLOCK_ELSE);
	next = &blocks[depth - 1];
	next->ends = end;
	next->has_ends = true;
}

static enum block_kind kind_of_word(struct text k, enum block_kind now)
{
	if (is(k, "for") || is(k, "while"))
		return BLOCK_LOOP;
	if (is(k, "do"))
		die("do … while is not used in templates");
	if (is(k, "switch"))
		return BLOCK_SWITCH;
	if (is(k, "if"))
		return BLOCK_IF;
	return now;
}

static void check_word(struct text k)
{
	if (is(k, "o"))
		die("`o` cannot stand in C text: pages write by {{ }} and "
		    "call");
	if (is(k, "goto"))
		die("goto is not used in templates");
	if (is(k, "return") && (spot.place != AT_TEXT || spot.pre))
		die("return must stand in text, this is %s", spot_name(&spot));
	if (is(k, "break"))
		must_be(&innermost(false)->begin, "break");
	if (is(k, "continue"))
		must_be(&innermost(true)->begin, "continue");
	if (is(k, "case") || is(k, "default"))
		must_be(&innermost(false)->begin, "a case");
}

/* Follows the blocks that the C text opens and closes. */
static void check_c(struct text t)
{
	enum block_kind kind = BLOCK;
	bool after_else = false; /* whose { close_block() has counted */
	int round = 0;
	char last = '\0';

	for (struct text k; t.n; t = from(t, k.n)) {
		k = token(t);
		if (isspace((unsigned char)k.p[0]))
			continue;
		check_word(k);
		kind = kind_of_word(k, kind);
		round += is(k, "(") - is(k, ")");
		if (is(k, "else")) {
			if (last != '}')
				die("} must stand before else");
			after_else = true;
		} else if (is(k, ";") && round == 0) {
			if (after_else)
				die("{ must follow else");
			kind = BLOCK;
		} else if (is(k, "{")) {
			if (!after_else)
				open_block(kind);
			after_else = false;
			kind = BLOCK;
		} else if (is(k, "}")) {
			close_block(trim(from(t, 1)));
		}
		last = k.p[0];
	}
	if (last == '\0' || !strchr(";{}:", last))
		die("C text must end with ; { } or :");
}

static void write_quoted(FILE *f, struct text t)
{
	fputc('"', f);
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c == '"' || c == '\\' || c == '?')
			fprintf(f, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", f);
		else if (c < ' ' || c > '~')
			fprintf(f, "\\%03o", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void write_line(FILE *f)
{
	fprintf(f, "#line %d ", line);
	write_quoted(f, (struct text){ path, strlen(path) });
	fputc('\n', f);
}

/* In pieces that C17 promises to take as one string. */
static void flush_literal(void)
{
	for (size_t at = 0; at < literal_n;) {
		struct text t = { literal + at, literal_n - at };

		if (t.n > 4000)
			t.n = 4000;
		fputs("\tbuf_bytes(o, ", code);
		write_quoted(code, t);
		fprintf(code, ", %zu);\n", t.n);
		at += t.n;
	}
	literal_n = 0;
}

static void literal_char(const char *rest)
{
	bool drop = spot_drops(&spot, *rest);
	const char *wrong = spot_step(&spot, rest);

	if (wrong)
		die("%s (%s)", wrong, spot_name(&spot));
	if (!drop)
		literal[literal_n++] = *rest;
}

static void end_page(void)
{
	if (!in_page)
		return;
	if (depth)
		die("the block of line %d is never closed",
		    blocks[depth - 1].line);
	if (spot.place != AT_TEXT || spot.pre)
		die("the page ends in %s", spot_name(&spot));
	flush_literal();
	fputs("}\n", code);
}

static void include(struct text t)
{
	if (in_page)
		die("include stands before the first page");
	if (t.n < 3 || t.p[0] != '"' || t.p[t.n - 1] != '"' ||
	    memchr(t.p + 1, '"', t.n - 2))
		die("include takes one name in quotes");
	write_line(head);
	fprintf(head, "#include %.*s\n", (int)t.n, t.p);
}

/* The name before the brackets; *args is what is in them. */
static struct text call_name(struct text t, struct text *args)
{
	size_t n = 0;

	while (n < t.n && name_goes_on(t.p[n]))
		n++;
	if (n == 0 || n == t.n || t.p[n] != '(' || t.p[t.n - 1] != ')')
		die("a name and arguments in brackets must stand here");
	*args = trim((struct text){ t.p + n + 1, t.n - n - 2 });
	return (struct text){ t.p, n };
}

static void begin_page(struct text t)
{
	static const char first[] = "struct buf *o", view[] = "struct view *v";
	struct text params, name = call_name(t, &params);
	size_t n = sizeof(first) - 1;
	bool with_view = false;

	if (params.n < n || memcmp(params.p, first, n) != 0 ||
	    (params.n > n && params.p[n] != ',' && params.p[n] != ' '))
		die("a page's first parameter is %s", first);
	check_expr(from(params, n), false);
	for (size_t i = n; i + sizeof(view) - 1 <= params.n; i++)
		with_view =
		    with_view ||
		    (memcmp(params.p + i, view, sizeof(view) - 1) == 0 &&
			(i + sizeof(view) - 1 == params.n ||
			    !name_goes_on(params.p[i + sizeof(view) - 1])));
	end_page();
	in_page = true;
	spot = (struct spot){ .place = AT_TEXT, .after_blank = true };
	at(t.p);
	write_line(head);
	fprintf(head, "void page_%.*s(%.*s);\n", (int)name.n, name.p,
	    (int)params.n, params.p);
	fputc('\n', code);
	write_line(code);
	fprintf(code, "void page_%.*s(%.*s)\n{\n\t(void)o;\n", (int)name.n,
	    name.p, (int)params.n, params.p);
	if (with_view)
		fputs("\t(void)v;\n", code);
}

static void call(struct text t)
{
	struct text args;

	call_name(t, &args);
	if (spot.place != AT_TEXT || spot.pre)
		die("a page can be called only in text, this is %s",
		    spot_name(&spot));
	if (args.n == 0 || args.p[0] != 'o' ||
	    (args.n > 1 && name_goes_on(args.p[1])))
		die("a page's first argument is o");
	check_expr(from(args, 1), true);
	flush_literal();
	at(t.p);
	write_line(code);
	fprintf(code, "\tpage_%.*s;\n", (int)t.n, t.p);
}

static void command(struct text t)
{
	struct text rest;
	const char *wrong;

	t = trim(t);
	if (begins(t, "include", &rest)) {
		include(rest);
		return;
	}
	if (begins(t, "page", &rest)) {
		begin_page(rest);
		return;
	}
	if (!in_page)
		die("this stands before the first page");
	wrong = spot_settle(&spot);
	if (wrong)
		die("%s (%s)", wrong, spot_name(&spot));
	if (begins(t, "call", &rest)) {
		call(rest);
		return;
	}
	if (t.n && t.p[0] == '}')
		rest = t;
	else if (!begins(t, "c", &rest))
		die("commands are include, page, c, call and }");
	flush_literal();
	check_c(rest);
	at(rest.p);
	write_line(code);
	fprintf(code, "\t%.*s\n", (int)rest.n, rest.p);
}

/* {{ t: KEY | A, B }} */
static void write_message(const char *writer, struct text t)
{
	static const char *const fill[] = { "msg_text", "html_msg1",
		"html_msg2" };
	const char *bar = memchr(t.p, '|', t.n);
	struct text key = t, args = { "", 0 };
	size_t n = 0;

	if (bar) {
		key.n = (size_t)(bar - t.p);
		args = trim(from(t, key.n + 1));
		n = check_expr(args, false) + 1;
		if (args.n == 0 || n > 2)
			die("a message takes one or two arguments");
	}
	key = trim(key);
	fprintf(code, "\t%s(o, %s(%sv->lang, MSG_", writer, fill[n],
	    n ? "v->arena, " : "");
	for (size_t i = 0; i < key.n; i++) {
		if (!name_goes_on(key.p[i]) && key.p[i] != '.' &&
		    key.p[i] != '-')
			die("a message's key is letters, digits, . and -");
		fputc(name_goes_on(key.p[i]) ? key.p[i] : '_', code);
	}
	if (key.n == 0)
		die("the message's key is missing");
	fprintf(code, "%s%.*s));\n", n ? ", " : "", (int)args.n, args.p);
}

static void expression(struct text t)
{
	const char *wrong, *writer;
	struct text rest;

	if (!in_page)
		die("this stands before the first page");
	writer = spot_writer(&spot, &wrong);
	if (!writer)
		die("%s (%s)", wrong, spot_name(&spot));
	flush_literal();
	write_line(code);
	t = trim(t);
	if (begins(t, "t", &rest) && rest.n && rest.p[0] == ':') {
		write_message(writer, from(rest, 1));
		return;
	}
	if (t.n == 0)
		die("the expression is missing");
	if (check_expr(t, false))
		die("an expression has one value, not several with commas");
	fprintf(code, "\t%s(o, %.*s);\n", writer, (int)t.n, t.p);
}

/* Where `close` stands in t, strings of C left out unless in a comment. */
static size_t find_close(struct text t, const char *close)
{
	for (size_t i = 0; i + 1 < t.n; i++) {
		if (t.p[i] == close[0] && t.p[i + 1] == close[1])
			return i;
		if (close[0] != '#' && (t.p[i] == '"' || t.p[i] == '\''))
			i += token(from(t, i)).n - 1;
	}
	at(t.p);
	die("this is never closed: %s is missing", close);
}

/* One {{ }}, {% %} or {# #}; answers its length. */
static size_t mark(struct text t)
{
	const char *close = t.p[1] == '{' ? "}}" : t.p[1] == '%' ? "%}" : "#}";
	size_t n = find_close(from(t, 2), close);
	struct text in = trim((struct text){ t.p + 2, n });

	at(in.p);
	if (t.p[1] == '{')
		expression(in);
	else if (t.p[1] == '%')
		command(in);
	return n + 4;
}

static void compile(struct text t)
{
	size_t n;

	line_of = t.p;
	for (; t.n; t = from(t, n)) {
		n = 1;
		at(t.p);
		if (t.n > 1 && t.p[0] == '{' && strchr("{%#", t.p[1]))
			n = mark(t);
		else if (in_page)
			literal_char(t.p);
		else if (!isspace((unsigned char)t.p[0]))
			die("HTML stands in a page: {%% page … %%} comes first");
	}
	at(t.p);
	if (!in_page)
		die("the file has no page");
	end_page();
}

static struct text read_all(const char *name)
{
	static char buf[MAX_FILE + 1];
	FILE *f = fopen(name, "rb");
	size_t n;

	if (!f)
		die("cannot be read");
	n = fread(buf, 1, MAX_FILE, f);
	if (ferror(f) || fclose(f) != 0 || n == MAX_FILE)
		die("cannot be read, or is longer than 1 MiB");
	if (memchr(buf, '\0', n) || memchr(buf, '\r', n))
		die("holds a NUL or a carriage return");
	return (struct text){ buf, n };
}

static void write_file(const char *name, const char *p, size_t n)
{
	FILE *f = fopen(name, "wb");

	if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
		fprintf(stderr, "%s: cannot be written\n", name);
		exit(1);
	}
}

static void write_guard(const char *name, const char *what)
{
	fprintf(head, "#%s MADE_", what);
	for (; *name; name++)
		fputc(isalnum((unsigned char)*name)
			  ? toupper((unsigned char)*name)
			  : '_',
		    head);
	fputc('\n', head);
}

int main(int argc, char **argv)
{
	char *c = NULL, *h = NULL;
	size_t c_n = 0, h_n = 0;
	const char *base, *header;

	if (argc != 4) {
		fputs("usage: tmplc IN.html OUT.c OUT.h\n", stderr);
		return 2;
	}
	path = argv[1];
	base = strrchr(argv[3], '/');
	header = base ? base + 1 : argv[3];
	code = open_memstream(&c, &c_n);
	head = open_memstream(&h, &h_n);
	if (!code || !head)
		die("there is no memory");
	fprintf(code, "/* Made by tmplc. */\n#include \"%s\"\n", header);
	fputs("/* Made by tmplc. */\n", head);
	write_guard(header, "ifndef");
	write_guard(header, "define");
	fputs("#include \"html/html.h\"\n", head);
	compile(read_all(path));
	fputs("#endif\n", head);
	if (fclose(code) != 0 || fclose(head) != 0)
		die("there is no memory");
	write_file(argv[2], c, c_n);
	write_file(argv[3], h, h_n);
	free(c);
	free(h);
	return 0;
}
