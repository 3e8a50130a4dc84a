#include "paper/template.h"

#include <string.h>

#include "base/str.h"

#define PARTS_MAX PAPER_COLUMNS_MAX
#define FAULTS_MAX 50

struct line {
	int number;
	struct str order; /* after the dot; empty: a paragraph */
	struct str text;
};

/* An object of the data, and the ones around it. */
struct scope {
	const json_t *object;
	const struct scope *around;
};

struct filling {
	struct ctx *cx;
	struct arena *a;
	struct paper *p;
	const struct line *v;
	size_t n;
	bool all;       /* every branch: a check */
	bool numbering; /* {page} and {pages} are left for the pages */
	struct paper_block *table;
	size_t blocks; /* also rows and lines of a head: what takes room */
	size_t steps;  /* lines walked over, rounds, fields, runs of text */
	size_t bytes;  /* of text */
	size_t faults;
	const struct line *now;
	const struct scope *scope;
};

struct parts {
	struct str v[PARTS_MAX];
	size_t n;
};

/* Nothing more is obeyed, nor said. */
static bool spent(const struct filling *f)
{
	return f->steps > TEMPLATE_STEPS_MAX ||
	       f->blocks > TEMPLATE_BLOCKS_MAX || f->bytes > TEMPLATE_TEXT_MAX;
}

static void wrong(struct filling *f, enum msg why, struct str what)
{
	if (f->faults++ >= FAULTS_MAX)
		return;
	field_wrong(f->cx, STR("text"), why,
	    str_fmt(f->a, "%d: %.*s", f->now->number, STR_ARG(what)));
}

static const json_t *find(
    const struct scope *s, struct arena *a, struct str path)
{
	struct str first, rest;
	bool more = str_cut(path, '.', &first, &rest);
	const char *key = str_cstr(a, first);
	for (; s != NULL; s = s->around) {
		const json_t *v = json_object_get(s->object, key);
		while (v != NULL && more) {
			more = str_cut(rest, '.', &first, &rest);
			v = json_object_get(v, str_cstr(a, first));
		}
		if (v != NULL)
			return v;
		if (json_object_get(s->object, key) != NULL)
			return NULL;
	}
	return NULL;
}

static const json_t *field(struct filling *f, struct str path)
{
	const json_t *v = NULL;
	f->steps++;
	path = str_trim(path);
	if (path.n > 0 && path.n <= 100 && memchr(path.p, 0, path.n) == NULL)
		v = find(f->scope, f->a, path);
	if (v == NULL)
		wrong(f, MSG_field_paper_unknown_field, path);
	return v;
}

static bool is_one_of(struct str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_of(list[i])))
			return true;
	return false;
}

/* How a field's text behaves, by its last name. */
static unsigned style_of(struct str path)
{
	static const char *const raw[] = { "email", "link", "code", "digest",
		"request", "revision", "systems_codes", "file" };
	static const char *const keep[] = { "name", "position", "unit", "no",
		"day", "time", "phone", "office", "number" };
	struct str last = path, head;
	while (str_has(last, STR(".")) && str_cut(last, '.', &head, &last))
		;
	last = str_trim(last);
	if (is_one_of(last, raw, COUNT(raw)))
		return PAPER_RAW | PAPER_KEEP;
	return is_one_of(last, keep, COUNT(keep)) ? PAPER_KEEP : 0;
}

static struct str value_text(struct filling *f, const json_t *v)
{
	if (json_is_integer(v))
		return str_fmt(f->a, "%lld", (long long)json_integer_value(v));
	return json_as_text(v);
}

static void say(
    struct filling *f, struct paper_words *w, struct str text, unsigned style)
{
	f->steps += text.n > 0;
	f->bytes += text.n;
	if (!spent(f))
		paper_say(f->a, w, text, style);
}

static void say_field(
    struct filling *f, struct paper_words *w, struct str path, unsigned style)
{
	bool later = str_eq(path, STR("page")) || str_eq(path, STR("pages"));
	if (f->numbering && later) {
		say(f, w, str_fmt(f->a, "{%.*s}", STR_ARG(path)), style);
		return;
	}
	const json_t *v = field(f, path);
	if (v != NULL)
		say(f, w, value_text(f, v), style | style_of(path));
}

/* Literal text, in which ** turns bold on and off. */
static void say_literal(
    struct filling *f, struct paper_words *w, struct str s, unsigned *style)
{
	for (;;) {
		const char *at = s.n ? memmem(s.p, s.n, "**", 2) : NULL;
		if (at == NULL)
			break;
		size_t n = (size_t)(at - s.p);
		say(f, w, str_upto(s, n), *style);
		f->steps++;
		*style ^= PAPER_BOLD;
		s = str_from(s, n + 2);
	}
	say(f, w, s, *style);
}

