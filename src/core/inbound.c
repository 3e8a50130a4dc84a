#include "core/inbound.h"

#include "base/str.h"
#include "core/upload.h"
#include "sql/sql.h"

#define SECOND_MS INT64_C(1000)

const char *const inbound_state_names[INBOUND_STATES] = {
	[INBOUND_waiting] = "waiting",
	[INBOUND_reading] = "reading",
	[INBOUND_read] = "read",
	[INBOUND_refused] = "refused",
	[INBOUND_lost] = "lost",
	[INBOUND_destroyed] = "destroyed",
};

#define INBOUND_COLUMNS                                                       \
	"i.upload, i.request, u.name, u.sha256, u.file, u.actor, u.purpose,"  \
	" u.destroy_on, u.replaces, u.bytes, u.created, u.received, u.swept," \
	" i.state, i.progress, i.choice, i.found, i.finding, i.version,"      \
	" i.told, i.owner, i.until, i.tries"

static enum err json_of(
    struct ctx *cx, struct row row, const char *column, const json_t **ret)
{
	json_t *o = NULL;
	struct str text = row_str(row, column);
	enum err e = OK;
	if (text.n > 0)
		e = json_parse(cx, text, (size_t)4 << 20, &o);
	*ret = o;
	return e ? fail_detail(cx, ERR_BROKEN, "inbound: %s", column) : OK;
}

static enum err read_row(struct ctx *cx, struct row r, struct inbound *ret)
{
	size_t state =
	    row_enum(r, "state", inbound_state_names, INBOUND_STATES);
	if (state == INBOUND_STATES)
		return fail_detail(cx, ERR_BROKEN, "inbound: state");
	*ret = (struct inbound){ .upload = row_str(r, "upload"),
		.request = row_str(r, "request"),
		.name = row_str(r, "name"),
		.sha256 = row_str(r, "sha256"),
		.file = row_str(r, "file"),
		.actor = row_str(r, "actor"),
		.purpose = row_str(r, "purpose"),
		.destroy_on = row_str(r, "destroy_on"),
		.replaces = row_str(r, "replaces"),
		.bytes = row_i64(r, "bytes"),
		.created = row_i64(r, "created"),
		.received = row_i64(r, "received"),
		.swept = row_i64(r, "swept"),
		.state = (enum inbound_state)state,
		.progress = row_i64(r, "progress"),
		.version = row_i64(r, "version"),
		.told = row_i64(r, "told"),
		.owner = row_str(r, "owner"),
		.until = row_i64(r, "until"),
		.tries = row_i64(r, "tries") };
	enum err e = json_of(cx, r, "choice", &ret->choice);
	if (!e)
		e = json_of(cx, r, "found", &ret->found);
	return e ? e : json_of(cx, r, "finding", &ret->finding);
}

static enum err read_rows(struct ctx *cx, const struct rows *rows,
    const struct inbound **ret, size_t *ret_n)
{
	struct inbound *v = ARENA_ARRAY(cx->arena, struct inbound, rows->n + 1);
	enum err e = OK;
	for (size_t i = 0; i < rows->n && !e; i++)
		e = read_row(cx, rows->row[i], &v[i]);
	*ret = v;
	*ret_n = e ? 0 : rows->n;
	return e;
}

/* "" when it takes no place of a table that was read. */
static enum err choice_of(
    struct ctx *cx, const struct inbound_new *w, struct str *ret)
{
	struct inbound before;
	json_t *choice = NULL;
	*ret = STR("");
	if (w->replaces.n == 0)
		return OK;
	enum err e = inbound_get(cx, w->replaces, &before);
	if (e || json_list(before.found, "columns") == NULL)
		return e;
	e = inbound_choice_again(cx, &before, &choice);
	if (!e)
		*ret = json_compact(cx->arena, choice);
	return e;
}

enum err inbound_new(
    struct ctx *cx, const struct inbound_new *w, struct inbound *ret)
{
	struct upload_file u;
	struct str choice;
	enum err e = choice_of(cx, w, &choice);
	if (!e)
		e = upload_new(cx, w->request, w->name, w->actor, &u);
	if (!e)
		e = sql_exec(cx,
		    SQL("update upload set kind = 'table', purpose = $1,"
			" destroy_on = $2, replaces = $3 where id = $4"),
		    VALS(val_str(w->purpose), val_str(w->destroy_on),
			val_str(w->replaces), val_str(u.id)),
		    NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL("insert into inbound (upload, request, state, progress,"
			" choice, found, finding, version, told, owner, until,"
			" tries) values ($1, $2, 'waiting', 0, $3, '', '', 0, 0,"
			" '', 0, 0)"),
		    VALS(val_str(u.id), val_str(w->request), val_str(choice)),
		    NULL);
	return e ? e : inbound_get(cx, u.id, ret);
}

