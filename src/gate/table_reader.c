#include "gate/table_reader.h"

#include <dirent.h>
#include <signal.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "gate/keeper.h"
#include "gate/table_found.h"
#include "sql/sql.h"

enum {
	LOOK_MS = 500,
	SHUT_MS = 2000,   /* while nothing can be opened */
	TELL_MS = 1000,   /* between two words of how far it is */
	TELL_ROWS = 1000, /* between two looks at the clock */
	OWNER_CHARS = 20
};

struct table_reader {
	struct worker worker;
	struct gate *gate;
	struct str owner;
	bool swept, asked; /* what is lost was looked for, since it was fine */
	atomic_int child;  /* that reads now; 0: none */
};

/* One table being read. */
struct reading {
	struct table_reader *w;
	struct gate_visit v;
	struct inbound in;
	struct table_file file;
	struct table_found *found;
	struct str lost; /* "absent" "changed" */
	struct code_lists *lists;
	struct code_list unread; /* the codes of which cannot be had */
	int64_t told;
	bool mine;
};

static bool stopped(const struct reading *r)
{
	return atomic_load(&r->w->worker.stop);
}

/* Each in a transaction of its own, at its own moment. */
static enum err begin(struct reading *r)
{
	r->v.cx.now = time_now_ms();
	return store_write(&r->v.cx, r->v.gate->shared);
}

static enum err commit(struct reading *r, enum err e)
{
	if (!e)
		e = store_commit(&r->v.cx);
	store_end(&r->v.cx);
	return e;
}

static enum err tell(struct reading *r)
{
	int64_t now = time_now_ms(), ago = now - r->told;
	if (ago >= 0 && ago < TELL_MS)
		return OK;
	r->told = now;
	struct arena_mark mark = arena_mark(r->v.cx.arena);
	enum err e = begin(r);
	if (!e)
		e = inbound_progress(&r->v.cx, &r->in,
		    r->file.child ? sheet_child_progress(r->file.child) : 0,
		    &r->mine);
	e = commit(r, e);
	if (!e)
		arena_rewind(r->v.cx.arena, mark);
	return e;
}

static enum err read_rows(struct reading *r)
{
	const struct sheet_row *row = NULL;
	enum err e = OK;
	for (size_t i = 1; !e; i++) {
		e = table_file_next(&r->file, &row);
		if (e || row == NULL)
			break;
		e = table_found_row(r->found, row);
		if (!e && i % TELL_ROWS == 0)
			e = tell(r);
		if (!e && (!r->mine || stopped(r)))
			e = fail_detail(
			    &r->v.cx, ERR_BUSY, "not read to its end");
	}
	if (!e)
		table_found_end(r->found);
	return e;
}

static bool lists_stop(void *arg)
{
	return stopped(arg);
}

static enum err lists_between(void *arg)
{
	struct reading *r = arg;
	r->told = 0;
	enum err e = tell(r);
	if (!e && (!r->mine || stopped(r)))
		e = fail_detail(&r->v.cx, ERR_BUSY, "not read to its end");
	return e;
}

static enum err fetch_lists(struct reading *r)
{
	const struct code_lists_call call = {
		.between = lists_between, .stop = lists_stop, .arg = r
	};
	r->lists = ARENA_NEW(r->v.cx.arena, struct code_lists);
	return code_lists_fetch(
	    &r->v, r->in.choice, &call, r->lists, &r->unread);
}

static enum err examine(struct reading *r)
{
	const struct sheet_row *headings = NULL;
	enum err e = table_file_open(&r->v, &r->in, true, &r->file, &r->lost);
	if (!e)
		e = table_file_look(&r->file, &r->in);
	if (!e)
		e = fetch_lists(r);
	if (!e)
		e = table_file_begin(&r->file);
	if (!e)
		atomic_store(&r->w->child, sheet_child_pid(r->file.child));
	if (!e)
		e = table_file_next(&r->file, &headings);
	if (!e)
		e = table_found_begin(
		    &r->file, r->in.choice, r->lists, headings, &r->found);
	return e ? e : read_rows(r);
}

/* What is destroyed meanwhile leaves nothing beside it. */
static enum err drop_if_gone(struct reading *r)
{
	struct inbound now;
	enum err e = store_read(&r->v.cx, r->v.gate->shared);
	if (!e)
		e = inbound_get(&r->v.cx, r->in.upload, &now);
	store_end(&r->v.cx);
	if (!e && now.state == INBOUND_destroyed &&
	    !table_notes_drop(r->v.cx.arena, r->v.gate, r->in.upload))
		e = fail_detail(&r->v.cx, ERR_BROKEN, "notes: not removed");
	return e;
}

