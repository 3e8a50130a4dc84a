/* Forms: a line with the Content-Type, then the body. */
#include "base/buf.h"
#include "fuzz.h"
#include "http/exchange.h"

static bool within(struct str part, struct str whole)
{
	return part.n == 0 ||
	       (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_fields(const struct request *r, struct str body)
{
	for (size_t i = 0; i < r->form.n; i++) {
		struct pair f = r->form.v[i];
		REQUIRE(str_utf8(f.name) && str_utf8(f.value));
		REQUIRE(f.name.n <= body.n && f.value.n <= body.n);
		REQUIRE(
		    f.value.n == 0 || str_index(f.value, '\0') == f.value.n);
	}
	for (size_t i = 0; i < r->n_files; i++) {
		struct upload f = r->files[i];
		REQUIRE(within(f.bytes, body) && str_utf8(f.filename));
		REQUIRE(str_index(f.filename, '/') == f.filename.n &&
			str_index(f.filename, '\\') == f.filename.n);
		for (size_t k = 0; k < f.filename.n; k++)
			REQUIRE((unsigned char)f.filename.p[k] >= 0x20);
	}
}

/* The fields, written anew as a browser does, are the same fields. */
static void check_again(const struct request *r)
{
	struct request again = { .arena = r->arena };
	struct buf b = buf_new(r->arena, 1 << 24);
	for (size_t i = 0; i < r->form.n; i++)
		buf_fmt(&b, "%s%.*s=%.*s", i ? "&" : "",
		    STR_ARG(url_encode(r->arena, r->form.v[i].name)),
		    STR_ARG(url_encode(r->arena, r->form.v[i].value)));
	REQUIRE(form_read(&again, STR("application/x-www-form-urlencoded"),
		    buf_view(&b)) == 0);
	REQUIRE(again.form.n == r->form.n);
	for (size_t i = 0; i < r->form.n; i++) {
		REQUIRE(str_eq(r->form.v[i].name, again.form.v[i].name));
		REQUIRE(str_eq(r->form.v[i].value, again.form.v[i].value));
	}
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct str type = fuzz_line(&in);
	struct request r = { .arena = cx->arena };
	int status = form_read(&r, type, in);
	REQUIRE(status == 0 || status == 400 || status == 413 || status == 415);
	if (status)
		return;
	check_fields(&r, in);
	check_again(&r);
}
