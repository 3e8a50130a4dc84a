#include "core/procedure_yaml.h"

#include <string.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/str.h"

enum { line_chars = 500, lines_chars = 8000, code_bytes = 60 };

void tree_wrong(struct tree *t, const yaml_node_t *node, enum msg m,
    struct str arg0, struct str arg1)
{
	struct str args[] = { arg0, arg1 };
	struct procedure_errors *all = t->errors;

	if (all->n == COUNT(all->v))
		return;
	all->v[all->n++] = (struct procedure_error){
		.line = node ? (int)node->start_mark.line + 1 : 1,
		.column = node ? (int)node->start_mark.column + 1 : 1,
		.text = msg_fill(t->cx->arena, t->cx->lang, m, args, 2),
	};
}

void tree_unknown(struct tree *t, const yaml_node_t *node, enum msg plain,
    enum msg near, struct str name, const char *const *names, size_t n)
{
	if (t->errors->n == COUNT(t->errors->v))
		return;
	struct str best = near_name(name, names, n);
	tree_wrong(t, node, best.n ? near : plain, name, best);
}

struct str tree_names(struct tree *t, const char *const *names, size_t n)
{
	struct buf b = buf_new(t->cx->arena, 4096);

	for (size_t i = 0; i < n; i++) {
		buf_str(&b, i ? STR(", ") : STR(""));
		buf_str(&b, str_of(names[i]));
	}
	return buf_view(&b);
}

static struct str node_str(const yaml_node_t *node)
{
	if (!node || node->type != YAML_SCALAR_NODE)
		return (struct str){ 0 };
	return str_n(
	    (const char *)node->data.scalar.value, node->data.scalar.length);
}

static const yaml_node_t *node_at(struct tree *t, int id)
{
	return yaml_document_get_node(t->doc, id);
}

/* Whether a pair before `pair` has the same name. */
static bool is_repeated(struct tree *t, const yaml_node_t *map,
    const yaml_node_pair_t *pair, struct str name)
{
	const yaml_node_pair_t *p = map->data.mapping.pairs.start;

	for (; p < pair; p++)
		if (str_eq(node_str(node_at(t, p->key)), name))
			return true;
	return false;
}

bool tree_map(struct tree *t, const yaml_node_t *node, const char *name,
    const char *const *names, size_t n)
{
	if (node->type != YAML_MAPPING_NODE) {
		tree_wrong(t, node, MSG_procedure_not_map, str_of(name),
		    (struct str){ 0 });
		return false;
	}
	const yaml_node_pair_t *p = node->data.mapping.pairs.start;
	for (; p < node->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_at(t, p->key);
		struct str k = str_dup(t->cx->arena, node_str(key));
		if (kind_find(k, names, n) < 0)
			tree_unknown(t, key, MSG_procedure_unknown_key,
			    MSG_procedure_unknown_key_near, k, names, n);
		else if (is_repeated(t, node, p, k))
			tree_wrong(t, key, MSG_procedure_double_key, k,
			    (struct str){ 0 });
	}
	return true;
}

const yaml_node_t *tree_get(
    struct tree *t, const yaml_node_t *map, const char *key)
{
	if (map->type != YAML_MAPPING_NODE)
		return NULL;
	const yaml_node_pair_t *p = map->data.mapping.pairs.start;
	for (; p < map->data.mapping.pairs.top; p++)
		if (str_eq(node_str(node_at(t, p->key)), str_of(key)))
			return node_at(t, p->value);
	return NULL;
}

const yaml_node_t *tree_need(
    struct tree *t, const yaml_node_t *map, const char *key)
{
	const yaml_node_t *node = tree_get(t, map, key);

	if (!node)
		tree_wrong(t, map, MSG_procedure_missing, str_of(key),
		    (struct str){ 0 });
	return node;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n')
			return true;
	return false;
}

struct str tree_scalar(
    struct tree *t, const yaml_node_t *node, const char *name)
{
	struct str s = str_trim(node_str(node));

	if (node->type != YAML_SCALAR_NODE || has_control(s))
		tree_wrong(t, node, MSG_procedure_not_text, str_of(name),
		    (struct str){ 0 });
	else if (s.n == 0)
		tree_wrong(t, node, MSG_procedure_missing, str_of(name),
		    (struct str){ 0 });
	return str_dup(t->cx->arena, s);
}

/* A text of people: its length, and whether it keeps to one line. */
static struct str text_of(
    struct tree *t, const yaml_node_t *node, const char *name, unsigned flags)
{
	struct str s = tree_scalar(t, node, name);
	size_t max = flags & TREE_LINES ? lines_chars : line_chars;

	if (str_chars(s) > max)
		tree_wrong(t, node, MSG_procedure_too_long, str_of(name),
		    str_fmt(t->cx->arena, "%zu", max));
	if (!(flags & TREE_LINES) && str_index(s, '\n') != s.n)
		tree_wrong(t, node, MSG_procedure_several_lines, str_of(name),
		    (struct str){ 0 });
	return s;
}

static const yaml_node_t *find(
    struct tree *t, const yaml_node_t *map, const char *key, unsigned flags)
{
	return flags & TREE_NEED ? tree_need(t, map, key)
	                         : tree_get(t, map, key);
}

struct str tree_text(
    struct tree *t, const yaml_node_t *map, const char *key, unsigned flags)
{
	const yaml_node_t *node = find(t, map, key, flags);

	return node ? text_of(t, node, key, flags) : (struct str){ 0 };
}

struct str tree_code(struct tree *t, const yaml_node_t *map, const char *key)
{
	const yaml_node_t *node = tree_need(t, map, key);

