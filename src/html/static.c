#include "html/static.h"

#include <pthread.h>
#include <string.h>

#include "base/crypt.h"
#include "base/embed.h"
#include "base/str.h"

EMBEDDED(static_files);

#define MAX_FILES 32
#define HEX_CHARS 16

static char version[HEX_CHARS];
static char etags[MAX_FILES][HEX_CHARS + 2];

static void shorten(char *to, struct arena *a, struct sha256 digest)
{
	memcpy(to, sha256_hex(a, digest).p, HEX_CHARS);
}

static struct str bytes_of(const struct embedded *f)
{
	return str_n((const char *)f->bytes, f->n);
}

static void digest_all(void)
{
	struct arena *a = arena_new();
	struct sha256_state *all = sha256_begin(a);

	REQUIRE(static_files_n <= MAX_FILES);
	for (size_t i = 0; i < static_files_n; i++) {
		const struct embedded *f = &static_files[i];
		struct sha256 d = sha256_of(bytes_of(f));

		etags[i][0] = etags[i][HEX_CHARS + 1] = '"';
		shorten(etags[i] + 1, a, d);
		sha256_add(all, f->name, strlen(f->name) + 1);
		sha256_add(all, d.b, sizeof(d.b));
	}
	shorten(version, a, sha256_end(all));
	arena_free(a);
}

static void begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	REQUIRE(pthread_once(&once, digest_all) == 0);
}

static struct str type_of(struct str name)
{
	static const struct {
		struct str end, type;
	} types[] = {
		{ STR_INIT(".css"), STR_INIT("text/css") },
		{ STR_INIT(".js"), STR_INIT("text/javascript") },
		{ STR_INIT(".svg"), STR_INIT("image/svg+xml") },
		{ STR_INIT(".woff2"), STR_INIT("font/woff2") },
	};

	for (size_t i = 0; i < COUNT(types); i++)
		if (str_ends(name, types[i].end))
			return types[i].type;
	return STR("application/octet-stream");
}

bool static_find(struct str name, struct static_file *ret)
{
	begin();
	for (size_t i = 0; i < static_files_n; i++) {
		struct str has = str_of(static_files[i].name);

		if (!str_eq(has, name))
			continue;
		*ret = (struct static_file){
			.name = has,
			.type = type_of(has),
			.bytes = bytes_of(&static_files[i]),
			.etag = str_n(etags[i], sizeof(etags[i])),
		};
		return true;
	}
	return false;
}

struct str static_version(void)
{
	begin();
	return str_n(version, sizeof(version));
}

struct url static_url(struct arena *a, struct str name)
{
	struct static_file f;
	bool found = static_find(name, &f);

	REQUIRE(found);
	return url_path(a, "/static/{}/{}", 2,
	    (const struct str[]){ static_version(), name });
}
