/* procedure_yaml.h - reading a YAML tree by what it must hold. Every reader
 * names what is wrong with the line and column of the place and goes on, so
 * that one look finds all errors; what it could not read is empty. Texts are
 * copied into cx's arena. For procedure_*.c only. */
#ifndef CORE_PROCEDURE_YAML_H
#define CORE_PROCEDURE_YAML_H

#include <yaml.h>

#include "core/procedure.h"

struct tree {
	struct ctx *cx;
	yaml_document_t *doc;
	struct procedure_errors *errors;
};

enum {
	TREE_NEED = 1,  /* must be there */
	TREE_LINES = 2, /* may have several lines */
};

void tree_wrong(struct tree *, const yaml_node_t *, enum msg, struct str arg0,
    struct str arg1);
/* The same after a comparison: *near is among `names` or left out. */
void tree_unknown(struct tree *, const yaml_node_t *, enum msg plain,
    enum msg near, struct str name, const char *const *names, size_t n);
/* "a, b, c" */
struct str tree_names(struct tree *, const char *const *names, size_t n);

/* Whether `node` (called `name` in messages) is a map; unknown and repeated
 * names in it are noted. */
bool tree_map(struct tree *, const yaml_node_t *node, const char *name,
    const char *const *names, size_t n);
/* The value of `key` in a map, or NULL. */
const yaml_node_t *tree_get(
    struct tree *, const yaml_node_t *map, const char *key);
/* The same, noting its absence at the map. */
const yaml_node_t *tree_need(
    struct tree *, const yaml_node_t *map, const char *key);

/* A scalar's text; noted when it is something else. */
struct str tree_scalar(struct tree *, const yaml_node_t *, const char *name);
struct str tree_text(
    struct tree *, const yaml_node_t *map, const char *key, unsigned flags);
/* A code: letters, digits, "-_.", at most 60. */
struct str tree_code(struct tree *, const yaml_node_t *map, const char *key);
/* {th: …, en: …}, both present. */
struct text2 tree_text2(
    struct tree *, const yaml_node_t *map, const char *key, unsigned flags);
struct date tree_date(struct tree *, const yaml_node_t *map, const char *key);
/* `least` when it is wrong. */
int tree_int(
    struct tree *, const yaml_node_t *, const char *name, int least, int most);
bool tree_flag(struct tree *, const yaml_node_t *map, const char *key);
/* Index of the scalar among `names`, or -1 and noted. */
int tree_word(
    struct tree *, const yaml_node_t *, const char *const *names, size_t n);
/* The items of a list, at most `max`; none when it is absent. */
size_t tree_list(struct tree *, const yaml_node_t *map, const char *key,
    size_t max, unsigned flags, const yaml_node_t ***ret);

#endif
