#include "base/str.h"
#include "fmt/form.h"

static const struct {
	struct str suffix, media;
} infos[FORMS] = {
#define FORM(name, suf, med) \
	[FORM_##name] = { .suffix = STR_INIT(suf), .media = STR_INIT(med) },
#include "fmt/forms.def"
#undef FORM
};

struct str form_suffix(enum form f)
{
	return infos[f].suffix;
}

struct str form_media(enum form f)
{
	return infos[f].media;
}

bool form_parse(struct str suffix, enum form *ret)
{
	for (size_t i = 0; i < FORMS; i++) {
		if (str_eq(suffix, infos[i].suffix)) {
			*ret = (enum form)i;
			return true;
		}
	}
	return false;
}

bool form_of_media(struct str media, enum form *ret)
{
	for (size_t i = 0; i < FORMS; i++) {
		struct str m =
		    str_upto(infos[i].media, str_index(infos[i].media, ';'));

		if (str_eq_nocase(media, m)) {
			*ret = (enum form)i;
			return true;
		}
	}
	return false;
}

static const struct form_ops *ops_of(enum form f)
{
	switch (f) {
	case FORM_JSON:
		return &form_json;
	case FORM_NDJSON:
		return &form_ndjson;
	case FORM_CSV:
		return &form_csv;
	case FORM_XLSX:
		return &form_xlsx;
	case FORM_XML:
		return &form_xml;
	case FORM_HTML:
		return &form_html;
	case FORMS:
		break;
	}
	REQUIRE(f < FORMS);
	return NULL;
}

struct encoder *encoder_new(struct arena *a, enum form f, struct sink sink,
    const struct encode_options *options)
{
	struct encoder *e = arena_room(a, sizeof *e);

	memset(e, 0, offsetof(struct encoder, out.p));
	e->arena = a;
	e->form = f;
	e->ops = ops_of(f);
	e->options = *options;
	e->out.sink = sink;
	if (e->ops->start != NULL)
		e->ops->start(e);
	return e;
}

void encoder_begin(struct encoder *e, struct str name, struct columns columns)
{
	REQUIRE(!e->ended);
	REQUIRE(columns.n > 0);
	REQUIRE(e->n_parts == 0 || e->form == FORM_XLSX);
	for (size_t i = 0; i < columns.n; i++)
		REQUIRE(!str_eq(columns.v[i].mask, STR("drop")));
	if (e->n_parts > 0)
		e->ops->part_end(e);
	e->part = name;
	e->columns = columns;
	e->part_rows = 0;
	e->n_parts++;
	e->ops->part_begin(e);
}

void encoder_rows(struct encoder *e, const struct batch *b)
{
	REQUIRE(e->n_parts > 0 && !e->ended);
	if (b->n_rows == 0 || encoder_fault(e) != ENCODE_FINE)
		return;
	REQUIRE(b->n_columns == e->columns.n);
	e->ops->rows(e, b);
	e->part_rows += b->n_rows;
	e->rows += b->n_rows;
}

void encoder_flush(struct encoder *e)
{
	out_flush(&e->out);
}

bool encoder_end(struct encoder *e)
{
	REQUIRE(e->n_parts > 0 && !e->ended);
	e->ended = true;
	/* A failed encoding is left open: an end would make it look whole. */
	if (encoder_fault(e) != ENCODE_FINE)
		return false;
	e->ops->part_end(e);
	if (e->ops->end != NULL)
		e->ops->end(e);
	if (encoder_fault(e) == ENCODE_FINE)
		out_flush(&e->out);
	return encoder_fault(e) == ENCODE_FINE;
}

enum encode_fault encoder_fault(const struct encoder *e)
{
	if (e->fault == ENCODE_FINE && e->out.failed)
		return ENCODE_SINK;
	return e->fault;
}

uint64_t encoder_bytes(const struct encoder *e)
{
	return e->out.bytes;
}

uint64_t encoder_rows_taken(const struct encoder *e)
{
	return e->rows;
}

struct str column_title(const struct encoder *e, const struct column *c)
{
	struct str first = c->title_th, other = c->title_en;

	if (e->options.lang == LANG_EN) {
		first = c->title_en;
		other = c->title_th;
	}
	if (first.n > 0)
		return first;
	return other.n > 0 ? other : c->name;
}
