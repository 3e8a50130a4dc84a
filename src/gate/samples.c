/* Programs that fetch a connection, ready to be copied. The key is never in
 * them: it comes from the environment, or Excel asks for it. */
#include "base/buf.h"
#include "base/str.h"
#include "gate/about.h"

#define MAX_SAMPLE ((size_t)8192)

/* What all samples of one connection share. */
struct sample {
	struct arena *arena;
	enum form form;
	bool post;
	struct str url;  /* with its suffix, and ?parameters on a GET */
	struct str body; /* of a POST: JSON */
	struct buf text;
};

struct str param_example(const struct param *p)
{
	static const char *const by_type[COLUMN_TYPES] = {
		[TYPE_TEXT] = "text",
		[TYPE_INTEGER] = "1",
		[TYPE_NUMBER] = "1.5",
		[TYPE_BOOLEAN] = "true",
		[TYPE_DATE] = "2026-01-31",
		[TYPE_DATETIME] = "2026-01-31T08:30:00",
		[TYPE_BYTES] = "",
	};
	if (p->preset.p != NULL)
		return p->preset;
	if (p->n_allowed > 0)
		return p->allowed[0];
	if (p->min.p != NULL)
		return p->min;
	if (p->max.p != NULL)
		return p->max;
	return str_of(by_type[p->type]);
}

static bool must_be_given(const struct param *p)
{
	return p->required && p->preset.p == NULL;
}

static struct str query_of(const struct call *c)
{
	struct arena *a = c->v->cx.arena;
	struct str all = STR("");
	for (size_t i = 0; i < c->approved.params.n; i++) {
		const struct param *p = &c->approved.params.v[i];
		if (must_be_given(p))
			all = str_fmt(a, "%.*s%s%.*s=%.*s", STR_ARG(all),
			    all.n > 0 ? "&" : "?", STR_ARG(p->name),
			    STR_ARG(url_encode(a, param_example(p))));
	}
	return all;
}

/* JSON that stands in quotes of any of these languages: no ' and no \ but in
 * \uXXXX. */
static struct str quotable(struct arena *a, struct str json)
{
	struct buf b = buf_new(a, 6 * json.n + 1);
	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];
		bool escape = c == '\\' && i + 1 < json.n &&
		              (json.p[i + 1] == '\\' || json.p[i + 1] == '"');
		if (escape)
			c = json.p[++i];
		if (escape || c == '\'')
			buf_fmt(&b, "\\u%04x", (unsigned)c);
		else
			buf_char(&b, c);
	}
	return buf_view(&b);
}

static struct str body_of(const struct call *c)
{
	struct arena *a = c->v->cx.arena;
	json_t *o = json_new_object(a), *params = json_new_object(a);
	for (size_t i = 0; i < c->approved.params.n; i++) {
		const struct param *p = &c->approved.params.v[i];
		if (must_be_given(p))
			json_put_text(
			    params, str_cstr(a, p->name), param_example(p));
	}
	if (json_object_size(params) > 0)
		json_put(o, "params", params);
	return quotable(a, json_compact(a, o));
}

static struct sample sample_of(const struct call *c, enum form form)
{
	struct arena *a = c->v->cx.arena;
	bool post = connection_posts(c);
	return (struct sample){ .arena = a,
		.form = form,
		.post = post,
		.url = str_fmt(a, "%.*s%s.%.*s%.*s", STR_ARG(connection_url(c)),
		    post ? "/query" : "", STR_ARG(form_suffix(form)),
		    STR_ARG(post ? STR("") : query_of(c))),
		.body = post ? body_of(c) : STR(""),
		.text = buf_new(a, MAX_SAMPLE) };
}

static void curl(struct sample *s)
{
	buf_fmt(&s->text, "curl --fail-with-body -sS \\\n"
			  "  -H \"Authorization: Bearer $PRATU_KEY\" \\\n");
	if (s->post)
		buf_fmt(&s->text,
		    "  -H 'Content-Type: application/json' -d '%.*s' \\\n",
		    STR_ARG(s->body));
	buf_fmt(&s->text, "  -o data.%.*s '%.*s'\n",
	    STR_ARG(form_suffix(s->form)), STR_ARG(s->url));
}

