/* svg.c - writes SVG by hand. */
#include "svg.h"

#include <stdbool.h>
#include <string.h>

enum { LABEL_SIZE = 13 };

/* How wide a letter is, about. */
static const struct {
    const char *style;
    double letter;
} labels[] = {
    [SVG_OTHER] = { "label", 7.4 },
    [SVG_OURS] = { "ours", 8.4 },
    [SVG_PRICE] = { "price", 6.3 },
};

void svg_text(GString *out, double x, double y, const char *style, const char *text)
{
    g_string_append_printf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n",
                           x, y, style, text);
}

void svg_line(GString *out, double x1, double y1, double x2, double y2,
              const char *style)
{
    g_string_append_printf(
        out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n",
        x1, y1, x2, y2, style);
}

SvgCrowd svg_crowd_new(SvgBox inside)
{
    return (SvgCrowd){ inside, g_array_new(FALSE, FALSE, sizeof(SvgBox)) };
}

void svg_crowd_clear(SvgCrowd *crowd)
{
    g_array_unref(crowd->taken);
}

void svg_crowd_add(SvgCrowd *crowd, SvgBox box)
{
    g_array_append_val(crowd->taken, box);
}

static bool overlap(const SvgBox *a, const SvgBox *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width &&
           a->y < b->y + b->height && b->y < a->y + a->height;
}

static bool is_free(const SvgCrowd *crowd, const SvgBox *box)
{
    const SvgBox *inside = &crowd->inside;

    if (box->x < inside->x || box->x + box->width > inside->x + inside->width ||
        box->y < inside->y || box->y + box->height > inside->y + inside->height)
        return false;
    for (guint i = 0; i < crowd->taken->len; i++) {
        if (overlap(box, &g_array_index(crowd->taken, SvgBox, i)))
            return false;
    }
    return true;
}

void svg_label(SvgCrowd *crowd, double x, double y, const char *text, SvgLabel label,
               GString *out)
{
    double width = labels[label].letter * (double)strlen(text), height = LABEL_SIZE + 2;
    const SvgBox spots[] = {
        { x + 9, y - height / 2, width, height },
        { x - 9 - width, y - height / 2, width, height },
        { x - width / 2, y - 9 - height, width, height },
        { x - width / 2, y + 9, width, height },
        { x + 7, y - 7 - height, width, height },
        { x + 7, y + 7, width, height },
        { x - 7 - width, y - 7 - height, width, height },
        { x - 7 - width, y + 7, width, height },
    };
    gsize chosen = 0;

    for (gsize i = G_N_ELEMENTS(spots); i > 0; i--) {
        if (is_free(crowd, &spots[i - 1]))
            chosen = i - 1;
    }
    svg_text(out, spots[chosen].x, spots[chosen].y + LABEL_SIZE - 2,
             labels[label].style, text);
    svg_crowd_add(crowd, spots[chosen]);
}
