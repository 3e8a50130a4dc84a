#include "gate/place.h"

#include "base/json.h"
#include "base/str.h"

#define MAX_TIES ((size_t)16)
/* Three quarters of that in bytes, and a URL of 8 KiB holds it. */
#define MAX_TEXT ((size_t)3000)

static const struct column *shown_as_it_is(
    const struct approved *a, struct str name)
{
	for (size_t i = 0; i < a->columns.n; i++)
		if (str_eq(a->columns.v[i].name, name) &&
		    mask_of(a->columns.v[i].mask) == MASK_none)
			return &a->columns.v[i];
	return NULL;
}

static bool ordered_by(const struct query *q, struct str name)
{
	for (size_t i = 0; i < q->n_order; i++)
		if (str_eq(q->order[i].column, name))
			return true;
	return false;
}

static bool has_key(const struct approved *a)
{
	for (size_t i = 0; i < a->n_key; i++)
		if (shown_as_it_is(a, a->key[i]) == NULL)
			return false;
	return a->n_key > 0;
}

void place_ties(struct arena *a, const struct approved *ap,
    const struct query *q, struct paging *ret)
{
	bool key = has_key(ap);
	size_t most = key ? ap->n_key : ap->columns.n, n = 0;
	struct order *v = ARENA_ARRAY(a, struct order, most + 1);
	for (size_t i = 0; i < most && (key || n < MAX_TIES); i++) {
		struct str name = key ? ap->key[i] : ap->columns.v[i].name;
		const struct column *c = shown_as_it_is(ap, name);
		/* Texts that the order takes for alike may differ: exact
		 * ties hold those columns once more. */
		if (c == NULL || (key && ordered_by(q, name)) ||
		    (!key && c->type == TYPE_BYTES))
			continue;
		v[n++].column = name;
	}
	*ret = (struct paging){ .ties = v, .n_ties = n, .exact = !key };
}

bool place_fits(
    const struct place *p, const struct query *q, const struct paging *g)
{
	return p->n == 0 || p->n == q->n_order + g->n_ties;
}

/* One row against a place, column by column. */
struct compare {
	struct arena *arena;
	const struct query *q;
	const struct paging *paging;
	const struct place *place;
	bool forward; /* what comes behind it, or before */
	bool at_it;   /* and what is alike */
};

static struct cond *group(struct arena *a, enum cond_kind kind,
    struct cond *first, struct cond *second)
{
	struct cond *c = ARENA_NEW(a, struct cond);
	c->kind = kind;
	c->first = first;
	if (first != NULL)
		first->next = second;
	return c;
}

static struct cond *test(const struct compare *m, size_t i, enum op op)
{
	bool tie = i >= m->q->n_order;
	const struct order *o =
	    tie ? &m->paging->ties[i - m->q->n_order] : &m->q->order[i];
	struct cond *c = ARENA_NEW(m->arena, struct cond);
	c->column = o->column;
	c->op = op;
	c->own = &m->place->cells[i];
	c->exact = tie && m->paging->exact;
	return c;
}

static const struct order *order_of(const struct compare *m, size_t i)
{
	return i < m->q->n_order ? &m->q->order[i]
	                         : &m->paging->ties[i - m->q->n_order];
}

static bool nulls_last(const struct order *o)
{
	return o->nulls == NULLS_SMALLEST ? o->descending
	                                  : o->nulls == NULLS_LAST;
}

/* Beyond the place by this column alone; NULL: nothing is. */
static struct cond *beyond(const struct compare *m, size_t i)
{
	const struct order *o = order_of(m, i);
	bool nulls_ahead = nulls_last(o) == m->forward;
	if (m->place->cells[i].kind == CELL_NULL) {
		struct cond *c = test(m, i, OP_IS);
		c->negated = true;
		return nulls_ahead ? NULL : c;
	}
	bool less = o->descending == m->forward;
	struct cond *c = test(m, i, less ? OP_LT : OP_GT);
	return nulls_ahead ? group(m->arena, COND_OR, c, test(m, i, OP_IS)) : c;
}

/* Beyond in the columns from `i` on; NULL: nothing is. */
static struct cond *beyond_from(const struct compare *m, size_t i)
{
	if (i == m->place->n)
		return m->at_it ? group(m->arena, COND_AND, NULL, NULL) : NULL;
	bool null = m->place->cells[i].kind == CELL_NULL;
	struct cond *far = beyond(m, i), *rest = beyond_from(m, i + 1);
	if (rest != NULL)
		rest = group(
		    m->arena, COND_AND, test(m, i, null ? OP_IS : OP_EQ), rest);
	if (far == NULL || rest == NULL)
		return far == NULL ? rest : far;
	return group(m->arena, COND_OR, far, rest);
}

static struct cond *side(struct compare m)
{
	if (m.place == NULL || m.place->n == 0)
		return NULL;
	const struct order *o = order_of(&m, 0);
	struct cond *c = beyond_from(&m, 0);
	if (c == NULL)
		return group(m.arena, COND_OR, NULL, NULL);
	/* Says nothing new, but an index can begin with it. */
	if (m.place->n > 1 && m.place->cells[0].kind != CELL_NULL &&
	    nulls_last(o) != m.forward)
		c = group(m.arena, COND_AND,
		    test(&m, 0, o->descending == m.forward ? OP_LTE : OP_GTE),
		    c);
	return c;
}

