/*
 * optimum.c - branch and bound by rising number of moves.
 *
 * First no move is tried, then one, then two, until some set of them makes the host
 * even; so the first that does is the smallest.  A set is built heaviest vCPU first,
 * hence each set only once.
 *
 * What prunes it is how much k moves could still do at best.  They take from at most k
 * pCPUs and give to at most k, counted as often as they do.  Taking brings a pCPU
 * above the mean nearer to it, by no more than the heaviest vCPU there that is
 * still to be decided on; giving, one below it, by no more than the heaviest anywhere.
 * Let each take and each give go where it helps most, as if they had nothing to do with
 * each other: if even that is not enough, nothing is.
 *
 * To stay in whole numbers, loads are multiplied by the number of pCPUs.
 */
#include "optimum.h"

#include <glib.h>
#include <string.h>

typedef struct {
    const Steady *host;
    int n;             /* vCPUs with any load */
    int *order;        /* [n] of them, heaviest first */
    int64_t *weight;   /* [n] in that order */
    int64_t *heaviest; /* [(n + 1) * n_pcpus] of those from here on at home there */
    int64_t *away;     /* [n_pcpus] above the mean, or below */
    int64_t *left;     /* [n_pcpus] scratch of the bound */
    int64_t limit;     /* of the sum of squares of "away" */
    int64_t nodes_left;
    int *placement;
} Hunt;

/* ── the bound ────────────────────────────────────────────────────────────── */

static int64_t squared(int64_t x)
{
    return x * x;
}

/* What comes off the sum of squares if the pCPU where that is most gets nearer to the
 * mean by its @reach, taken off @left, so that the next time finds what is left. */
static int64_t best_pull(int64_t *left, const int64_t *reach, int64_t at_most, int n)
{
    int64_t best = 0;
    int where = -1;

    for (int p = 0; p < n; p++) {
        int64_t step = MIN(left[p], reach ? reach[p] : at_most);
        int64_t pull = step * (2 * left[p] - step);

        if (pull > best) {
            best = pull;
            where = p;
        }
    }
    if (where >= 0)
        left[where] -= MIN(left[where], reach ? reach[where] : at_most);
    return best;
}

static bool hopeless(Hunt *hunt, int at, int n_moves, int64_t squares)
{
    int n = hunt->host->n_pcpus;
    int64_t reachable = squares;

    for (int p = 0; p < n; p++)
        hunt->left[p] = MAX(hunt->away[p], 0);
    for (int k = 0; k < n_moves; k++)
        reachable -= best_pull(hunt->left, &hunt->heaviest[at * n], 0, n);
    if (reachable <= hunt->limit)
        return false;
    for (int p = 0; p < n; p++)
        hunt->left[p] = MAX(-hunt->away[p], 0);
    for (int k = 0; k < n_moves; k++)
        reachable -= best_pull(hunt->left, NULL, hunt->weight[at], n);
    return reachable > hunt->limit;
}

/* ── the search ───────────────────────────────────────────────────────────── */

static void carry(Hunt *hunt, int at, int from, int to)
{
    hunt->away[from] -= hunt->weight[at];
    hunt->away[to] += hunt->weight[at];
    hunt->placement[hunt->order[at]] = to;
}

/* Tries @n_moves more, of vCPUs from place @at in the order on. */
static bool reaches(Hunt *hunt, int at, int n_moves, int64_t squares)
{
    if (squares <= hunt->limit)
        return true;
    if (n_moves == 0 || hunt->nodes_left-- <= 0)
        return false;

    for (; at < hunt->n && !hopeless(hunt, at, n_moves, squares); at++) {
        int vcpu = hunt->order[at], home = hunt->host->home[vcpu];
        int64_t weight = hunt->weight[at];

        for (int p = 0; p < hunt->host->n_pcpus; p++) {
            int64_t gain = 2 * weight * (hunt->away[home] - hunt->away[p] - weight);

            if (p == home || !steady_allows(hunt->host, vcpu, p) ||
                (n_moves == 1 && squares - gain > hunt->limit))
                continue;
            carry(hunt, at, home, p);
            if (reaches(hunt, at + 1, n_moves - 1, squares - gain))
                return true;
            carry(hunt, at, p, home);
        }
    }
    return false;
}

