/* systems.h - what lies in each invented source: one function a system, which
 * makes its tables. Rows of the main tables grow with `scale`. */
#ifndef CLI_DEMO_SYSTEMS_H
#define CLI_DEMO_SYSTEMS_H

#include "source/maker.h"

struct work {
	struct maker *m;
	struct arena *a; /* rewound between rows */
	int64_t scale;
};

/* code: STUENTRY …; its example query for an officer, and what that shows. */
struct demo_system {
	struct str code;
	void (*make)(struct work *);
	struct str query, shows_th, shows_en;
};
extern const struct demo_system demo_systems[];
extern const size_t n_demo_systems;

void make_stuentry(struct work *);
void make_gradstd(struct work *);
void make_ceremony(struct work *);
void make_reg(struct work *);
void make_grading(struct work *);
void make_entproc(struct work *);
void make_gl3d(struct work *);
void make_hris(struct work *);
void make_regkmitl(struct work *);

/* Calls `fn` with 0 … n * scale - 1, and takes back after each what it needed
 * of the arena. */
void each_row(struct work *, int64_t n, void (*fn)(struct work *, int64_t i));

/* A row of texts for small tables. */
#define ROW(m, ...)                                           \
	row_of_texts(m, (const char *const[]){ __VA_ARGS__ }, \
	    COUNT(((const char *const[]){ __VA_ARGS__ })))
void row_of_texts(struct maker *, const char *const *, size_t n);

#endif
