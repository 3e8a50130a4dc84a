/* files.h - files in the gate's keeping, each under its SHA-256:
 * gate/artefacts/ab/abcd… for what was prepared, gate/uploads/… for what was
 * sent in. Written aside, synced, then given their name: a file with a name is
 * whole. */
#ifndef GATE_FILES_H
#define GATE_FILES_H

#include "base/crypt.h"
#include "gate/app.h"

/* A file being written. Goes with the arena; without file_keep it is gone. */
struct kept {
	struct gate_visit *v; /* for what is called during the visit alone */
	struct str folder;
	const char *temporary;
	int fd;
	struct sha256_state *digest;
	int64_t bytes;
	bool failed;
};

/* `kind` is "artefacts" or "uploads". */
enum err file_begin(struct gate_visit *, struct str kind, struct kept *ret);
/* A sink for encoders: false when the disk says no. */
bool file_write(void *kept, const void *p, size_t n);
/* Syncs, gives it its name; its digest in hex. */
enum err file_keep(struct kept *, struct str *ret_sha256);
/* Opens one by digest, and says how long it is. ERR_NOT_FOUND. */
enum err file_open(struct gate_visit *, struct str kind, struct str sha256,
    int *ret_fd, int64_t *ret_bytes);

/* 32 random bytes that this gate keeps in gate/NAME, made when they are missing;
 * `a` must live as long as the gate. Absent when the disk says no. */
struct str file_secret(struct arena *a, struct str gate_dir, const char *name);

#endif