static void note(struct reading *r, enum inbound_state state)
{
	struct arena *a = r->v.cx.arena;
	const json_t *found = table_found_json(&r->file, r->found);
	LOG("info", "gate.table", { "upload", r->in.upload },
	    { "request", r->in.request },
	    { "state", str_of(inbound_state_names[state]) },
	    { "rows",
		str_fmt(a, "%lld", (long long)json_int(found, "rows", 0)) },
	    { "wrong",
		str_fmt(a, "%lld", (long long)json_int(found, "wrong", 0)) });
}

static enum err say_read(struct reading *r)
{
	enum err e =
	    table_notes_write(&r->v, r->in.upload, table_found_notes(r->found));
	if (!e)
		e = begin(r);
	if (!e)
		e = inbound_read(&r->v.cx, &r->in,
		    table_found_json(&r->file, r->found), &r->mine);
	e = commit(r, e);
	if (!e && r->mine)
		note(r, INBOUND_read);
	return e || r->mine ? e : drop_if_gone(r);
}

/* A child that the kernel ended stands in the log with what ended it. */
static enum err say_refused(
    struct reading *r, const struct sheet_finding *finding)
{
	struct str detail = r->v.cx.fault.detail;
	const json_t *found = table_found_json(&r->file, NULL);
	enum err e = OK;
	if (detail.n > 0)
		LOG("warn", "gate.table_child", { "upload", r->in.upload },
		    { "request", r->in.request },
		    { "finding", sheet_trouble_code(finding->kind) },
		    { "detail", detail });
	r->v.cx.fault = (struct fault){ 0 };
	if (!table_notes_drop(r->v.cx.arena, r->v.gate, r->in.upload))
		e = fail_detail(&r->v.cx, ERR_BROKEN, "notes: not removed");
	if (!e)
		e = begin(r);
	if (!e)
		e = inbound_refused(&r->v.cx, &r->in,
		    table_finding_json(r->v.cx.arena, finding), found,
		    &r->mine);
	e = commit(r, e);
	if (!e && r->mine)
		note(r, INBOUND_refused);
	return e;
}

static enum err say_lost(struct reading *r)
{
	r->v.cx.fault = (struct fault){ 0 };
	enum err e = begin(r);
	if (!e)
		e = inbound_lost(&r->v.cx, r->in.upload, r->lost);
	e = commit(r, e);
	if (!e)
		LOG("error", "gate.table_lost", { "upload", r->in.upload },
		    { "request", r->in.request }, { "why", r->lost });
	return e;
}

static enum err say_left(struct reading *r, int64_t pause_s)
{
	enum err e = begin(r);
	if (!e)
		e = inbound_left(&r->v.cx, &r->in, pause_s);
	return commit(r, e);
}

/* The file is well: the house has to see to the list's source. */
static enum err say_held(struct reading *r)
{
	r->v.cx.fault = (struct fault){ 0 };
	enum err e = begin(r);
	if (!e)
		e = inbound_held(&r->v.cx, &r->in, INBOUND_HOLDS_S,
		    code_list_finding(r->v.cx.arena, &r->unread));
	return commit(r, e);
}

/* What failed here, and not because of the file, counts as no reading. */
static enum err try_later(struct reading *r)
{
	log_fault_of(&r->v.cx, "gate.table",
	    (struct log_field){ "upload", r->in.upload });
	r->v.cx.fault = (struct fault){ 0 };
	return say_left(r, INBOUND_HOLDS_S);
}

static enum err settle(struct reading *r, enum err e)
{
	store_end(&r->v.cx);
	if (!e)
		return say_read(r);
	if (stopped(r))
		return say_left(r, 0);
	if (!r->mine)
		return drop_if_gone(r);
	if (e == ERR_BUSY && r->unread.id.n > 0)
		return say_held(r);
	if (e == ERR_GONE && r->lost.n > 0)
		return say_lost(r);
	if (e == ERR_INVALID && r->file.found.kind != SHEET_FINE)
		return say_refused(r, &r->file.found);
	return try_later(r);
}

/* One that took gates down with it is not tried for ever. */
static enum err read_one(struct reading *r)
{
	static const struct sheet_finding too_often = { .kind = SHEET_stopped };
	if (r->in.tries > INBOUND_TRIES)
		return say_refused(r, &too_often);
	enum err e = examine(r);
	atomic_store(&r->w->child, 0);
	return settle(r, e);
}