static struct paper_words words(struct filling *f, struct str text)
{
	struct paper_words w = { 0 };
	unsigned style = 0;
	struct str literal, rest = str_trim(text), path;
	for (;;) {
		bool more = str_cut(rest, '{', &literal, &rest);
		say_literal(f, &w, literal, &style);
		if (!more)
			return w;
		if (!str_cut(rest, '}', &path, &rest)) {
			wrong(f, MSG_field_paper_brace, text);
			return w;
		}
		say_field(f, &w, path, style);
	}
}

static struct str plain(struct filling *f, struct str text)
{
	struct paper_words w = words(f, text);
	return paper_plain(f->a, &w);
}

static struct parts parts_of(struct filling *f, struct str text)
{
	struct parts p = { .n = 0 };
	struct str one;
	for (bool more = true; more;) {
		more = str_cut(text, '|', &one, &text);
		if (p.n == PARTS_MAX) {
			wrong(f, MSG_field_paper_cells, one);
			break;
		}
		p.v[p.n++] = str_trim(one);
	}
	return p;
}

static struct paper_block *add(struct filling *f, enum paper_block_kind kind)
{
	f->table = NULL;
	f->blocks++;
	return paper_add(f->a, f->p, kind);
}

static void do_memo(struct filling *f, struct str rest)
{
	f->p->memo = true;
	f->p->name = words(f, rest);
}

static void do_title(struct filling *f, struct str rest)
{
	f->p->title = plain(f, rest);
}

static void do_digits(struct filling *f, struct str rest)
{
	if (!str_eq(rest, STR("thai")) && !str_eq(rest, STR("arabic")))
		wrong(f, MSG_field_paper_order, rest);
	f->p->thai_digits = str_eq(rest, STR("thai"));
}

static void do_landscape(struct filling *f, struct str rest)
{
	(void)rest;
	f->p->landscape = true;
}

static void do_head(struct filling *f, struct str rest)
{
	struct parts p = parts_of(f, rest);
	if (p.n != 2 && p.n != 4) {
		wrong(f, MSG_field_paper_cells, rest);
		return;
	}
	for (size_t i = 0; i < p.n; i += 2) {
		f->blocks++;
		struct paper_head *h = paper_add_head(f->a, f->p);
		h->label = words(f, p.v[i]);
		h->words = words(f, p.v[i + 1]);
		h->beside = i > 0;
	}
}

static void do_urgency(struct filling *f, struct str rest)
{
	f->p->urgency = plain(f, rest);
}

static void do_secrecy(struct filling *f, struct str rest)
{
	f->p->secrecy = plain(f, rest);
}

static void do_receipt(struct filling *f, struct str rest)
{
	struct parts p = parts_of(f, rest);
	f->p->n_receipt = 0;
	for (size_t i = 0; i < p.n && i < PAPER_LINES_MAX; i++)
		f->p->receipt[f->p->n_receipt++] = words(f, p.v[i]);
}

static void do_top(struct filling *f, struct str rest)
{
	f->p->top = words(f, rest);
}

static void do_foot(struct filling *f, struct str rest)
{
	f->p->foot = words(f, rest);
}

/* Its places are filled page by page. */
static void do_number(struct filling *f, struct str rest)
{
	f->numbering = true;
	f->p->page_label = plain(f, rest);
	f->numbering = false;
}

static void do_to(struct filling *f, struct str rest)
{
	struct parts p = parts_of(f, rest);
	if (p.n != 2) {
		wrong(f, MSG_field_paper_cells, rest);
		return;
	}
	struct paper_block *b = add(f, PAPER_LABEL);
	b->label = words(f, p.v[0]);
	b->words = words(f, p.v[1]);
}

static void do_flush(struct filling *f, struct str rest)
{
	add(f, PAPER_FLUSH)->words = words(f, rest);
}

static void do_item(struct filling *f, struct str rest)
{
	add(f, PAPER_ITEM)->words = words(f, rest);
}

static void do_heading(struct filling *f, struct str rest)
{
	add(f, PAPER_HEADING)->words = words(f, rest);
}

static void do_centre(struct filling *f, struct str rest)
{
	add(f, PAPER_CENTRE)->words = words(f, rest);
}

static bool millimetres(struct filling *f, struct str s, double *ret)
{
	int64_t n;
	if (str_i64(s, &n) && n >= 0 && n <= 300) {
		*ret = (double)n;
		return true;
	}
	wrong(f, MSG_field_paper_number, s);
	return false;
}

