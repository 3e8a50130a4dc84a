/* procedure_parts.h - the pieces of procedure_read(): each reads or checks one
 * part of the tree. For procedure_*.c only. */
#ifndef CORE_PROCEDURE_PARTS_H
#define CORE_PROCEDURE_PARTS_H

#include "core/procedure_yaml.h"

/* Where the pieces stand in the file, for what is checked afterwards. */
struct places {
	const yaml_node_t *top;
	const yaml_node_t *const *stages;
	const yaml_node_t *apart;
};

/* approvals, revisions, text. */
void read_document(struct tree *, const yaml_node_t *top, struct procedure *);
/* form. */
void read_form(struct tree *, const yaml_node_t *top, struct procedure *);
/* stages, apart, budget, clock_from. */
void read_stages(
    struct tree *, const yaml_node_t *top, struct procedure *, struct places *);

/* That every stage can be reached and left, nothing gets round a gate, and
 * duties are apart as they must be. Only for a tree that was read without
 * error. */
void check_ways(struct tree *, const struct procedure *, const struct places *);
void check_duties(
    struct tree *, const struct procedure *, const struct places *);

#endif
