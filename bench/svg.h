/*
 * svg.h - lines, words, and labels that keep out of each other's way.
 */
#ifndef BENCH_SVG_H
#define BENCH_SVG_H

#include <glib.h>

typedef struct {
    double x, y, width, height;
} SvgBox;

/* What is in a label's way. */
typedef struct {
    SvgBox inside; /* where labels have to stay */
    GArray *taken; /* of SvgBox */
} SvgCrowd;

/* How a label looks; the picture's style sheet has a class for each. */
typedef enum {
    SVG_OTHER, /* "label" */
    SVG_OURS,  /* "ours" */
    SVG_PRICE, /* "price" */
} SvgLabel;

void svg_text(GString *out, double x, double y, const char *style, const char *text);
void svg_line(GString *out, double x1, double y1, double x2, double y2,
              const char *style);

SvgCrowd svg_crowd_new(SvgBox inside);
void svg_crowd_clear(SvgCrowd *crowd);
void svg_crowd_add(SvgCrowd *crowd, SvgBox box);

/* Writes @text near a mark at @x, @y, on the first free spot around it. */
void svg_label(SvgCrowd *crowd, double x, double y, const char *text, SvgLabel label,
               GString *out);

#endif
