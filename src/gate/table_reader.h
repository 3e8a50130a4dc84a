/* table_reader.h - the thread that reads the tables that were sent in, each whole
 * and once (core/inbound.h): what its sheets and columns are, how many cells are
 * wrong; with the first of those sealed beside it. Also sweeps what is beside no
 * table any more. */
#ifndef GATE_TABLE_READER_H
#define GATE_TABLE_READER_H

#include "gate/app.h"

struct table_reader;
struct table_reader *table_reader_begin(struct gate *);
/* What it reads is read anew by the next; accepts NULL. */
void table_reader_end(struct table_reader *);

#endif