const struct cond *place_between(struct arena *a, const struct query *q,
    const struct paging *g, const struct place *from, const struct place *to)
{
	struct cond *low =
	    side((struct compare){ a, q, g, from, true, from->skip > 0 });
	struct cond *high = side((struct compare){ a, q, g, to, false, true });
	if (low == NULL || high == NULL)
		return low != NULL ? low : high;
	return group(a, COND_AND, low, high);
}

static const char kinds[] = "nirtb"; /* by enum cell_kind */

/* Whether the source knows the cell again. JSON of ours has no NUL and no bytes;
 * and U+FFFD may stand for what no text can say. */
static bool is_faithful(const struct cell *c)
{
	return c->kind != CELL_BYTES && str_index(c->s, '\0') == c->s.n &&
	       !str_has(c->s, STR("\xef\xbf\xbd"));
}

struct str place_text(struct arena *a, const struct place *p)
{
	json_t *o = json_new_array(a);
	size_t bytes = 0;
	for (size_t i = 0; i < p->n; i++)
		bytes +=
		    is_faithful(&p->cells[i]) ? p->cells[i].s.n : MAX_TEXT + 1;
	bool large = bytes > MAX_TEXT;
	json_array_append_new(o, json_integer(p->given));
	json_array_append_new(o, json_integer(large ? p->given : p->skip));
	for (size_t i = 0; i < p->n && !large; i++)
		json_add_text(o, str_fmt(a, "%c%.*s", kinds[p->cells[i].kind],
				     STR_ARG(p->cells[i].s)));
	struct str s = json_compact(a, o);
	if (large || s.n <= 2 * MAX_TEXT)
		return s;
	/* Texts full of what JSON escapes. */
	return str_fmt(
	    a, "[%lld,%lld]", (long long)p->given, (long long)p->given);
}

static bool parse_cell(struct str s, struct cell *ret)
{
	if (s.n == 0)
		return false;
	size_t kind = str_index(str_of(kinds), s.p[0]);
	*ret =
	    (struct cell){ .kind = (enum cell_kind)kind, .s = str_from(s, 1) };
	return kind < sizeof kinds - 1 && kind != CELL_BYTES;
}

bool place_parse(struct ctx *cx, struct str s, struct place *ret)
{
	json_t *o;
	if (json_parse(cx, s, 4 * MAX_TEXT, &o) || json_array_size(o) < 2)
		return false;
	size_t n = json_array_size(o) - 2;
	struct cell *v = ARENA_ARRAY(cx->arena, struct cell, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!parse_cell(json_as_text(json_array_get(o, i + 2)), &v[i]))
			return false;
	*ret = (struct place){ .cells = v,
		.n = n,
		.given = json_integer_value(json_array_get(o, 0)),
		.skip = json_integer_value(json_array_get(o, 1)) };
	return ret->given >= 0 && ret->skip >= 0;
}

static void keep(struct edge *e, const struct cell *cells, bool by_place)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct cell *c = &cells[by_place ? e->at[i] : i];
		e->last[i] = (struct cell){ .kind = c->kind,
			.s = str_dup(e->arena, c->s) };
	}
	e->any = true;
}

struct edge edge_new(
    struct arena *a, const struct compiled *compiled, const struct place *from)
{
	struct edge e = { .arena = arena_inside(a),
		.n = compiled->n_places,
		.at = compiled->places,
		.alike = from->skip,
		.last = ARENA_ARRAY(a, struct cell, compiled->n_places + 1) };
	if (from->n > 0 && from->n == e.n)
		keep(&e, from->cells, false);
	return e;
}

static bool alike(const struct cell *a, const struct cell *b)
{
	return a->kind == b->kind && str_eq(a->s, b->s);
}

static bool row_alike(
    const struct edge *e, const struct cell *before, const struct cell *row)
{
	bool same = true;
	for (size_t i = 0; i < e->n && same; i++)
		same = alike(
		    &before[before == e->last ? i : e->at[i]], &row[e->at[i]]);
	return same;
}

void edge_rows(struct edge *e, const struct batch *b, size_t n_given)
{
	const struct cell *before = e->any ? e->last : NULL;
	for (size_t r = 0; r < b->n_rows && e->n > 0; r++) {
		const struct cell *row = b->cells + r * b->n_columns;
		bool same = before != NULL && row_alike(e, before, row);
		if (r == n_given) {
			e->goes_on = same;
			break;
		}
		e->alike = same ? e->alike + 1 : 1;
		before = row;
	}
	e->rows += (int64_t)n_given;
	if (n_given == 0 || e->n == 0)
		return;
	arena_rewind(e->arena, (struct arena_mark){ 0 });
	keep(e, b->cells + (n_given - 1) * b->n_columns, true);
}

struct place edge_place(
    struct arena *a, const struct edge *e, const struct place *from)
{
	struct place p = *from;
	p.given += e->rows;
	if (e->n == 0 || !e->any) {
		p.skip += e->rows;
		return p;
	}
	if (e->rows == 0)
		return p;
	struct cell *v = ARENA_ARRAY(a, struct cell, e->n);
	for (size_t i = 0; i < e->n; i++)
		v[i] = (struct cell){ .kind = e->last[i].kind,
			.s = str_dup(a, e->last[i].s) };
	p.cells = v;
	p.n = e->n;
	p.skip = e->goes_on ? e->alike : 0;
	return p;
}
