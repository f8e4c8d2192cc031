/*
 * plot.c - writes SVG by hand.
 *
 * Labels look for a free spot around what they name: the first of a few candidates that
 * covers neither a mark nor a label.
 */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "days.h"

enum {
    WIDTH = 1180,
    HEIGHT = 640,
    PANEL_WIDTH = 500,
    PANEL_HEIGHT = 470,
    PANEL_LEFT = 74,
    PANEL_STEP = 560,
    PANEL_TOP = 96,
    LANE = 46, /* for what is nought */
    N_PANELS_MAX = 2,
    LABEL_SIZE = 13,
};

typedef struct {
    double x, y, width, height;
} Box;

typedef struct {
    const char *day;
    double left;
    GArray *days;                        /* of const Day *, those drawn */
    GArray *taken;                       /* of Box */
    double x_low, x_high, y_low, y_high; /* powers of ten */
} Panel;

/* ── where things go ──────────────────────────────────────────────────────── */

static double along(double value, double low, double high, double length)
{
    double first = log10(low), last = log10(high);

    return LANE + (log10(value) - first) / (last - first) * (length - LANE);
}

static double x_at(const Panel *panel, double repins)
{
    if (repins <= 0)
        return panel->left + LANE / 2;
    return panel->left + along(repins, panel->x_low, panel->x_high, PANEL_WIDTH);
}

static double y_at(const Panel *panel, double overload)
{
    double bottom = PANEL_TOP + PANEL_HEIGHT;

    if (overload < panel->y_low)
        return bottom - LANE / 2;
    return bottom - along(overload, panel->y_low, panel->y_high, PANEL_HEIGHT);
}

static void stretch(double value, double *low, double *high)
{
    if (value <= 0)
        return;
    *low = MIN(*low, pow(10, floor(log10(value))));
    *high = MAX(*high, pow(10, ceil(log10(value))));
}

static void panel_init(Panel *panel, GArray *days, const char *day, int percent, int at)
{
    *panel = (Panel){
        .day = day,
        .left = PANEL_LEFT + PANEL_STEP * at,
        .days = g_array_new(FALSE, FALSE, sizeof(const Day *)),
        .taken = g_array_new(FALSE, FALSE, sizeof(Box)),
        .x_low = 0.1,
        .x_high = 100,
        .y_low = 0.1,
        .y_high = 10,
    };
    for (guint i = 0; i < days->len; i++) {
        const Day *one = &g_array_index(days, Day, i);

        if (!one->real || one->order != 0 || one->trouble ||
            ABS(one->percent - percent) > 2 || strcmp(one->day, day) != 0)
            continue;
        g_array_append_val(panel->days, one);
        stretch(day_repins(one), &panel->x_low, &panel->x_high);
        stretch(day_overload(one), &panel->y_low, &panel->y_high);
    }
}

static void panel_clear(Panel *panel)
{
    g_array_unref(panel->days);
    g_array_unref(panel->taken);
}

/* ── axes ─────────────────────────────────────────────────────────────────── */

static void draw_text(GString *out, double x, double y, const char *style,
                      const char *text)
{
    g_string_append_printf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n",
                           x, y, style, text);
}

static void draw_line(GString *out, double x1, double y1, double x2, double y2,
                      const char *style)
{
    g_string_append_printf(
        out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n",
        x1, y1, x2, y2, style);
}

static void draw_ticks(const Panel *panel, GString *out)
{
    double bottom = PANEL_TOP + PANEL_HEIGHT, right = panel->left + PANEL_WIDTH;
    char text[32];

    for (double x = panel->x_low; x < panel->x_high * 1.01; x *= 10) {
        draw_line(out, x_at(panel, x), PANEL_TOP, x_at(panel, x), bottom, "grid");
        g_snprintf(text, sizeof text, "%g", x);
        draw_text(out, x_at(panel, x), bottom + 18, "tick middle", text);
    }
    draw_text(out, x_at(panel, 0), bottom + 18, "tick middle", "0");
    for (double y = panel->y_low; y < panel->y_high * 1.01; y *= 10) {
        draw_line(out, panel->left, y_at(panel, y), right, y_at(panel, y), "grid");
        g_snprintf(text, sizeof text, "%g", y);
        draw_text(out, panel->left - 8, y_at(panel, y) + 4, "tick end", text);
    }
    draw_text(out, panel->left - 8, y_at(panel, 0) + 4, "tick end", "0");
}

