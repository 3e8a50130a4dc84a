#include "sheet/xml.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { PIECE = 64 << 10, MOST_DEPTH = 64, MOST_HELD = 2 << 20 };

/* What expat has asked for and not given back. Each block knows its size. */
static _Thread_local size_t held;

union block {
	size_t n;
	max_align_t align;
};

static void *take(size_t n)
{
	if (n > MOST_HELD || held > MOST_HELD - n)
		return NULL;
	union block *b = malloc(sizeof *b + n);
	if (!b)
		return NULL;
	b->n = n;
	held += n;
	return b + 1;
}

static void give_back(void *p)
{
	if (!p)
		return;
	union block *b = (union block *)p - 1;
	held -= b->n;
	free(b);
}

static void *take_again(void *p, size_t n)
{
	void *to = take(n);

	if (to && p) {
		size_t had = ((union block *)p - 1)->n;
		memcpy(to, p, had < n ? had : n);
	}
	if (to)
		give_back(p);
	return to;
}

const char *xml_local(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

bool xml_is(const char *name, const char *local)
{
	return strcmp(xml_local(name), local) == 0;
}

const char *xml_attribute(const char *const *v, const char *name)
{
	for (; *v; v += 2)
		if (strcmp(*v, name) == 0)
			return v[1];
	return NULL;
}

const char *xml_attribute_prefixed(const char *const *v, const char *name)
{
	for (; *v; v += 2)
		if (strchr(*v, ':') && xml_is(*v, name))
			return v[1];
	return NULL;
}

void xml_stop(struct xml *x, enum err e)
{
	if (!x->err)
		x->err = e;
	XML_StopParser(x->parser, XML_FALSE);
}

bool xml_enter(struct xml *x)
{
	if (x->err)
		return false;
	if (++x->depth > MOST_DEPTH)
		xml_stop(x, refuse(x->w, SHEET_xml_large, x->part));
	return !x->err;
}

void xml_leave(struct xml *x)
{
	x->depth--;
}

static void doctype(void *user, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int internal)
{
	struct xml *x = user;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	xml_stop(x, refuse(x->w, SHEET_xml_dtd, x->part));
}

static void close_parser(void *arg)
{
	xml_close(arg);
}

enum err xml_begin(struct xml *x, struct work *w, struct unzip *z,
    const struct unzip_part *part, XML_StartElementHandler start,
    XML_EndElementHandler end, XML_CharacterDataHandler text)
{
	static const XML_Memory_Handling_Suite memory = { take, take_again,
		give_back };

	*x = (struct xml){ .w = w, .z = z, .part = part->name };
	x->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (!x->parser)
		return refuse(w, SHEET_xml_large, x->part);
	arena_defer(w->cx->arena, close_parser, x);
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, start, end);
	XML_SetCharacterDataHandler(x->parser, text);
	XML_SetStartDoctypeDeclHandler(x->parser, doctype);
	unzip_begin(z, part);
	return OK;
}

void xml_close(struct xml *x)
{
	if (x->parser)
		XML_ParserFree(x->parser);
	x->parser = NULL;
}

static enum err failed(struct xml *x)
{
	if (x->err)
		return x->err;
	if (XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY)
		return refuse(x->w, SHEET_xml_large, x->part);
	return refuse(x->w, SHEET_xml_damaged, x->part);
}

static enum err push(struct xml *x, XML_ParsingStatus *status)
{
	size_t n = 0;
	void *room = XML_GetBuffer(x->parser, PIECE);

	if (!room)
		return failed(x);
	enum err e = unzip_read(x->z, room, PIECE, &n);
	if (e)
		return e;
	if (XML_ParseBuffer(x->parser, (int)n, n == 0) == XML_STATUS_ERROR)
		return failed(x);
	XML_GetParsingStatus(x->parser, status);
	return OK;
}

enum err xml_go(struct xml *x)
{
	XML_ParsingStatus status;

	XML_GetParsingStatus(x->parser, &status);
	if (status.parsing == XML_SUSPENDED) {
		if (XML_ResumeParser(x->parser) == XML_STATUS_ERROR)
			return failed(x);
		XML_GetParsingStatus(x->parser, &status);
	}
	while (
	    status.parsing != XML_SUSPENDED && status.parsing != XML_FINISHED) {
		enum err e = push(x, &status);
		if (e)
			return e;
	}
	x->ended = status.parsing == XML_FINISHED;
	return OK;
}

enum err xml_all(struct xml *x)
{
	enum err e = OK;

	while (!e && !x->ended)
		e = xml_go(x);
	xml_close(x);
	return e;
}