static void do_table(struct filling *f, struct str rest)
{
	struct paper_block *b = add(f, PAPER_TABLE);
	struct str one;
	for (bool more = true; more;) {
		more = str_cut(rest, ' ', &one, &rest);
		if (one.n == 0)
			continue;
		if (b->n_columns == PAPER_COLUMNS_MAX) {
			wrong(f, MSG_field_paper_cells, one);
			return;
		}
		double mm = 0;
		if (!str_eq(one, STR("*")) && !millimetres(f, one, &mm))
			return;
		b->widths[b->n_columns++] = mm;
	}
	if (b->n_columns == 0)
		wrong(f, MSG_field_paper_cells, STR(""));
	else
		f->table = b;
}

static void fill_cells(
    struct filling *f, struct paper_words *cells, struct str rest)
{
	struct parts p = parts_of(f, rest);
	if (p.n > f->table->n_columns)
		wrong(f, MSG_field_paper_cells, rest);
	for (size_t i = 0; i < p.n && i < f->table->n_columns; i++)
		cells[i] = words(f, p.v[i]);
}

static void do_columns(struct filling *f, struct str rest)
{
	if (f->table == NULL) {
		wrong(f, MSG_field_paper_table, rest);
		return;
	}
	f->blocks++;
	f->table->head =
	    ARENA_ARRAY(f->a, struct paper_words, f->table->n_columns);
	fill_cells(f, f->table->head, rest);
}

static void do_row(struct filling *f, struct str rest)
{
	if (f->table == NULL) {
		wrong(f, MSG_field_paper_table, rest);
		return;
	}
	f->blocks++;
	fill_cells(f, paper_add_row(f->a, f->table)->cells, rest);
}

static void do_sign(struct filling *f, struct str rest)
{
	struct parts p = parts_of(f, rest);
	struct paper_block *b = add(f, PAPER_SIGNATURE);
	if (p.n > PAPER_LINES_MAX)
		wrong(f, MSG_field_paper_cells, rest);
	for (size_t i = 0; i < p.n && i < PAPER_LINES_MAX; i++) {
		struct paper_words w = words(f, p.v[i]);
		/* Only the first may be empty: room for a hand. */
		if (w.n > 0 || i == 0)
			b->lines[b->n_lines++] = w;
	}
}

static void do_qr(struct filling *f, struct str rest)
{
	struct parts p = parts_of(f, rest);
	struct str link = plain(f, p.v[0]);
	if (link.n == 0)
		return;
	struct paper_block *b = add(f, PAPER_QR);
	b->link = link;
	if (p.n > 1)
		b->words = words(f, p.v[1]);
}

static void do_space(struct filling *f, struct str rest)
{
	double mm = 0;
	if (millimetres(f, rest, &mm))
		add(f, PAPER_SPACE)->mm = mm;
}

static void do_page(struct filling *f, struct str rest)
{
	(void)rest;
	add(f, PAPER_BREAK);
}

static const struct order {
	const char *name;
	void (*fn)(struct filling *, struct str rest);
} orders[] = {
	{ "memo", do_memo },
	{ "title", do_title },
	{ "digits", do_digits },
	{ "landscape", do_landscape },
	{ "head", do_head },
	{ "urgency", do_urgency },
	{ "secrecy", do_secrecy },
	{ "receipt", do_receipt },
	{ "top", do_top },
	{ "foot", do_foot },
	{ "number", do_number },
	{ "to", do_to },
	{ "flush", do_flush },
	{ "item", do_item },
	{ "heading", do_heading },
	{ "centre", do_centre },
	{ "table", do_table },
	{ "columns", do_columns },
	{ "row", do_row },
	{ "sign", do_sign },
	{ "qr", do_qr },
	{ "space", do_space },
	{ "page", do_page },
};

static bool opens(const struct line *l)
{
	return str_eq(l->order, STR("if")) || str_eq(l->order, STR("unless")) ||
	       str_eq(l->order, STR("each"));
}

/* The line of the .end that belongs to line i; n when there is none. */
static size_t end_of(const struct filling *f, size_t i, size_t n)
{
	size_t depth = 0;
	for (; i < n; i++) {
		if (opens(&f->v[i]))
			depth++;
		else if (str_eq(f->v[i].order, STR("end")) && --depth == 0)
			return i;
	}
	return n;
}

static bool is_so(const json_t *v)
{
	if (json_is_string(v))
		return json_string_length(v) > 0;
	if (json_is_integer(v))
		return json_integer_value(v) != 0;
	if (json_is_array(v))
		return json_array_size(v) > 0;
	return json_is_true(v) || json_is_object(v);
}

static void run(struct filling *f, size_t from, size_t until, int depth);

