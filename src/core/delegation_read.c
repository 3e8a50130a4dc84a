/* Who stands in for whom today. */
#include "base/str.h"
#include "base/time.h"
#include "core/delegation.h"
#include "sql/sql.h"

static struct str today(struct ctx *cx)
{
	return date_iso(cx->arena, date_of_ms(cx->now));
}

static struct person giver_of(struct row r)
{
	return (struct person){ .id = row_i64(r, "id"),
		.email = row_str(r, "email"),
		.name = row_str(r, "name"),
		.name_en = row_str(r, "name_en"),
		.phone = row_str(r, "phone"),
		.position = row_str(r, "position"),
		.unit = row_str(r, "unit"),
		.active = true,
		.absent = true };
}

static struct standing standing_of(struct row r)
{
	return (struct standing){ .id = row_str(r, "delegation"),
		.kind = row_str(r, "kind"),
		.order_no = row_str(r, "order_no"),
		.office = row_str(r, "d_office"),
		.until = row_str(r, "until"),
		.giver = giver_of(r) };
}

/* Rows come ordered by delegation, a row for each lent role. */
static enum err lend(struct ctx *cx, const struct rows *rows, struct person *p)
{
	size_t n = rows->n, own = p->n_roles;
	struct standing *s = ARENA_ARRAY(cx->arena, struct standing, n);
	struct held_role *held =
	    ARENA_ARRAY(cx->arena, struct held_role, own + n);
	for (size_t i = 0; i < own; i++)
		held[i] = p->roles[i];
	for (size_t i = 0; i < n; i++) {
		struct row r = rows->row[i];
		size_t role = row_enum(r, "role", role_names, ROLES);
		if (role == ROLES)
			return fail_detail(cx, ERR_BROKEN, "an unknown role");
		held[own + i] = (struct held_role){ .role = (enum role)role,
			.office = row_str(r, "office"),
			.unit = row_str(r, "r_unit"),
			.clerk = row_flag(r, "clerk") };
		if (i == 0 ||
		    !str_eq(row_str(r, "delegation"), s[p->n_stands - 1].id)) {
			s[p->n_stands] = standing_of(r);
			s[p->n_stands++].giver.roles = &held[own + i];
		}
		s[p->n_stands - 1].giver.n_roles++;
	}
	p->stands = s;
	p->roles = held;
	p->n_roles = own + n;
	p->n_lent = n;
	return OK;
}

/* person_role.viewer tells the roles of offices and owner units from those that
 * are nobody's to lend: '' and 'all'. */
enum err delegation_lend(struct ctx *cx, struct person *p)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select d.id as delegation, d.kind, d.order_no,"
		" d.office as d_office, d.until, g.id, g.email, g.name,"
		" g.name_en, g.phone, g.position, g.unit, r.role, r.office,"
		" r.unit as r_unit, r.clerk from delegation d"
		" join person g on g.id = d.giver"
		" join person_role r on r.person = d.giver"
		" where d.taker = $1 and d.until >= $2 and d.starts <= $2"
		" and d.ended = 0 and g.active = 1"
		" and r.viewer <> '' and r.viewer <> 'all'"
		" and (d.office = '' or d.office = r.office)"
		" order by d.id, r.role, r.office, r.unit"),
	    VALS(val_i64(p->id), val_str(today(cx))), &rows);
	if (e || rows.n == 0)
		return e;
	return lend(cx, &rows, p);
}

struct person person_alone(const struct person *p)
{
	struct person alone = *p;
	alone.n_roles -= p->n_lent;
	alone.n_lent = 0;
	alone.stands = NULL;
	alone.n_stands = 0;
	alone.alone = true;
	return alone;
}

bool person_alone_signs(const struct person *p, struct str unit)
{
	struct person alone = person_alone(p);
	return person_signs(&alone, unit);
}

const struct standing *person_stands_as(
    const struct person *p, enum role role, struct str office, struct str unit)
{
	struct person alone = person_alone(p);
	if (person_holds(&alone, role, office, unit))
		return NULL;
	for (size_t i = 0; i < p->n_stands; i++)
		if (person_holds(&p->stands[i].giver, role, office, unit))
			return &p->stands[i];
	return NULL;
}

json_t *standing_json(struct arena *a, const struct standing *s)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "email", str_lower(a, s->giver.email));
	json_put_text(o, "name", s->giver.name);
	json_put_text(o, "position", s->giver.position);
	json_put_text(o, "kind", s->kind);
	json_put_text(o, "order_no", s->order_no);
	return o;
}

static struct person taker_of(struct ctx *cx, struct row r)
{
	struct standing *s = ARENA_NEW(cx->arena, struct standing);
	*s = (struct standing){ .id = row_str(r, "delegation"),
		.kind = row_str(r, "kind"),
		.order_no = row_str(r, "order_no"),
		.office = row_str(r, "d_office"),
		.until = row_str(r, "until"),
		.giver = { .email = row_str(r, "giver"),
		    .name = row_str(r, "giver_name"),
		    .name_en = row_str(r, "giver_name_en"),
		    .position = row_str(r, "giver_position"),
		    .absent = true } };
	struct person p = giver_of(r);
	p.absent = false;
	if (!lang_parse(row_str(r, "lang"), &p.lang))
		p.lang = LANG_TH;
	p.stands = s;
	p.n_stands = 1;
	return p;
}

enum err delegation_stand_ins(struct ctx *cx, struct str office,
    const struct stand_in **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select d.id as delegation, d.kind, d.order_no,"
		" d.office as d_office, d.until, g.email as giver,"
		" g.name as giver_name, g.name_en as giver_name_en,"
		" g.position as giver_position, p.id, p.email, p.name, p.name_en,"
		" p.phone, p.position, p.unit, p.lang from delegation d"
		" join person g on g.id = d.giver"
		" join person p on p.id = d.taker"
		" where d.until >= $1 and d.starts <= $1 and d.ended = 0"
		" and g.active = 1 and p.active = 1"
		" and (d.office = '' or d.office = $2)"
		" order by p.order_key, p.id, d.id"),
	    VALS(val_str(today(cx)), val_str(office)), &rows);
	if (e)
		return e;
	struct stand_in *v = ARENA_ARRAY(cx->arena, struct stand_in, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] =
		    (struct stand_in){ .giver = row_str(rows.row[i], "giver"),
			    .taker = taker_of(cx, rows.row[i]),
			    .office = row_str(rows.row[i], "d_office") };
	*ret = v;
	*ret_n = rows.n;
	return OK;
}
