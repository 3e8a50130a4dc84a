/* note.h - checkpoints as C2SP signed notes (c2sp.org/signed-note and
 * tlog-checkpoint), signed with Ed25519:
 *
 *	origin\nsize\nbase64 of the root\n\n— name base64(key id || signature)\n
 *
 * A file of them holds one after another, an empty line after each. Keys have
 * the text form of C2SP: "name+hash+base64" for the public one, and
 * "PRIVATE+KEY+name+hash+base64" for the secret one. */
#ifndef EVIDENCE_NOTE_H
#define EVIDENCE_NOTE_H

#include "base/crypt.h"
#include "base/ctx.h"

enum { NOTE_MAX_BYTES = 1024, NOTE_KEYS = 32, NOTE_NAME_BYTES = 64 };

struct note_key {
	struct str name;
	unsigned char id[4];
	unsigned char public[32];
};
struct note_keys {
	size_t n;
	struct note_key v[NOTE_KEYS];
};
struct note_signer {
	struct note_key key;
	unsigned char secret[64];
};

/* The signer whose secret key is the file `secret` (mode 0600), made when it is
 * not there, as "PREFIX/" and eight letters. Its public key is in the file
 * `public` afterwards, beside those that were there. Texts are the arena's. */
MUST_CHECK enum err note_signer_open(struct ctx *, struct str secret,
    struct str public, struct str prefix, struct note_signer *ret);
/* The public keys of a file, one a line. ERR_NOT_FOUND, ERR_SYNTAX. */
MUST_CHECK enum err note_keys_read(
    struct ctx *, struct str path, struct note_keys *ret);

struct checkpoint {
	struct str origin;
	uint64_t size;
	struct sha256 root;
	struct str note; /* all of it */
};
struct str note_make(struct arena *, const struct note_signer *,
    struct str origin, uint64_t size, const struct sha256 *root);
/* Why a note is none that one of the keys has signed. */
enum note_fault { NOTE_GOOD, NOTE_FORM, NOTE_UNKNOWN_KEY, NOTE_SIGNATURE };
enum note_fault note_read(struct arena *, const struct note_keys *,
    struct str note, struct checkpoint *ret);

/* Takes the next note of a file; false at its end, or before what is no whole
 * note any more (then the rest is not empty). */
bool note_next(struct str *file, struct str *ret);
/* Whether `rest` can be a note of which the end was never written. */
bool note_is_begun(struct str rest, struct str origin);

/* Appends a note and the empty line to an open file and syncs. ERR_BUSY when
 * there is no room: the file is as before. ERR_BROKEN when it is not known what
 * stands in it now. */
MUST_CHECK enum err note_append(struct ctx *, int fd, struct str note);
/* The note as a file of its own, in place of the one before. */
MUST_CHECK enum err note_write(struct ctx *, struct str path, struct str note);
/* The last note of an open file into `ret`, absent when there is none; an end
 * that was never written whole is cut off, *ret_cut tells. ERR_BROKEN when what
 * stands there is no note. */
MUST_CHECK enum err note_last(
    struct ctx *, int fd, struct str origin, struct str *ret, bool *ret_cut);

#endif