static void each(
    struct filling *f, const json_t *list, size_t from, size_t until, int depth)
{
	const struct scope *around = f->scope;
	for (size_t i = 0; i < json_array_size(list) && !spent(f); i++) {
		const struct scope item = { .object = json_array_get(list, i),
			.around = around };
		f->steps++;
		f->scope = &item;
		run(f, from, until, depth);
		f->scope = around;
	}
}

/* Line i opens what ends at `end`. */
static void branch(struct filling *f, size_t i, size_t end, int depth)
{
	const struct line *l = &f->v[i];
	if (depth >= TEMPLATE_DEPTH_MAX) {
		wrong(f, MSG_field_paper_end, l->order);
		return;
	}
	const json_t *v = field(f, l->text);
	if (v == NULL)
		return;
	if (str_eq(l->order, STR("each"))) {
		each(f, v, i + 1, end, depth + 1);
		return;
	}
	if (f->all || is_so(v) == str_eq(l->order, STR("if")))
		run(f, i + 1, end, depth + 1);
}

static void obey(struct filling *f, const struct line *l)
{
	if (l->order.n == 0) {
		add(f, PAPER_TEXT)->words = words(f, l->text);
		return;
	}
	for (size_t i = 0; i < COUNT(orders); i++)
		if (str_eq(l->order, str_of(orders[i].name))) {
			orders[i].fn(f, l->text);
			return;
		}
	wrong(f,
	    str_eq(l->order, STR("end")) ? MSG_field_paper_end
					 : MSG_field_paper_order,
	    l->order);
}

static void run(struct filling *f, size_t from, size_t until, int depth)
{
	for (size_t i = from; i < until && !spent(f); i++) {
		f->now = &f->v[i];
		f->steps++;
		if (!opens(f->now)) {
			obey(f, f->now);
			continue;
		}
		size_t end = end_of(f, i, until);
		f->steps += end - i;
		if (end == until) {
			wrong(f, MSG_field_paper_end, f->now->order);
			return;
		}
		branch(f, i, end, depth);
		i = end;
	}
}

static struct line line_of(struct str s, int number)
{
	struct line l = { .number = number, .text = str_trim(s) };
	if (!str_take_char(&l.text, '.'))
		return l;
	size_t n = str_index(l.text, ' ');
	l.order = str_upto(l.text, n);
	l.text = str_trim(str_from(l.text, n));
	/* A lone dot is wrong, not a paragraph. */
	if (l.order.n == 0)
		l.order = STR("?");
	return l;
}

static enum err read_lines(struct filling *f, struct str text)
{
	struct line *v = ARENA_ARRAY(f->a, struct line, TEMPLATE_LINES_MAX);
	struct str one;
	int number = 0;
	f->v = v;
	for (bool more = true; more;) {
		more = str_cut(text, '\n', &one, &text);
		number++;
		one = str_trim(one);
		if (one.n == 0 || str_starts(one, STR("..")))
			continue;
		if (f->n == TEMPLATE_LINES_MAX)
			return fail(
			    f->cx, ERR_TOO_LARGE, MSG_error_paper_too_long);
		v[f->n++] = line_of(one, number);
	}
	return OK;
}

static enum err ended(struct filling *f)
{
	enum err e = fields_end(f->cx);
	if (e || !spent(f))
		return e;
	if (f->steps > TEMPLATE_STEPS_MAX)
		return fail1(f->cx, ERR_TOO_LARGE, MSG_error_paper_repeats,
		    str_fmt(f->a, "%d", f->now->number));
	return fail(f->cx, ERR_TOO_LARGE, MSG_error_paper_too_long);
}

static enum err fill(struct ctx *cx, struct str text, const json_t *data,
    bool all, struct paper *ret)
{
	struct paper p = { .lang = lang_code(LANG_TH), .made = cx->now };
	const struct scope outer = { .object = data };
	struct filling f = {
		.cx = cx, .a = cx->arena, .p = &p, .all = all, .scope = &outer
	};
	if (text.n > TEMPLATE_BYTES_MAX || !str_utf8(text))
		return fail(cx, ERR_TOO_LARGE, MSG_error_paper_too_long);
	enum err e = read_lines(&f, text);
	if (e)
		return e;
	run(&f, 0, f.n, 0);
	e = ended(&f);
	if (e)
		return e;
	*ret = p;
	return OK;
}

enum err paper_fill(
    struct ctx *cx, struct str text, const json_t *data, struct paper *ret)
{
	return fill(cx, text, data, false, ret);
}

enum err paper_check(struct ctx *cx, struct str text, const json_t *sample)
{
	struct paper p;
	return fill(cx, text, sample, true, &p);
}