static void draw_frame(const Panel *panel, GString *out)
{
    const Day *any = g_array_index(panel->days, const Day *, 0);
    double bottom = PANEL_TOP + PANEL_HEIGHT;
    g_autofree char *title =
        g_strdup_printf("%s: %d VMs on %d CPUs, %d %% load", panel->day,
                        any->judged.n_vcpus, any->n_pcpus, any->percent);

    g_string_append_printf(
        out, "<rect x=\"%.1f\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"lane\"/>\n",
        panel->left, PANEL_TOP, LANE, PANEL_HEIGHT);
    g_string_append_printf(
        out, "<rect x=\"%.1f\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"lane\"/>\n",
        panel->left, PANEL_TOP + PANEL_HEIGHT - LANE, PANEL_WIDTH, LANE);
    draw_ticks(panel, out);
    draw_text(out, panel->left, PANEL_TOP - 12, "panel", title);
    draw_text(out, panel->left + PANEL_WIDTH / 2.0, bottom + 40, "axis middle",
              "repins a period");
}

/* ── marks ────────────────────────────────────────────────────────────────── */

static void take_box(Panel *panel, Box box)
{
    g_array_append_val(panel->taken, box);
}

static void draw_mark(Panel *panel, const Day *day, GString *out)
{
    double x = x_at(panel, day_repins(day)), y = y_at(panel, day_overload(day));
    const char *who = day->rule == RULE_FLOW ? "flow" : "other";

    if (day->rule == RULE_KERNEL)
        g_string_append_printf(
            out, "<path d=\"M%.1f %.1fl7 7l-7 7l-7 -7z\" class=\"other eight\"/>\n", x,
            y - 7);
    else if (day->place_cpus == 1)
        g_string_append_printf(
            out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" class=\"%s one\"/>\n", x, y,
            who);
    else
        g_string_append_printf(out,
                               "<rect x=\"%.1f\" y=\"%.1f\" width=\"9\" height=\"9\" "
                               "class=\"%s eight\"/>\n",
                               x - 4.5, y - 4.5, who);
    take_box(panel, (Box){ x - 6, y - 6, 12, 12 });
}

/* The price curve of flow, at one size of places. */
static void draw_curve(const Panel *panel, int place_cpus, GString *out)
{
    char step = 'M';

    g_string_append(out, "<path class=\"curve\" d=\"");
    for (guint i = 0; i < panel->days->len; i++) {
        const Day *day = g_array_index(panel->days, const Day *, i);

        if (day->rule != RULE_FLOW || day->place_cpus != place_cpus)
            continue;
        g_string_append_printf(out, "%c%.1f %.1f", step, x_at(panel, day_repins(day)),
                               y_at(panel, day_overload(day)));
        step = 'L';
    }
    g_string_append(out, "\"/>\n");
}

/* ── labels ───────────────────────────────────────────────────────────────── */

static bool overlap(const Box *a, const Box *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width &&
           a->y < b->y + b->height && b->y < a->y + a->height;
}

static bool is_free(const Panel *panel, const Box *box)
{
    if (box->x < panel->left || box->x + box->width > panel->left + PANEL_WIDTH + 8 ||
        box->y < PANEL_TOP || box->y + box->height > PANEL_TOP + PANEL_HEIGHT)
        return false;
    for (guint i = 0; i < panel->taken->len; i++) {
        if (overlap(box, &g_array_index(panel->taken, Box, i)))
            return false;
    }
    return true;
}

static void draw_label(Panel *panel, double x, double y, const char *text,
                       const char *style, GString *out)
{
    double width = 7.1 * (double)strlen(text), height = LABEL_SIZE + 2;
    const Box spots[] = {
        { x + 9, y - height / 2, width, height },
        { x - 9 - width, y - height / 2, width, height },
        { x - width / 2, y - 9 - height, width, height },
        { x - width / 2, y + 9, width, height },
        { x + 7, y - 7 - height, width, height },
        { x + 7, y + 7, width, height },
        { x - 7 - width, y - 7 - height, width, height },
        { x - 7 - width, y + 7, width, height },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(spots); i++) {
        if (!is_free(panel, &spots[i]))
            continue;
        draw_text(out, spots[i].x, spots[i].y + LABEL_SIZE - 2, style, text);
        take_box(panel, spots[i]);
        return;
    }
    draw_text(out, spots[4].x, spots[4].y + LABEL_SIZE - 2, style, text);
}

/* Rules by name; of flow, what the curve is at its usual price, and the prices at its
 * ends. */
