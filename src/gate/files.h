/* files.h - files in the gate's keeping, each under the SHA-256 of what it holds:
 * gate/artefacts/ab/abcd… for what was prepared, gate/uploads/… for what was
 * sent in (tables each under a new name); and gate/tables/ID for what was found
 * in them. Written aside, synced,
 * then given their name: a file with a name is whole. All but artefacts are
 * sealed (base/sealed.h); what was sent in before they were is read as it is. */
#ifndef GATE_FILES_H
#define GATE_FILES_H

#include "base/sealed.h"
#include "gate/app.h"

/* A file being written. Goes with the arena; without file_keep it is gone. */
struct kept {
	struct gate_visit *v; /* for what is called during the visit alone */
	struct str folder;
	const char *temporary;
	int fd;
	struct sealed_out *sealed;   /* NULL: plain */
	struct sha256_state *digest; /* of what it holds */
	int64_t bytes;
	bool failed;
};

/* `kind` is "artefacts", "uploads" or "tables". */
enum err file_begin(struct gate_visit *, struct str kind, struct kept *ret);
/* A sink for encoders: false when the disk says no. */
bool file_write(void *kept, const void *p, size_t n);
/* All that the other holds; false when it was changed, or the disk says no. */
MUST_CHECK bool file_copy(struct kept *, struct sealed *);
/* Syncs, gives it its name; its digest in hex. */
enum err file_keep(struct kept *, struct str *ret_sha256);
/* The same under a new name, which is nobody else's. */
MUST_CHECK enum err file_keep_apart(
    struct kept *, struct str *ret_name, struct str *ret_sha256);
/* One that was kept apart and that no row knows. */
void file_drop(struct gate_visit *, struct str kind, struct str name);
/* Removes one of "uploads" under its folder's hold, so that none goes that gets its
 * name just now, by whichever gate; unless it is younger than `age_ms`. True when
 * it is not there any more; false leaves errno, 0 for one that is young. */
MUST_CHECK bool file_remove(
    struct ctx *, const struct gate *, struct str name, int64_t age_ms);
/* The same under a name of its own, in place of what had it: "tables". */
MUST_CHECK enum err file_keep_as(struct kept *, struct str name);
/* Of "artefacts": opens one by digest, and says how long it is. ERR_NOT_FOUND. */
enum err file_open(struct gate_visit *, struct str kind, struct str sha256,
    int *ret_fd, int64_t *ret_bytes);

/* Of the others, by digest or name; what it holds is asked of sealed.h. It goes
 * with the visit. ERR_NOT_FOUND; ERR_BROKEN and *ret_changed when it is not what
 * was kept. */
MUST_CHECK enum err file_open_sealed(struct gate_visit *, struct str kind,
    struct str name, struct sealed **ret, bool *ret_changed);
/* 32 random bytes that this gate keeps in gate/NAME, made when they are missing;
 * `a` must live as long as the gate. Absent when the disk says no. */
struct str file_secret(struct arena *a, struct str gate_dir, const char *name);
/* The same without making one: *ret is empty when there is none. False: the disk
 * says no. */
MUST_CHECK bool file_secret_find(
    struct arena *, struct str gate_dir, const char *name, struct str *ret);

#endif
