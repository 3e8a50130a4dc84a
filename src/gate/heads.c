/* What stands above the rows, and the link to those that follow. */
#include "base/str.h"
#include "gate/about.h"
#include "gate/data.h"

struct str answer_media(const struct call *c)
{
	if (c->form != FORM_CSV)
		return form_media(c->form);
	return str_fmt(c->v->cx.arena, "text/csv; charset=utf-8; header=%s%s",
	    c->bare ? "absent" : "present", c->excel ? "; profile=excel" : "");
}

static void link_to(struct call *c, struct str url, const char *rel)
{
	response_header(c->v->rs, STR("Link"),
	    str_fmt(c->v->cx.arena, "<%.*s>; rel=\"%s\"", STR_ARG(url), rel));
}

static void describe(struct call *c)
{
	struct arena *a = c->v->cx.arena;
	struct str url = connection_url(c);
	response_header(c->v->rs, STR("Data-Contract"),
	    str_fmt(a, "%.*s;v=%.*s", STR_ARG(c->connection.id), 12,
		c->connection.digest.p));
	link_to(c, str_cat(a, url, STR("/openapi.json")), "service-desc");
	link_to(c, str_cat(a, url, STR("/about")), "describedby");
}

void answer_headers(struct call *c)
{
	struct response *rs = c->v->rs;
	struct arena *a = c->v->cx.arena;
	const char *how = c->form == FORM_XLSX || c->form == FORM_CSV
	                      ? "attachment"
	                      : "inline";
	struct str applied = prefer_applied(a, &c->prefer);
	response_header(rs, STR("Vary"),
	    STR("Accept, Accept-Encoding, Accept-Language, Authorization,"
		" Prefer"));
	response_header(rs, STR("Content-Disposition"),
	    str_fmt(a, "%s; filename=\"%.*s.%.*s\"", how,
		STR_ARG(c->connection.id), STR_ARG(form_suffix(c->form))));
	if (c->form == FORM_HTML)
		response_header(
		    rs, STR("Content-Security-Policy"), html_policy(c));
	/* RFC 10008: by which it may be asked with the method QUERY. */
	if (connection_posts(c))
		response_header(
		    rs, STR("Accept-Query"), STR("\"application/json\""));
	if (applied.n > 0)
		response_header(rs, STR("Preference-Applied"), applied);
	describe(c);
}

/* What a POST's URL said besides the cursor. */
static struct str url_again(const struct call *c)
{
	static const char *const names[] = { "format", "profile" };
	struct arena *a = c->v->cx.arena;
	struct str all = STR("");
	for (size_t i = 0; i < COUNT(names); i++) {
		struct str named = pairs_get(c->v->rq->query, str_of(names[i]));
		if (named.n > 0)
			all = str_fmt(a, "%.*s%s=%.*s&", STR_ARG(all), names[i],
			    STR_ARG(url_encode(a, named)));
	}
	return all;
}

/* The question again, with the place to go on at. A POST says it again in the
 * body, so that no value of it stands in a URL. */
struct str next_url(struct call *c, const struct place *place)
{
	struct arena *a = c->v->cx.arena;
	bool get = str_eq(c->v->rq->method, STR("GET"));
	/* Once: no two cursors of one place are the same. */
	struct str cursor = cursor_make(c, place),
		   asked = get ? c->asked.question : url_again(c);
	/* A place that would not come back: rows are counted instead. */
	if (asked.n + cursor.n + 7 > ASK_URL_BYTES)
		cursor = cursor_make(c, &(struct place){ .skip = place->given,
					    .given = place->given });
	return str_fmt(a, "%.*s%s%s%.*s?%.*scursor=%.*s",
	    STR_ARG(connection_url(c)), get ? "" : "/query",
	    c->suffix.n > 0 ? "." : "", STR_ARG(c->suffix), STR_ARG(asked),
	    STR_ARG(cursor));
}

void answer_next(struct call *c, struct str next)
{
	link_to(c, next, "next");
}

/* What closes an envelope, from behind the rows. */
struct str envelope_end(
    struct call *c, struct str next, bool truncated, struct str delivery)
{
	struct arena *a = c->v->cx.arena;
	json_t *o = json_new_object(a), *contract = json_new_object(a);
	json_put_text_or_null(o, "next", next);
	json_put_flag(o, "truncated", truncated);
	json_put_text(contract, "id", c->connection.id);
	json_put_text(contract, "digest", c->connection.digest);
	json_put_text(contract, "request", c->connection.request);
	json_put(o, "contract", contract);
	json_put_text(o, "delivery", delivery);
	/* In place of the brace that opens it. */
	return str_cat(a, STR(","), str_from(json_compact(a, o), 1));
}
