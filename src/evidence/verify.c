#include "evidence/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "evidence/disk.h"
#include "evidence/record.h"
#include "evidence/trail.h"

const char *const evidence_faults[EVIDENCE_FAULTS] = {
#define FAULT(name) [EVIDENCE_##name] = #name,
#include "evidence/faults.def"
#undef FAULT
};

enum { MAX_LOGS = 1000 };

/* The reading of one log. */
struct walk {
	struct ctx *cx;
	struct trail *trail;
	const struct note_keys *keys;
	const struct evidence_report *report;
	struct evidence_found found;
	struct merkle_edge edge;
	struct str notes;       /* not read yet */
	struct checkpoint next; /* the one to hold the tree against */
	bool has_next;
	bool told_hash; /* what follows the first wrong hash is wrong as well */
	uint64_t nodes; /* kept in the file of hashes */
};

static void bad(struct walk *w, enum evidence_fault f, uint64_t leaf)
{
	w->found.bad++;
	w->report->fault(w->report->arg, f, leaf);
}

static enum evidence_fault note_to_fault(enum note_fault f)
{
	return f == NOTE_SIGNATURE     ? EVIDENCE_signature
	       : f == NOTE_UNKNOWN_KEY ? EVIDENCE_key
	                               : EVIDENCE_note;
}

/* The next note that can be held against the tree. */
static void next_note(struct walk *w)
{
	struct str note;
	uint64_t before = w->has_next ? w->next.size : 0;
	w->has_next = false;
	while (!w->has_next && note_next(&w->notes, &note)) {
		struct checkpoint c; /* views of the file */
		struct arena_mark mark = arena_mark(w->cx->arena);
		enum note_fault f = note_read(w->cx->arena, w->keys, note, &c);
		arena_rewind(w->cx->arena, mark);
		w->found.checkpoints++;
		if (f != NOTE_GOOD)
			bad(w, note_to_fault(f), w->edge.leaves);
		else if (!str_eq(c.origin, w->trail->origin))
			bad(w, EVIDENCE_origin, c.size);
		else if (c.size <= before)
			bad(w, EVIDENCE_order, c.size);
		else {
			w->next = c;
			w->has_next = true;
		}
	}
	if (w->has_next || w->notes.n == 0)
		return;
	if (note_is_begun(w->notes, w->trail->origin))
		w->found.torn += w->notes.n;
	else
		bad(w, EVIDENCE_note, w->edge.leaves);
	w->notes.n = 0;
}

/* Every checkpoint of this size. */
static void check_notes(struct walk *w)
{
	while (w->has_next && w->next.size == w->edge.leaves) {
		struct sha256 root = merkle_edge_root(&w->edge);
		if (sha256_eq(&root, &w->next.root)) {
			w->found.signed_leaves = w->next.size;
			w->found.root = root;
		} else {
			bad(w, EVIDENCE_root, w->next.size);
		}
		next_note(w);
	}
}

/* Zeros in a file that was not synced are what a power cut leaves; it is synced
 * before a checkpoint is signed. */
static void check_node(
    struct walk *w, uint64_t place, const struct sha256 *node)
{
	static const struct sha256 zero;
	struct sha256 kept;
	if (place >= w->nodes || w->told_hash)
		return;
	if (w->trail->nodes.read(w->trail->nodes.arg, place, &kept) &&
	    (sha256_eq(&kept, node) || sha256_eq(&kept, &zero)))
		return;
	w->told_hash = true;
	bad(w, EVIDENCE_hash, w->edge.leaves - 1);
}

static void take_leaf(struct walk *w, struct str leaf)
{
	struct ctx *cx = w->cx;
	struct arena_mark mark = arena_mark(cx->arena);
	struct sha256 nodes[MERKLE_LEVELS];
	struct record r;
	uint64_t place = merkle_places(w->edge.leaves);
	size_t n =
	    merkle_edge_add(&w->edge, merkle_leaf(cx->arena, leaf), nodes);
	for (size_t i = 0; i < n; i++)
		check_node(w, place + i, &nodes[i]);
	if (record_read(cx, leaf, &r) != OK)
		bad(w, EVIDENCE_record, w->edge.leaves - 1);
	cx->fault = (struct fault){ 0 };
	arena_rewind(cx->arena, mark);
	check_notes(w);
}

/* The leaves of one segment; false when it makes no sense to go on. */
static bool take_segment(struct walk *w, const struct segment *s, bool last)
{
	struct leaves at = leaves_of(s);
	struct str leaf;
	size_t rest = 0;
	bool first = true;
	if (memcmp(s->head.id, w->trail->id.p, LOG_ID_BYTES) != 0) {
		bad(w, EVIDENCE_segment, w->edge.leaves);
		return false;
	}
	if (s->head.first != w->edge.leaves) {
		bad(w, EVIDENCE_gap, w->edge.leaves);
		return false;
	}
	enum rest r = REST_BAD;
	/* A writer may go on between the two looks. */
	for (bool more = true; more && r != REST_ZERO;) {
		for (more = false; leaves_next(s, &at, &leaf) == STEP_LEAF;
		     more = true)
			take_leaf(w, leaf);
		r = segment_rest(s, &at, &rest);
		more |= first;
		first = false;
	}
	if (r == REST_TORN && last)
		w->found.torn += rest;
	else if (r != REST_ZERO)
		bad(w, EVIDENCE_leaf, w->edge.leaves);
	return r != REST_BAD;
}