	if (!node)
		return (struct str){ 0 };
	struct str s = tree_scalar(t, node, key);
	bool ok = s.n <= code_bytes;
	for (size_t i = 0; i < s.n; i++)
		ok = ok && memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789-_.",
			       s.p[i], 65);
	if (!ok)
		tree_wrong(
		    t, node, MSG_procedure_bad_code, s, (struct str){ 0 });
	return s;
}

/* One code point of well-formed UTF-8. */
static uint32_t code_point(struct str *s)
{
	unsigned char lead = (unsigned char)s->p[0];
	size_t more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t c = more ? lead & (0x3fU >> more) : lead;

	for (size_t i = 1; i <= more; i++)
		c = c << 6 | ((unsigned char)s->p[i] & 0x3f);
	*s = str_from(*s, more + 1);
	return c;
}

static bool is_above_vowel(uint32_t c)
{
	return c == 0x0e31 || (c >= 0x0e34 && c <= 0x0e37);
}

static bool is_mark(uint32_t c)
{
	return is_above_vowel(c) || (c >= 0x0e38 && c <= 0x0e3a) ||
	       (c >= 0x0e47 && c <= 0x0e4e);
}

/* What reading machines do to Thai (domain.md 1.5): two vowels on one letter, a
 * mark on none, letters of an Indian script within a word. */
static void check_marks(struct tree *t, const yaml_node_t *node, struct str s)
{
	struct str rest = s, word = s;
	uint32_t before = ' ';

	while (rest.n > 0) {
		uint32_t c = code_point(&rest);
		bool bad = (c >= 0x0900 && c <= 0x0dff) ||
		           (is_above_vowel(c) && is_above_vowel(before)) ||
		           (is_mark(c) && (before < 0x0e01 || before > 0x0e4e));
		if (bad) {
			size_t near = (size_t)(rest.p - word.p);
			tree_wrong(t, node, MSG_procedure_mark,
			    str_upto(word, near), (struct str){ 0 });
			return;
		}
		if (c == ' ' || c == '\n')
			word = rest;
		before = c;
	}
}

struct text2 tree_text2(
    struct tree *t, const yaml_node_t *map, const char *key, unsigned flags)
{
	static const char *const names[] = { "th", "en" };
	struct text2 ret = { 0 };

	const yaml_node_t *node = find(t, map, key, flags);
	if (!node || !tree_map(t, node, key, names, COUNT(names)))
		return ret;
	const yaml_node_t *th = tree_get(t, node, "th");
	const yaml_node_t *en = tree_get(t, node, "en");
	if (!th || !en) {
		tree_wrong(t, node, MSG_procedure_missing_language, str_of(key),
		    (struct str){ 0 });
		return ret;
	}
	ret.th = text_of(t, th, key, flags);
	ret.en = text_of(t, en, key, flags);
	check_marks(t, th, ret.th);
	return ret;
}

struct date tree_date(struct tree *t, const yaml_node_t *map, const char *key)
{
	struct date d = { 0 };
	const yaml_node_t *node = tree_need(t, map, key);

	if (!node)
		return d;
	struct str s = tree_scalar(t, node, key);
	bool ok = date_parse_iso(s, &d) && d.year >= 1900 && d.year < 2400;
	if (s.n > 0 && !ok)
		tree_wrong(t, node, MSG_procedure_bad_date, str_of(key),
		    (struct str){ 0 });
	return d;
}

int tree_int(struct tree *t, const yaml_node_t *node, const char *name,
    int least, int most)
{
	int64_t i = 0;
	struct str s = tree_scalar(t, node, name);

	if (s.n > 0 && str_i64(s, &i) && i >= least && i <= most)
		return (int)i;
	if (s.n > 0)
		tree_wrong(t, node, MSG_procedure_bad_number, str_of(name),
		    str_fmt(t->cx->arena, "%d–%d", least, most));
	return least;
}

bool tree_flag(struct tree *t, const yaml_node_t *map, const char *key)
{
	const yaml_node_t *node = tree_get(t, map, key);

	if (!node)
		return false;
	struct str s = tree_scalar(t, node, key);
	if (s.n > 0 && !str_eq(s, STR("true")) && !str_eq(s, STR("false")))
		tree_wrong(t, node, MSG_procedure_bad_flag, str_of(key),
		    (struct str){ 0 });
	return str_eq(s, STR("true"));
}

int tree_word(
    struct tree *t, const yaml_node_t *node, const char *const *names, size_t n)
{
	struct str s = str_dup(t->cx->arena, node_str(node));
	int i = kind_find(s, names, n);

	if (i < 0)
		tree_wrong(t, node, MSG_procedure_unknown_word, s,
		    tree_names(t, names, n));
	return i;
}

size_t tree_list(struct tree *t, const yaml_node_t *map, const char *key,
    size_t max, unsigned flags, const yaml_node_t ***ret)
{
	const yaml_node_t *node = find(t, map, key, flags);

	*ret = NULL;
	if (!node)
		return 0;
	if (node->type != YAML_SEQUENCE_NODE) {
		tree_wrong(t, node, MSG_procedure_not_list, str_of(key),
		    (struct str){ 0 });
		return 0;
	}
	const yaml_node_item_t *items = node->data.sequence.items.start;
	size_t n = (size_t)(node->data.sequence.items.top - items);
	if (n == 0 && flags & TREE_NEED)
		tree_wrong(t, node, MSG_procedure_missing, str_of(key),
		    (struct str){ 0 });
	if (n > max) {
		tree_wrong(t, node, MSG_procedure_too_many, str_of(key),
		    str_fmt(t->cx->arena, "%zu", max));
		n = max;
	}
	*ret = ARENA_ARRAY(t->cx->arena, const yaml_node_t *, n ? n : 1);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = node_at(t, items[i]);
	return n;
}