static enum err claim(struct reading *r, bool *ret)
{
	bool waits = false;
	struct ctx *cx = &r->v.cx;
	*ret = false;
	enum err e = store_read(cx, r->v.gate->shared);
	if (!e)
		e = inbound_waits(cx, &waits);
	store_end(cx);
	if (e || !waits)
		return e;
	e = begin(r);
	if (!e)
		e = inbound_claim(cx, r->w->owner, &r->in, ret);
	r->mine = true;
	r->told = cx->now;
	return commit(r, e);
}

/* What a gate that was killed left beside a table that is destroyed. */
static void sweep(struct table_reader *w, struct gate_visit *v)
{
	struct str folder = str_fmt(v->cx.arena, "%.*s/tables",
	    STR_ARG(w->gate->options->site->gate_dir));
	const struct dirent *entry;
	DIR *dir = opendir(str_cstr(v->cx.arena, folder));
	w->swept = true;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct inbound in;
		struct str name = str_of(entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		enum err e = store_read(&v->cx, w->gate->shared);
		if (!e)
			e = inbound_get(&v->cx, name, &in);
		store_end(&v->cx);
		if ((e == ERR_NOT_FOUND ||
			(!e && in.state == INBOUND_destroyed)) &&
		    table_notes_drop(v->cx.arena, w->gate, name))
			LOG("info", "gate.swept", { "notes", name });
	}
	if (dir != NULL)
		closedir(dir);
}

static enum err found_again(struct reading *r, const struct inbound *in)
{
	enum err e = begin(r);
	if (!e)
		e = inbound_again(&r->v.cx, in->upload);
	e = commit(r, e);
	if (!e)
		LOG("info", "gate.table_found", { "upload", in->upload },
		    { "request", in->request });
	return e;
}

/* What opens is read again, whole, and then known to be what came; of the rest
 * nothing new is said. */
static enum err look_for(struct reading *r, const struct inbound *in)
{
	struct gate_visit v = r->v;
	struct table_file file;
	struct str lost;
	v.cx = ctx_new(arena_new(), time_now_ms(), LANG_EN);
	bool there = table_file_open(&v, in, false, &file, &lost) == OK;
	arena_free(v.cx.arena);
	return there ? found_again(r, in) : OK;
}

/* Tables that are lost are looked for when the gate starts, and when what kept
 * them from being opened is over. */
static enum err look_for_all(struct reading *r)
{
	const struct inbound *v = NULL;
	struct str after = STR("");
	size_t n = 1;
	enum err e = OK;
	while (!e && n > 0 && !stopped(r)) {
		e = store_read(&r->v.cx, r->v.gate->shared);
		if (!e)
			e = inbound_lost_list(&r->v.cx, after, &v, &n);
		store_end(&r->v.cx);
		for (size_t i = 0; i < n && !e && !stopped(r); i++)
			e = look_for(r, &v[i]);
		if (!e && n > 0)
			after = v[n - 1].upload;
	}
	r->w->asked = !e;
	return e;
}

static int64_t turn(void *arg)
{
	struct table_reader *w = arg;
	struct arena *arena = arena_new();
	struct reading *r = ARENA_NEW(arena, struct reading);
	bool found = false;
	r->w = w;
	r->v = (struct gate_visit){ .gate = w->gate,
		.cx = ctx_new(arena, time_now_ms(), LANG_EN) };
	if (keeper_look(w->gate->keeper) != KEEPER_FINE) {
		w->asked = false;
		arena_free(arena);
		return SHUT_MS;
	}
	if (!w->swept)
		sweep(w, &r->v);
	enum err e = w->asked ? OK : look_for_all(r);
	if (!e)
		e = claim(r, &found);
	if (!e && found)
		e = read_one(r);
	if (e)
		log_fault_of(&r->v.cx, "gate.table",
		    (struct log_field){ "upload", r->in.upload });
	arena_free(arena);
	return found && !e ? 0 : LOOK_MS;
}

struct table_reader *table_reader_begin(struct gate *gate)
{
	struct arena *arena = arena_new(); /* as long as the process */
	struct table_reader *w = ARENA_NEW(arena, struct table_reader);
	w->gate = gate;
	w->owner = random_id(arena, OWNER_CHARS);
	worker_start(&w->worker, LOOK_MS, turn, w);
	return w;
}

void table_reader_end(struct table_reader *w)
{
	if (w == NULL)
		return;
	/* It may be busy for long before it sends a row. */
	atomic_store(&w->worker.stop, true);
	int child = atomic_load(&w->child);
	if (child > 0)
		kill(child, SIGKILL);
	worker_stop(&w->worker);
}