static bool is_there(const struct walk *w, uint64_t number)
{
	return faccessat(w->trail->folder,
		   str_cstr(w->cx->arena, segment_name(w->cx->arena, number)),
		   F_OK, 0) == 0;
}

/* A segment of a higher number than the next: one was taken away. */
static bool more_behind(const struct walk *w, uint64_t number)
{
	bool found = false;
	const struct dirent *entry;
	int fd =
	    openat(w->trail->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct str next = segment_name(w->cx->arena, number);
	while (dir && (entry = readdir(dir)) != NULL)
		found |= str_ends(str_of(entry->d_name), STR(".seg")) &&
		         str_cmp(str_of(entry->d_name), next) >= 0;
	if (dir)
		closedir(dir);
	return found;
}

static void take_segments(struct walk *w)
{
	uint64_t number = 0;
	for (bool go_on = true; go_on && is_there(w, number); number++) {
		struct segment s;
		if (segment_map(w->cx, w->trail->folder, number, &s) != OK) {
			bad(w, EVIDENCE_segment, w->edge.leaves);
			return;
		}
		go_on = take_segment(w, &s, !is_there(w, number + 1));
		segment_unmap(&s);
		w->cx->fault = (struct fault){ 0 };
	}
	if (more_behind(w, number))
		bad(w, EVIDENCE_segment, w->edge.leaves);
}

/* What is signed, or in the hashes, beyond the last leaf. A node is written
 * when its leaf is on the disk. */
static void check_end(struct walk *w)
{
	while (w->has_next) {
		bad(w, EVIDENCE_truncated, w->next.size);
		next_note(w);
	}
	if (w->nodes > merkle_places(w->edge.leaves))
		bad(w, EVIDENCE_lost, w->edge.leaves);
	w->found.leaves = w->edge.leaves;
}

/* Both are 0 when there is no such file: then no leaf was signed. */
static enum err map_notes(
    struct ctx *cx, const struct trail *t, struct str *ret)
{
	struct stat st;
	int fd = openat(t->folder, "checkpoints", O_RDONLY | O_CLOEXEC);
	*ret = (struct str){ 0 };
	if (fd < 0)
		return OK;
	void *p = MAP_FAILED;
	if (fstat(fd, &st) == 0)
		p = st.st_size == 0 ? NULL
		                    : mmap(NULL, (size_t)st.st_size, PROT_READ,
					  MAP_SHARED, fd, 0);
	int why = errno;
	close(fd);
	if (p == MAP_FAILED)
		return fail_detail(
		    cx, ERR_BROKEN, "checkpoints: %s", strerror(why));
	*ret = str_n(p, p ? (size_t)st.st_size : 0);
	return OK;
}

static void unmap_notes(struct str s)
{
	if (s.n)
		munmap((void *)(uintptr_t)s.p, s.n);
}

enum err evidence_verify(struct ctx *cx, struct str folder,
    const struct note_keys *keys, const struct evidence_report *report,
    struct evidence_found *ret)
{
	struct walk *w = ARENA_NEW(cx->arena, struct walk);
	struct stat st;
	struct str notes = { 0 };
	*w = (struct walk){ .cx = cx, .keys = keys, .report = report };
	enum err e = trail_open(cx, folder, &w->trail);
	/* Before the leaves: what is signed meanwhile is looked at next time. */
	if (!e)
		e = map_notes(cx, w->trail, &notes);
	if (e)
		return e;
	w->notes = notes;
	if (w->trail->hashes >= 0 && fstat(w->trail->hashes, &st) == 0)
		w->nodes = (uint64_t)st.st_size / sizeof(struct sha256);
	next_note(w);
	take_segments(w);
	check_end(w);
	unmap_notes(notes);
	*ret = w->found;
	return OK;
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The ids that stand behind `prefix` in a folder. */
static enum err list_ids(struct ctx *cx, struct str folder, struct str prefix,
    struct str **ret, size_t *ret_n)
{
	const struct dirent *entry;
	struct str *v = ARENA_ARRAY(cx->arena, struct str, MAX_LOGS);
	size_t n = 0;
	DIR *dir = opendir(str_cstr(cx->arena, folder));
	if (!dir)
		return fail_detail(cx,
		    errno == ENOENT ? ERR_NOT_FOUND : ERR_BROKEN, "%.*s: %s",
		    STR_ARG(folder), strerror(errno));
	while ((entry = readdir(dir)) != NULL && n < MAX_LOGS) {
		struct str id = str_of(entry->d_name);
		if (str_take(&id, prefix) && trail_is_id(id))
			v[n++] = str_dup(cx->arena, id);
	}
	closedir(dir);
	qsort(v, n, sizeof v[0], compare);
	*ret = v;
	*ret_n = n;
	return OK;
}

enum err evidence_logs(
    struct ctx *cx, struct str folder, struct str **ret, size_t *ret_n)
{
	return list_ids(cx, folder, STR(""), ret, ret_n);
}

enum err evidence_handed_on(
    struct ctx *cx, struct str shared, struct str **ret, size_t *ret_n)
{
	return list_ids(cx, shared, STR(EVIDENCE_HANDED_ON), ret, ret_n);
}

enum err evidence_has_note(
    struct ctx *cx, struct str folder, struct str note, bool *ret)
{
	struct trail *t;
	struct str notes = { 0 };
	enum err e = trail_open(cx, folder, &t);
	if (!e)
		e = map_notes(cx, t, &notes);
	if (e)
		return e;
	*ret = note.n > 0 && notes.n > 0 &&
	       memmem(notes.p, notes.n, note.p, note.n) != NULL;
	unmap_notes(notes);
	return OK;
}