enum err inbound_get(struct ctx *cx, struct str upload, struct inbound *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select " INBOUND_COLUMNS " from inbound i"
		" join upload u on u.id = i.upload where i.upload = $1"),
	    VALS(val_str(upload)), &row);
	return e ? e : read_row(cx, row, ret);
}

enum err inbound_list(struct ctx *cx, struct str request,
    const struct inbound **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " INBOUND_COLUMNS " from inbound i"
		" join upload u on u.id = i.upload where i.request = $1"
		" order by u.created desc, i.upload"),
	    VALS(val_str(request)), &rows);
	return e ? e : read_rows(cx, &rows, ret, ret_n);
}

enum err inbound_choose(struct ctx *cx, struct str upload, const json_t *choice)
{
	int64_t n = 0;
	json_t *kept = NULL;
	enum err e = inbound_choice_check(cx, choice, &kept);
	if (!e)
		e = sql_exec(cx,
		    SQL("update inbound set state = 'reading', choice = $1,"
			" finding = '', progress = 0, owner = '', until = 0, tries = 0,"
			" version = version + 1 where upload = $2"
			" and state in ('reading', 'read', 'refused', 'lost')"),
		    VALS(val_str(json_compact(cx->arena, kept)),
			val_str(upload)),
		    &n);
	if (e)
		return e;
	return n == 1 ? OK : fail(cx, ERR_CONFLICT, MSG_error_conflict);
}

/* It is not swept as what nothing uses: it goes with its request, or on its day. */
enum err inbound_received(struct ctx *cx, struct str upload)
{
	int64_t n = 0;
	enum err e = sql_exec(cx,
	    SQL("update inbound set state = 'reading', version = version + 1"
		" where upload = $1 and state = 'waiting'"),
	    VALS(val_str(upload)), &n);
	return e || n == 0 ? e : upload_used(cx, upload);
}

static enum err take(struct ctx *cx, struct str owner, struct inbound *claim)
{
	claim->owner = owner;
	claim->until = cx->now + INBOUND_HOLDS_S * SECOND_MS +
	               claim->bytes / INBOUND_BYTES_A_MS;
	claim->tries++;
	return sql_exec(cx,
	    SQL("update inbound set owner = $1, until = $2, progress = 0,"
		" tries = $3 where upload = $4"),
	    VALS(val_str(owner), val_i64(claim->until), val_i64(claim->tries),
		val_str(claim->upload)),
	    NULL);
}

enum err inbound_waits(struct ctx *cx, bool *ret)
{
	struct row row;
	return sql_find(cx,
	    SQL("select 1 as n from inbound where state = 'reading'"
		" and until < $1 limit 1"),
	    VALS(val_i64(cx->now)), &row, ret);
}

/* A write transaction is alone on both stores: what was found is taken. */
enum err inbound_claim(
    struct ctx *cx, struct str owner, struct inbound *ret, bool *ret_found)
{
	struct row row;
	enum err e = sql_find(cx,
	    SQL("select " INBOUND_COLUMNS " from inbound i"
		" join upload u on u.id = i.upload where i.state = 'reading'"
		" and i.until < $1 order by u.received, i.upload limit 1"),
	    VALS(val_i64(cx->now)), &row, ret_found);
	if (e || !*ret_found)
		return e;
	e = read_row(cx, row, ret);
	return e ? e : take(cx, owner, ret);
}

enum err inbound_progress(struct ctx *cx, const struct inbound *claim,
    int64_t thousandths, bool *ret_mine)
{
	int64_t n = 0;
	enum err e = sql_exec(cx,
	    SQL("update inbound set progress = $1, until = $2"
		" where upload = $3 and state = 'reading' and owner = $4"
		" and version = $5"),
	    VALS(val_i64(thousandths),
		val_i64(cx->now + INBOUND_HOLDS_S * SECOND_MS),
		val_str(claim->upload), val_str(claim->owner),
		val_i64(claim->version)),
	    &n);
	*ret_mine = !e && n == 1;
	return e;
}

static struct str text_of(struct arena *a, const json_t *o)
{
	return o != NULL ? json_compact(a, o) : STR("");
}

