/* reply_read.h - a mail as it came, read by GMime: who wrote it, what it answers,
 * its words as text, its files; or what a server says of a mail of ours. Opens
 * nothing, asks nobody; whatever is in it, it ends, in a bounded stack. */
#ifndef COURIER_REPLY_READ_H
#define COURIER_REPLY_READ_H

#include "core/replies.h"

enum {
	REPLY_MAX_PARTS = 200,
	REPLY_MAX_DEPTH = 12,
	REPLY_MAX_ADDRESSES = 100,
	REPLY_MAX_ANSWERS = 50,
	REPLY_MAX_FAILURES = 20,
};
#define REPLY_MAX_BYTES ((size_t)25 << 20)

struct read_file {
	struct str name, type, bytes; /* name as it was written: UTF-8 */
	struct str left_out;          /* why, as in struct reply_file */
};

struct read_mail {
	/* All but mailbox, numbers, files, sha256 and bytes. */
	struct incoming m;
	struct read_file *files;
	size_t n_files;
};

void reply_read_init(void); /* once, before any thread reads */
/* Never fails: what cannot be read has `m.trouble`. */
void reply_read(struct arena *, struct str raw, struct read_mail *ret);

#endif
