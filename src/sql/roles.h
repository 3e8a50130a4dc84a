/* roles.h - makes the two roles and two schemas of the store on PostgreSQL.
 *
 * pratu_DB_people (desk, courier, migrations) owns the schemas people and
 * shared; pratu_DB_gate reads and writes rows of shared and has nothing in
 * people. What migrations add later reaches the gate by default privileges.
 *
 * This is the one place where SQL text is put together, as PostgreSQL takes no
 * parameters in CREATE and GRANT: from names of [a-z0-9_]{1,40} and from
 * verifiers of passwords, both quoted by libpq. */
#ifndef SQL_ROLES_H
#define SQL_ROLES_H

#include "base/ctx.h"

struct pg_roles {
	struct str people_password, gate_password;
};

/* The names of the roles in database `db`, in the arena. */
struct pg_role_names {
	struct str people, gate;
};

/* Connects as an administrator (a superuser, or a role that may create roles
 * and owns the database) and makes what is missing, all or nothing. `secret` is
 * the administrator's password, absent where libpq finds it. A password that is
 * given is set, also on a role that exists (as SCRAM verifier: the server's log
 * never sees it); an absent one leaves an existing role's as it is, and is
 * ERR_INVALID for a role that does not exist. ERR_CONFLICT when such a role can
 * do more than it should, or a schema is somebody else's. */
MUST_CHECK enum err store_pg_create(struct ctx *, struct str admin_dsn,
    struct str secret, const struct pg_roles *, struct pg_role_names *ret);

#endif
