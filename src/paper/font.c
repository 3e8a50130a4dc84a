/* The fonts: Laksaman in a configuration of fontconfig's of our own, so that
 * nothing is read but these files, whatever the machine has. */
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>

#include "paper/flow.h"

static const char *const files[] = { PAPER_FONT_FOLDER "/Laksaman.ttf",
	PAPER_FONT_FOLDER "/Laksaman-Bold.ttf" };

static struct {
	pthread_mutex_t lock;
	PangoFontMap *map;
} fonts = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const FcChar8 *fc_text(const char *s)
{
	return (const FcChar8 *)s;
}

static FcConfig *configure(void)
{
	FcConfig *config = FcConfigCreate();
	for (size_t i = 0; config != NULL && i < COUNT(files); i++) {
		if (FcConfigAppFontAddFile(config, fc_text(files[i])))
			continue;
		FcConfigDestroy(config);
		config = NULL;
	}
	return config;
}

static enum err open_fonts(struct ctx *cx)
{
	if (fonts.map != NULL)
		return OK;
	FcConfig *config = configure();
	if (config == NULL)
		return fail_detail(cx, ERR_BROKEN,
		    "paper: no font Laksaman in " PAPER_FONT_FOLDER
		    " (package fonts-tlwg-laksaman-ttf)");
	/* Pango asks fontconfig to find its own configuration, from a thread of its
	 * own, unless there is a current one. Both live as long as the process;
	 * and the thread is why nothing here runs before the fence closes. */
	REQUIRE(FcConfigSetCurrent(config));
	fonts.map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	REQUIRE(fonts.map != NULL);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts.map), config);
	FcConfigDestroy(config);
	/* A unit of Pango is then a point. */
	pango_cairo_font_map_set_resolution(
	    PANGO_CAIRO_FONT_MAP(fonts.map), 72);
	return OK;
}

enum err paper_open(struct ctx *cx)
{
	pthread_mutex_lock(&fonts.lock);
	enum err e = open_fonts(cx);
	pthread_mutex_unlock(&fonts.lock);
	return e;
}

PangoContext *fonts_take(struct ctx *cx)
{
	pthread_mutex_lock(&fonts.lock);
	if (open_fonts(cx)) {
		pthread_mutex_unlock(&fonts.lock);
		return NULL;
	}
	PangoContext *c = pango_font_map_create_context(fonts.map);
	cairo_font_options_t *o = cairo_font_options_create();
	/* Paper has no pixels. */
	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(c, o);
	cairo_font_options_destroy(o);
	pango_context_set_round_glyph_positions(c, FALSE);
	pango_context_set_language(c, pango_language_from_string("th"));
	return c;
}

void fonts_give(PangoContext *c)
{
	g_object_unref(c);
	pthread_mutex_unlock(&fonts.lock);
}
