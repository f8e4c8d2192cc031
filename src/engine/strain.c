/*
 * strain.c - see strain.h.
 *
 * Stranded is what waits although there is a CPU for it that idles.  Over a period one
 * knows how long each CPU idled and not when, so that this is the most that could have
 * been saved: the waiting vCPUs, those that may use the fewest CPUs first, take what idle
 * time there is where they are allowed.
 */
#include "strain.h"

typedef struct {
    const CpuSet *allowed;
    int64_t waited; /* thousandths of a CPU */
} Waiting;

void meter_init(Meter *meter)
{
    *meter = (Meter){ .busy_ns = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                      .idle = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                      .waiting = g_array_new(FALSE, FALSE, sizeof(Waiting)) };
}

void meter_clear(Meter *meter)
{
    g_array_unref(meter->busy_ns);
    g_array_unref(meter->idle);
    g_array_unref(meter->waiting);
}

static int64_t *idle_of(Meter *meter, int pcpu)
{
    return &g_array_index(meter->idle, int64_t, pcpu);
}

/* What was not used of any CPU that is on line: as the host counts, or else by what vCPUs
 * ran where they were seen. */
static void find_idle(Meter *meter, const Sample *sample, const Snapshot *snapshot)
{
    const Topology *topology = snapshot->topology;
    const GArray *now = sample->busy_ns, *before = meter->busy_ns;
    bool told = now->len == (guint)topology->n_pcpus && now->len == before->len;

    g_array_set_size(meter->idle, (guint)topology->n_pcpus);
    for (int p = 0; p < topology->n_pcpus; p++) {
        int64_t busy = snapshot->foreign[p];

        if (told)
            busy =
                (g_array_index(now, int64_t, p) - g_array_index(before, int64_t, p)) /
                snapshot->period_us;
        *idle_of(meter, p) =
            topology->pcpus[p].online ? topology->pcpus[p].capacity - busy : 0;
    }
    for (int v = 0; v < snapshot->n_vcpus && !told; v++)
        if (snapshot->vcpus[v].pcpu >= 0)
            *idle_of(meter, snapshot->vcpus[v].pcpu) -= snapshot->vcpus[v].ran;
}

static void add_waiting(GArray *all, const CpuSet *allowed, int waited)
{
    Waiting one = { allowed, waited };

    for (guint i = all->len; i > 0; i--) {
        Waiting *known = &g_array_index(all, Waiting, i - 1);

        if (known->allowed == allowed) {
            known->waited += waited;
            return;
        }
    }
    g_array_append_val(all, one);
}

static int by_freedom(const void *a, const void *b)
{
    const Waiting *left = a, *right = b;

    if (left->allowed->n_cpus != right->allowed->n_cpus)
        return left->allowed->n_cpus - right->allowed->n_cpus;
    return cpuset_next(left->allowed, 0) - cpuset_next(right->allowed, 0);
}

static int64_t count_stranded(Meter *meter)
{
    int64_t stranded = 0;

    g_array_sort(meter->waiting, by_freedom);
    for (guint i = 0; i < meter->waiting->len; i++) {
        const Waiting *one = &g_array_index(meter->waiting, Waiting, i);
        int64_t left = one->waited;

        for (int p = cpuset_next(one->allowed, 0); p >= 0 && left > 0;
             p = cpuset_next(one->allowed, p + 1)) {
            int64_t taken = CLAMP(*idle_of(meter, p), 0, left);

            *idle_of(meter, p) -= taken;
            left -= taken;
        }
        stranded += one->waited - left;
    }
    return stranded;
}

static void measure(Meter *meter, const Sample *sample, const Snapshot *snapshot,
                    Strain *out)
{
    bool told = snapshot->n_vcpus == 0;

    g_array_set_size(meter->waiting, 0);
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &snapshot->vcpus[v];

        out->work += vcpu->ran;
        if (vcpu->waited < 0)
            continue;
        told = true;
        out->wait += vcpu->waited;
        if (vcpu->waited > 0)
            add_waiting(meter->waiting, vcpu->allowed, vcpu->waited);
    }
    if (!told) {
        out->wait = out->stranded = SAMPLE_UNKNOWN;
        return;
    }
    find_idle(meter, sample, snapshot);
    out->stranded = count_stranded(meter);
}

void meter_read(Meter *meter, const Sample *sample, const Snapshot *snapshot,
                Strain *out)
{
    *out = (Strain){ 0 };
    if (snapshot)
        measure(meter, sample, snapshot, out);
    g_array_set_size(meter->busy_ns, 0);
    if (sample->busy_ns->len > 0)
        g_array_append_vals(meter->busy_ns, sample->busy_ns->data,
                            sample->busy_ns->len);
}
