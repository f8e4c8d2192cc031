/*
 * plot.c - two panels of marks, lines and labels.
 *
 * A panel shows what policies made of one day.  Both have the same scale, so that they
 * can be compared.
 */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "days.h"
#include "svg.h"

enum {
    WIDTH = 1180,
    HEIGHT = 640,
    PANEL_WIDTH = 500,
    PANEL_HEIGHT = 470,
    PANEL_LEFT = 74,
    PANEL_STEP = 560,
    PANEL_TOP = 96,
    LANE = 60, /* for what is nought */
    N_PANELS_MAX = 2,
};

/* Lows are powers of ten. */
typedef struct {
    double x_low, x_high, y_low, y_high;
} Scale;

typedef struct {
    const char *day;
    double left;
    GArray *days; /* of const Day *, those drawn */
    SvgCrowd crowd;
    const Scale *scale;
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
    return panel->left +
           along(repins, panel->scale->x_low, panel->scale->x_high, PANEL_WIDTH);
}

static double y_at(const Panel *panel, double overload)
{
    double bottom = PANEL_TOP + PANEL_HEIGHT;

    if (overload < panel->scale->y_low)
        return bottom - LANE / 2;
    return bottom -
           along(overload, panel->scale->y_low, panel->scale->y_high, PANEL_HEIGHT);
}

static void stretch(double value, double *low, double *high)
{
    if (value <= 0)
        return;
    *low = MIN(*low, pow(10, floor(log10(value))));
    *high = MAX(*high, 2 * value);
}

static bool is_drawn(const Day *day, int percent)
{
    return day->real && day->order == 0 && !day->trouble &&
           ABS(day->percent - percent) <= 2 &&
           (day->rule != RULE_KERNEL || day->place_cpus == 1);
}

static Scale scale_for(GArray *days, int percent)
{
    Scale scale = { 0.1, 100, 0.1, 10 };

    for (guint i = 0; i < days->len; i++) {
        const Day *day = &g_array_index(days, Day, i);

        if (!is_drawn(day, percent))
            continue;
        stretch(day_repins(day), &scale.x_low, &scale.x_high);
        stretch(day_overload(day), &scale.y_low, &scale.y_high);
    }
    return scale;
}

/* Labels may stick out a little to the right. */
static SvgBox panel_box(int at)
{
    return (SvgBox){ PANEL_LEFT + PANEL_STEP * at, PANEL_TOP, PANEL_WIDTH + 8,
                     PANEL_HEIGHT };
}

static void panel_init(Panel *panel, GArray *days, const char *name, int percent,
                       const Scale *scale, int at)
{
    *panel = (Panel){
        .day = name,
        .left = PANEL_LEFT + PANEL_STEP * at,
        .days = g_array_new(FALSE, FALSE, sizeof(const Day *)),
        .crowd = svg_crowd_new(panel_box(at)),
        .scale = scale,
    };
    for (guint i = 0; i < days->len; i++) {
        const Day *day = &g_array_index(days, Day, i);

        if (is_drawn(day, percent) && strcmp(day->day, name) == 0)
            g_array_append_val(panel->days, day);
    }
}

static void panel_clear(Panel *panel)
{
    g_array_unref(panel->days);
    svg_crowd_clear(&panel->crowd);
}

/* ── axes ─────────────────────────────────────────────────────────────────── */

static void draw_ticks(const Panel *panel, GString *out)
{
    double bottom = PANEL_TOP + PANEL_HEIGHT, right = panel->left + PANEL_WIDTH;
    char text[32];

    for (double x = panel->scale->x_low; x <= panel->scale->x_high; x *= 10) {
        svg_line(out, x_at(panel, x), PANEL_TOP, x_at(panel, x), bottom, "grid");
        g_snprintf(text, sizeof text, "%g", x);
        svg_text(out, x_at(panel, x), bottom + 18, "tick middle", text);
    }
    svg_text(out, x_at(panel, 0), bottom + 18, "tick middle", "0");
    for (double y = panel->scale->y_low; y <= panel->scale->y_high; y *= 10) {
        svg_line(out, panel->left, y_at(panel, y), right, y_at(panel, y), "grid");
        g_snprintf(text, sizeof text, "%g", y);
        svg_text(out, panel->left - 8, y_at(panel, y) + 4, "tick end", text);
    }
    svg_text(out, panel->left - 8, y_at(panel, 0) + 4, "tick end", "0");
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
    svg_text(out, panel->left, PANEL_TOP - 12, "panel", title);
    svg_text(out, panel->left + PANEL_WIDTH / 2.0, bottom + 40, "axis middle",
             "repins a period");
}

/* ── marks ────────────────────────────────────────────────────────────────── */

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
    svg_crowd_add(&panel->crowd, (SvgBox){ x - 6, y - 6, 12, 12 });
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
        text = g_strdup_printf("price %.4g", (double)day->price / 1e6);
    if (text)
        svg_label(&panel->crowd, x, y, text,
                  day->rule != RULE_FLOW ? SVG_OTHER
                  : day->usual           ? SVG_OURS
                                         : SVG_PRICE,
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
    svg_text(
        out, PANEL_LEFT, 28, "title",
        "Overload that came, against the repins it took to keep it so low: further "
        "down and left is better");
    g_string_append(out, "<circle cx=\"80\" cy=\"50\" r=\"5\" class=\"other one\"/>\n");
    svg_text(out, 92, 54, "key", "places of one CPU");
    g_string_append(out, "<rect x=\"235\" y=\"45.5\" width=\"9\" height=\"9\" "
                         "class=\"other eight\"/>\n");
    svg_text(out, 252, 54, "key", "places of eight");
    g_string_append(out,
                    "<path d=\"M382 43l7 7l-7 7l-7 -7z\" class=\"other eight\"/>\n");
    svg_text(out, 397, 54, "key",
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
    Scale scale = scale_for(days, percent);
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

        panel_init(&panel, days, names[i], percent, &scale, i);
        draw_panel(&panel, out);
        panel_clear(&panel);
    }
    g_string_append(out, "</svg>\n");
    return g_file_set_contents(path, out->str, (gssize)out->len, error);
}
