/*
 * demand.c - the arithmetic of demand.h.
 *
 * Counters may be anything: differences are cut to what fits in the period before
 * they are multiplied.  What a vCPU ran may exceed the period, since it is counted in
 * ticks of 10 ms and read a little later for one VM than for another.
 */
#include "demand.h"

/* Sleep is noticed from a twentieth of the period on, but not less than two ticks:
 * each reading may be off by one. */
enum { NAP_PARTS = 20, NAP_TICKS = 2 };

static bool continues(int64_t then, int64_t now)
{
    return then < 0 || now < 0 || then <= now;
}

/* By how much a counter rose, at most @most; -1 where it is not told. */
static int64_t rise(int64_t then, int64_t now, int64_t most)
{
    return then < 0 || now < 0 ? -1 : MIN(now - then, most);
}

static int thousandths(int64_t part, int64_t whole)
{
    return (int)((part * LOAD_FULL + whole / 2) / whole);
}

/* The most that one can have wanted which ran for @ran and was kept waiting for
 * @waited; hardly any time of its own says nothing. */
static int upper_bound(int64_t ran, int64_t waited, int64_t lasted, int64_t nap)
{
    int64_t own = lasted - waited;

    return waited < 0 || own < nap ? LOAD_FULL : thousandths(ran, own);
}

bool demand_between(const Counters *then, const Counters *now, int64_t lasted_us,
                    int quota, Demand *out)
{
    int64_t lasted = lasted_us * 1000;
    int64_t nap = CLAMP(NAP_TICKS * TICK_US * 1000, lasted / NAP_PARTS, lasted / 2);
    int64_t ran = rise(then->ran_ns, now->ran_ns, INT64_MAX);
    int64_t polled = rise(then->polled_ns, now->polled_ns, MAX(ran, 0));
    int64_t waited, slept;

    if (ran < 0 || !continues(then->ran_ns, now->ran_ns) ||
        !continues(then->waited_ns, now->waited_ns) ||
        !continues(then->polled_ns, now->polled_ns))
        return false;

    ran = MIN(ran - MAX(polled, 0), lasted);
    waited = rise(then->waited_ns, now->waited_ns, lasted - ran);
    slept = lasted - ran - MAX(waited, 0);

    out->ran = thousandths(ran, lasted);
    out->waited = waited < 0 ? -1 : thousandths(waited, lasted);
    out->load = slept < nap ? upper_bound(ran, waited, lasted, nap) : out->ran;
    if (quota > 0)
        out->load = MIN(out->load, quota);
    out->censored = out->load > out->ran;
    return true;
}
