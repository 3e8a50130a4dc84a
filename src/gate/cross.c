#include "gate/cross.h"

#include "base/str.h"

/* "https://desk.example.ac.th", without a path. */
static struct str origin_of(struct str url)
{
	size_t at = str_index(url, ':');
	at = at + 3 < url.n ? at + 3 : url.n;
	return str_upto(url, at + str_index(str_from(url, at), '/'));
}

void cross_allow(struct gate_visit *v)
{
	response_header(v->rs, STR("Access-Control-Allow-Origin"),
	    origin_of(v->gate->options->site->desk_url));
}

enum err file_upload_asked(struct gate_visit *v)
{
	cross_allow(v);
	response_header(v->rs, STR("Access-Control-Allow-Methods"), STR("PUT"));
	response_header(
	    v->rs, STR("Access-Control-Allow-Headers"), STR("Content-Type"));
	v->rs->status = 204;
	return OK;
}