static void python(struct sample *s)
{
	bool csv = s->form == FORM_CSV, json = s->form == FORM_JSON;
	buf_fmt(&s->text, "%simport os\n\nimport requests\n\n",
	    csv ? "import csv\nimport io\n" : "");
	buf_fmt(&s->text, "answer = requests.%s(\n    \"%.*s\",\n",
	    s->post ? "post" : "get", STR_ARG(s->url));
	if (s->post)
		buf_fmt(&s->text, "    json=%.*s,\n", STR_ARG(s->body));
	buf_fmt(&s->text, "    headers={\"Authorization\":"
			  " \"Bearer \" + os.environ[\"PRATU_KEY\"]},\n"
			  "    timeout=600)\n"
			  "answer.raise_for_status()\n");
	if (json)
		buf_fmt(&s->text, "rows = answer.json()\nprint(len(rows))\n");
	else if (csv)
		buf_fmt(&s->text,
		    "rows = list(csv.DictReader("
		    "io.StringIO(answer.content.decode(), newline=\"\")))\n"
		    "print(len(rows))\n");
	else
		buf_fmt(&s->text,
		    "with open(\"data.%.*s\", \"wb\") as f:\n"
		    "    f.write(answer.content)\n",
		    STR_ARG(form_suffix(s->form)));
}

static void r(struct sample *s)
{
	buf_fmt(&s->text,
	    "library(httr2)\n\nanswer <- request(\"%.*s\") |>\n"
	    "  req_auth_bearer_token(Sys.getenv(\"PRATU_KEY\")) |>\n",
	    STR_ARG(s->url));
	if (s->post)
		buf_fmt(&s->text,
		    "  req_body_raw(r\"(%.*s)\", type = \"application/json\") |>\n",
		    STR_ARG(s->body));
	buf_fmt(&s->text, "  req_perform()\n");
	if (s->form == FORM_JSON)
		buf_fmt(&s->text,
		    "rows <- resp_body_json(answer, simplifyVector = TRUE)\n");
	else if (s->form == FORM_CSV)
		buf_fmt(&s->text,
		    "rows <- read.csv(text = resp_body_string(answer))\n");
	else
		buf_fmt(&s->text,
		    "writeBin(resp_body_raw(answer), \"data.%.*s\")\n",
		    STR_ARG(form_suffix(s->form)));
}

static void php(struct sample *s)
{
	buf_fmt(&s->text,
	    "<?php\n$context = stream_context_create(['http' => [\n"
	    "    'header' => 'Authorization: Bearer '"
	    " . getenv('PRATU_KEY')%s,\n",
	    s->post ? "\n        . \"\\r\\nContent-Type: application/json\""
		    : "");
	if (s->post)
		buf_fmt(&s->text,
		    "    'method' => 'POST',\n    'content' => '%.*s',\n",
		    STR_ARG(s->body));
	buf_fmt(&s->text,
	    "]]);\n$answer = file_get_contents('%.*s', false, $context);\n"
	    "if ($answer === false) {\n    exit(1);\n}\n",
	    STR_ARG(s->url));
	if (s->form == FORM_JSON)
		buf_fmt(&s->text, "$rows = json_decode($answer, true);\n");
	else
		buf_fmt(&s->text, "file_put_contents('data.%.*s', $answer);\n",
		    STR_ARG(form_suffix(s->form)));
}

static void excel(struct sample *s)
{
	buf_fmt(&s->text, "let\n  Answer = Web.Contents(\"%.*s\"),\n",
	    STR_ARG(s->url));
	if (s->form == FORM_CSV)
		buf_fmt(&s->text,
		    "  Table = Csv.Document(Answer, [Delimiter = \",\","
		    " Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),\n"
		    "  Rows = Table.PromoteHeaders(Table,"
		    " [PromoteAllScalars = true])\n");
	else if (s->form == FORM_JSON)
		buf_fmt(&s->text,
		    "  Rows = Table.FromRecords(Json.Document(Answer))\n");
	else if (s->form == FORM_XLSX)
		buf_fmt(&s->text, "  Book = Excel.Workbook(Answer, true),\n"
				  "  Rows = Book{0}[Data]\n");
	else
		buf_fmt(&s->text, "  Rows = Answer\n");
	buf_fmt(&s->text, "in\n  Rows\n");
}

/* Excel reads CSV best: types of columns stay the reader's choice. */
static enum form excel_form(const struct call *c)
{
	return call_grants(c, FORM_CSV) ? FORM_CSV : connection_form(c);
}

const struct ui_code *samples_of(const struct call *c, size_t *ret_n)
{
	static const struct {
		const char *name;
		void (*write)(struct sample *);
	} all[] = { { "curl", curl }, { "Python", python }, { "R (httr2)", r },
		{ "PHP", php }, { "Excel (Power Query)", excel } };
	struct ui_code *v =
	    ARENA_ARRAY(c->v->cx.arena, struct ui_code, COUNT(all));
	/* Excel posts without credentials only. */
	size_t n = connection_posts(c) ? COUNT(all) - 1 : COUNT(all);
	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == COUNT(all);
		struct sample s =
		    sample_of(c, last ? excel_form(c) : connection_form(c));
		all[i].write(&s);
		v[i] = (struct ui_code){ .caption = str_of(all[i].name),
			.text = buf_view(&s.text) };
	}
	*ret_n = n;
	return v;
}