static enum err finish(struct ctx *cx, const struct inbound *claim,
    enum inbound_state state, const json_t *finding, const json_t *found,
    bool *ret_mine)
{
	int64_t n = 0;
	enum err e = sql_exec(cx,
	    SQL("update inbound set state = $1, finding = $2, found = $3,"
		" progress = 1000, owner = '', until = 0, tries = 0,"
		" version = version + 1 where upload = $4"
		" and state = 'reading' and owner = $5 and version = $6"),
	    VALS(val_str(str_of(inbound_state_names[state])),
		val_str(text_of(cx->arena, finding)),
		val_str(text_of(cx->arena, found)), val_str(claim->upload),
		val_str(claim->owner), val_i64(claim->version)),
	    &n);
	*ret_mine = !e && n == 1;
	return e;
}

enum err inbound_read(struct ctx *cx, const struct inbound *claim,
    const json_t *found, bool *ret_mine)
{
	return finish(cx, claim, INBOUND_read, NULL, found, ret_mine);
}

enum err inbound_refused(struct ctx *cx, const struct inbound *claim,
    const json_t *finding, const json_t *found, bool *ret_mine)
{
	return finish(cx, claim, INBOUND_refused, finding, found, ret_mine);
}

enum err inbound_left(
    struct ctx *cx, const struct inbound *claim, int64_t pause_s)
{
	int64_t until = pause_s > 0 ? cx->now + pause_s * SECOND_MS : 0;
	return sql_exec(cx,
	    SQL("update inbound set owner = '', until = $1, tries = tries - 1"
		" where upload = $2 and state = 'reading' and owner = $3"
		" and version = $4"),
	    VALS(val_i64(until), val_str(claim->upload), val_str(claim->owner),
		val_i64(claim->version)),
	    NULL);
}

enum err inbound_held(struct ctx *cx, const struct inbound *claim,
    int64_t pause_s, const json_t *finding)
{
	enum err e = inbound_left(cx, claim, pause_s);
	if (e)
		return e;
	return sql_exec(cx,
	    SQL("update inbound set finding = $1 where upload = $2"
		" and state = 'reading' and version = $3"),
	    VALS(val_str(text_of(cx->arena, finding)), val_str(claim->upload),
		val_i64(claim->version)),
	    NULL);
}

enum err inbound_lost(struct ctx *cx, struct str upload, struct str code)
{
	json_t *o = json_new_object(cx->arena);
	json_put_text(o, "code", code);
	return sql_exec(cx,
	    SQL("update inbound set state = 'lost', finding = $1, owner = '',"
		" until = 0, version = version + 1 where upload = $2"
		" and state in ('reading', 'read', 'refused')"),
	    VALS(val_str(json_compact(cx->arena, o)), val_str(upload)), NULL);
}

enum err inbound_lost_list(
    struct ctx *cx, struct str after, const struct inbound **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " INBOUND_COLUMNS " from inbound i"
		" join upload u on u.id = i.upload where i.state = 'lost'"
		" and i.upload > $1 and u.swept = 0 order by i.upload limit $2"),
	    VALS(val_str(after), val_i64(INBOUND_UNTOLD)), &rows);
	return e ? e : read_rows(cx, &rows, ret, ret_n);
}

enum err inbound_again(struct ctx *cx, struct str upload)
{
	return sql_exec(cx,
	    SQL("update inbound set state = 'reading', progress = 0,"
		" owner = '', until = 0, tries = 0, version = version + 1"
		" where upload = $1 and state = 'lost'"),
	    VALS(val_str(upload)), NULL);
}

enum err inbound_destroyed(struct ctx *cx, struct str upload)
{
	return sql_exec(cx,
	    SQL("update inbound set state = 'destroyed', owner = '', until = 0,"
		" choice = '', found = '', finding = '', version = version + 1 where upload = $1"
		" and state <> 'destroyed'"),
	    VALS(val_str(upload)), NULL);
}

enum err inbound_untold(
    struct ctx *cx, struct str after, const struct inbound **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " INBOUND_COLUMNS " from inbound i"
		" join upload u on u.id = i.upload where i.told < i.version"
		" and i.state not in ('waiting', 'reading')"
		" and i.upload > $1 order by i.upload limit $2"),
	    VALS(val_str(after), val_i64(INBOUND_UNTOLD)), &rows);
	return e ? e : read_rows(cx, &rows, ret, ret_n);
}

enum err inbound_told(struct ctx *cx, struct str upload, int64_t version)
{
	return sql_exec(cx,
	    SQL("update inbound set told = $1 where upload = $2"
		" and told < $1"),
	    VALS(val_i64(version), val_str(upload)), NULL);
}