/* ── before and after ─────────────────────────────────────────────────────── */

static int heavier_first(gconstpointer a, gconstpointer b, gpointer data)
{
    const int *load = data;
    int x = *(const int *)a, y = *(const int *)b;

    return load[x] != load[y] ? load[y] - load[x] : x - y;
}

static void order_vcpus(Hunt *hunt)
{
    const Steady *host = hunt->host;

    for (int i = 0; i < host->n_vcpus; i++) {
        if (host->load[i] > 0)
            hunt->order[hunt->n++] = i;
    }
    g_qsort_with_data(hunt->order, hunt->n, sizeof *hunt->order, heavier_first,
                      host->load);
    for (int at = 0; at < hunt->n; at++)
        hunt->weight[at] = (int64_t)host->load[hunt->order[at]] * host->n_pcpus;
}

static void find_heaviest(Hunt *hunt)
{
    int n = hunt->host->n_pcpus;

    memset(&hunt->heaviest[hunt->n * n], 0, (size_t)n * sizeof *hunt->heaviest);
    for (int at = hunt->n - 1; at >= 0; at--) {
        int64_t *here = &hunt->heaviest[at * n];

        memcpy(here, here + n, (size_t)n * sizeof *here);
        here[hunt->host->home[hunt->order[at]]] = hunt->weight[at];
    }
}

/* Returns the sum of squares. */
static int64_t measure(Hunt *hunt)
{
    int n = hunt->host->n_pcpus;
    int64_t sum = 0, squares = 0;

    steady_loads(hunt->host, hunt->host->home, hunt->away);
    for (int p = 0; p < n; p++)
        sum += hunt->away[p];
    for (int p = 0; p < n; p++) {
        hunt->away[p] = n * hunt->away[p] - sum;
        squares += squared(hunt->away[p]);
    }
    hunt->limit = n * squared((int64_t)SIGMA_EVEN * n);
    return squares;
}

static Hunt hunt_begin(const Steady *host, int64_t max_nodes, int *placement)
{
    Hunt hunt = {
        .host = host,
        .order = g_new(int, host->n_vcpus),
        .weight = g_new(int64_t, host->n_vcpus),
        .heaviest = g_new(int64_t, (gsize)(host->n_vcpus + 1) * (gsize)host->n_pcpus),
        .away = g_new(int64_t, host->n_pcpus),
        .left = g_new(int64_t, host->n_pcpus),
        .nodes_left = max_nodes,
        .placement = placement,
    };

    memcpy(placement, host->home, (size_t)host->n_vcpus * sizeof *placement);
    order_vcpus(&hunt);
    find_heaviest(&hunt);
    return hunt;
}

static void hunt_end(Hunt *hunt)
{
    g_free(hunt->order);
    g_free(hunt->weight);
    g_free(hunt->heaviest);
    g_free(hunt->away);
    g_free(hunt->left);
}

Optimum optimum_find(const Steady *host, int max_moves, int64_t max_nodes,
                     int *placement)
{
    Hunt hunt = hunt_begin(host, max_nodes, placement);
    int64_t squares = measure(&hunt);
    Optimum answer = { .verdict = OPTIMUM_NONE };

    for (int k = 0; k <= max_moves && answer.verdict == OPTIMUM_NONE; k++) {
        if (reaches(&hunt, 0, k, squares))
            answer = (Optimum){ OPTIMUM_PROVED, k, 0 };
        else if (hunt.nodes_left < 0)
            answer = (Optimum){ OPTIMUM_TIMED_OUT, k - 1, 0 };
        else
            answer.n_moves = k;
    }
    answer.n_nodes = max_nodes - MAX(hunt.nodes_left, 0);
    hunt_end(&hunt);
    return answer;
}