static void label(Panel *panel, guint i, GString *out)
{
    const Day *day = g_array_index(panel->days, const Day *, i);
    double x = x_at(panel, day_repins(day)), y = y_at(panel, day_overload(day));
    bool first =
        i == 0 || g_array_index(panel->days, const Day *, i - 1)->rule != RULE_FLOW;
    bool last = i + 1 == panel->days->len ||
                g_array_index(panel->days, const Day *, i + 1)->rule != RULE_FLOW;
    g_autofree char *text = NULL;

    if (day->rule != RULE_FLOW)
        text = g_strdup(rule_name(day->rule));
    else if (day->usual)
        text = g_strdup_printf("flow, places of %s", day->place_cpus == 1 ? "1" : "8");
    else if (first || last)
        text = g_strdup_printf("price %.3g", (double)day->price / 1e6);
    if (text)
        draw_label(panel, x, y, text,
                   day->rule != RULE_FLOW ? "label"
                   : day->usual           ? "ours"
                                          : "price",
                   out);
}

static void draw_panel(Panel *panel, GString *out)
{
    if (panel->days->len == 0)
        return;
    draw_frame(panel, out);
    draw_curve(panel, 1, out);
    draw_curve(panel, 8, out);
    for (guint i = 0; i < panel->days->len; i++)
        draw_mark(panel, g_array_index(panel->days, const Day *, i), out);
    for (guint i = 0; i < panel->days->len; i++)
        label(panel, i, out);
}

/* ── the whole ────────────────────────────────────────────────────────────── */

static const char style[] =
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;fill:#222}"
    ".title{font-size:17px;font-weight:bold}.key{font-size:13px}"
    ".panel{font-size:14px;font-weight:bold}.axis{font-size:13px}"
    ".tick{font-size:12px;fill:#555}.middle{text-anchor:middle}.end{text-anchor:end}"
    ".label{font-size:13px}.ours{font-size:13px;font-weight:bold;fill:#0b4f8a}"
    ".price{font-size:11px;fill:#0b4f8a}.grid{stroke:#ddd}.lane{fill:#f4f4f4}"
    ".curve{fill:none;stroke:#0b4f8a;stroke-width:2}"
    ".one{fill:#fff;stroke-width:2}.flow.one{stroke:#0b4f8a}.other.one{stroke:#666}"
    ".flow.eight{fill:#0b4f8a}.other.eight{fill:#666}";

static void draw_key(GString *out)
{
    draw_text(
        out, PANEL_LEFT, 28, "title",
        "Overload that came, against the repins it took to keep it so low: further "
        "down and left is better");
    g_string_append(out, "<circle cx=\"80\" cy=\"50\" r=\"5\" class=\"other one\"/>\n");
    draw_text(out, 92, 54, "key", "places of one CPU");
    g_string_append(out, "<rect x=\"235\" y=\"45.5\" width=\"9\" height=\"9\" "
                         "class=\"other eight\"/>\n");
    draw_text(out, 252, 54, "key", "places of eight");
    g_string_append(out,
                    "<path d=\"M382 43l7 7l-7 7l-7 -7z\" class=\"other eight\"/>\n");
    draw_text(out, 397, 54, "key",
              "the whole host: the kernel moves all it likes, uncounted");
    g_string_append_printf(out,
                           "<text class=\"axis middle\" transform=\"translate(18 %d) "
                           "rotate(-90)\">overload, CPUs a period</text>\n",
                           PANEL_TOP + PANEL_HEIGHT / 2);
}

bool plot_write(GArray *days, int percent, const char *path, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *names[N_PANELS_MAX] = { NULL };
    int n_panels = 0;

    for (guint i = 0; i < days->len && n_panels < N_PANELS_MAX; i++) {
        const Day *day = &g_array_index(days, Day, i);

        if (day->real && (n_panels == 0 || strcmp(names[n_panels - 1], day->day) != 0))
            names[n_panels++] = day->day;
    }
    g_string_append_printf(out,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                           "height=\"%d\" viewBox=\"0 0 %d %d\">\n<style>%s</style>\n"
                           "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                           WIDTH, HEIGHT, WIDTH, HEIGHT, style);
    draw_key(out);
    for (int i = 0; i < n_panels; i++) {
        Panel panel;

        panel_init(&panel, days, names[i], percent, i);
        draw_panel(&panel, out);
        panel_clear(&panel);
    }
    g_string_append(out, "</svg>\n");
    return g_file_set_contents(path, out->str, (gssize)out->len, error);
}
