/* Checkpoints. Lines: an origin, a size, then a note, or a file of notes, as it
 * may stand on a disk or come by mail. A note that holds is the one that its
 * signer makes of what it says; a byte changed anywhere, and it holds no more. A
 * file that ends within a note is seen as that, wherever it ends. */
#include <sys/mman.h>
#include <unistd.h>

#include "evidence_work.h"

static bool is_origin(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			return false;
	return s.n > 0 && s.n <= 2 * NOTE_NAME_BYTES && str_utf8(s);
}

/* What was read says what its text says, and is the signer's. */
static void check_read(struct arena *a, struct str note)
{
	struct checkpoint c;
	enum note_fault f = note_read(a, evidence_keys(), note, &c);
	if (f == NOTE_FORM)
		return;
	REQUIRE(is_origin(c.origin));
	struct str made =
	    note_make(a, evidence_signer(), c.origin, c.size, &c.root);
	size_t text = 0;
	while (!str_starts(str_from(made, text), STR("\n\n")))
		text++;
	REQUIRE(str_eq(str_upto(note, text + 2), str_upto(made, text + 2)));
	/* Others may have signed too. */
	struct str line = str_from(made, text + 2);
	REQUIRE(f != NOTE_GOOD ||
		str_has(str_from(note, text + 1), str_cat(a, STR("\n"), line)));
	REQUIRE(f == NOTE_GOOD || !str_eq(note, made));
}

static void check_changed(struct arena *a, struct str note, size_t at)
{
	struct checkpoint c;
	for (unsigned char by = 1; by; by = (unsigned char)(by << 1)) {
		struct str other = changed_at(a, note, at, by);
		REQUIRE(note_read(a, evidence_keys(), other, &c) != NOTE_GOOD);
	}
	REQUIRE(note_read(a, evidence_keys(), str_upto(note, at % note.n),
		    &c) != NOTE_GOOD);
}

/* A file with these bytes; its place ends with the process. */
static int file_of(struct str text)
{
	int fd = memfd_create("notes", MFD_CLOEXEC);
	REQUIRE(fd >= 0);
	REQUIRE(text.n == 0 || write(fd, text.p, text.n) == (ssize_t)text.n);
	return fd;
}

/* A file of one note and a piece of the next. */
static void check_torn(
    struct ctx *cx, struct str origin, struct str note, size_t at)
{
	struct str piece = str_upto(note, at % note.n), last;
	bool cut;
	struct str whole = str_cat(cx->arena, note, STR("\n"));
	int fd = file_of(str_cat(cx->arena, whole, piece));
	REQUIRE(note_last(cx, fd, origin, &last, &cut) == OK);
	REQUIRE(str_eq(last, note) && cut == (piece.n > 0));
	REQUIRE(lseek(fd, 0, SEEK_END) == (off_t)whole.n);
	close(fd);
	REQUIRE(note_is_begun(piece, origin));
}

/* Notes taken one by one are the file; its last one is the last of them. */
static void check_file(struct ctx *cx, struct str origin, struct str file)
{
	struct str left = file, one, last = { 0 }, kept;
	size_t n = 0;
	bool cut;
	while (note_next(&left, &one)) {
		n += one.n + 1;
		REQUIRE(str_ends(one, STR("\n")) && one.n <= NOTE_MAX_BYTES);
		REQUIRE(n + left.n == file.n && file.p[n - 1] == '\n');
		check_read(cx->arena, one);
		last = one;
	}
	int fd = file_of(file);
	enum err e = note_last(cx, fd, origin, &kept, &cut);
	REQUIRE(e == OK || e == ERR_BROKEN);
	if (e)
		fuzz_failed(cx, e);
	off_t size = lseek(fd, 0, SEEK_END);
	REQUIRE(e ? size == (off_t)file.n : cut == (size < (off_t)file.n));
	struct checkpoint c;
	if (!e && last.n > 0 && left.n == 0 &&
	    note_read(cx->arena, evidence_keys(), last, &c) == NOTE_GOOD &&
	    !str_has(c.origin, STR("\xe2\x80\x94 ")))
		REQUIRE(!cut && str_ends(kept, last));
	close(fd);
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct arena *a = cx->arena;
	struct str origin = fuzz_line(&in), line = fuzz_line(&in);
	struct sha256 root = sha256_of(line);
	struct checkpoint c;
	int64_t size;
	check_read(a, in);
	check_file(cx, origin, in);
	/* What a gate names a log by is shorter, and text. */
	if (!is_origin(origin) || !str_i64(line, &size) || size < 0)
		return;
	struct str note =
	    note_make(a, evidence_signer(), origin, (uint64_t)size, &root);
	REQUIRE(note_read(a, evidence_keys(), note, &c) == NOTE_GOOD);
	REQUIRE(str_eq(c.origin, origin) && c.size == (uint64_t)size &&
		str_eq(c.note, note) &&
		str_eq(sha256_hex(a, c.root), sha256_hex(a, root)));
	check_changed(a, note, in.n);
	check_torn(cx, origin, note, in.n);
}
