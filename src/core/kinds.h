/* kinds.h - the closed lists of the rules: roles, kinds of stage, commands,
 * states, outcomes. Made from .def tables, so that names, checks, buttons, API
 * and documents cannot drift apart. */
#ifndef CORE_KINDS_H
#define CORE_KINDS_H

#include "base/base.h"

enum role {
#define ROLE(name, sees) ROLE_##name,
#include "core/roles.def"
#undef ROLE
	ROLES
};

enum command {
#define COMMAND(name) COMMAND_##name,
#include "core/commands.def"
#undef COMMAND
	COMMANDS
};
#define COMMAND_BIT(c) ((uint32_t)1 << (c))

enum stage_kind {
#define STAGE(name, commands) STAGE_##name,
#include "core/stages.def"
#undef STAGE
	STAGES
};

/* The state of a request is the kind of its open stage, or one of the three
 * around them. */
enum state {
#define STAGE(name, commands) STATE_##name,
#include "core/stages.def"
#undef STAGE
	STATE_draft,
	STATE_waiting,
	STATE_closed,
	STATES
};

enum outcome {
	OUTCOME_none,
	OUTCOME_accepted,
	OUTCOME_delivered,
	OUTCOME_declined,
	OUTCOME_rejected,
	OUTCOME_cannot,
	OUTCOME_withdrawn,
	OUTCOMES
};

/* What a register can show of a request. */
enum register_field {
#define REGISTER_FIELD(name, type) REGISTER_##name,
#include "core/register_fields.def"
#undef REGISTER_FIELD
	REGISTER_FIELDS
};

/* What stages end with: stage_outcomes.def. */
enum outcome_word {
#define STAGE_OUTCOME(kind, outcome, goes, closes) WORD_##outcome,
#include "core/stage_outcomes.def"
#undef STAGE_OUTCOME
	OUTCOME_WORDS
};

extern const char *const outcome_words[OUTCOME_WORDS];
extern const char *const role_names[ROLES];
extern const char *const command_names[COMMANDS];
extern const char *const stage_names[STAGES];
extern const char *const state_names[STATES];
extern const char *const outcome_names[OUTCOMES]; /* OUTCOME_none is "" */
extern const char *const register_field_names[REGISTER_FIELDS];

/* What a holder of a stage of this kind may give, as COMMAND_BITs. */
extern const uint32_t stage_commands[STAGES];
/* 'o', 'u', 'a' or '-'; see roles.def. */
extern const char role_sees[ROLES];

/* The index of `name` in `names`, or -1. */
int kind_find(struct str name, const char *const *names, size_t n);

#endif
