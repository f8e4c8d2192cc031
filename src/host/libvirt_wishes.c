/*
 * libvirt_wishes.c - what the owner of a VM wants, from its domain document.
 *
 *     <vcpu cpuset='0-7,^3'>4</vcpu>
 *     <cputune>
 *       <vcpupin vcpu='0' cpuset='2'/>  <emulatorpin cpuset='0-1'/>
 *       <shares>2048</shares>  <period>100000</period>  <quota>25000</quota>
 *       <vcpusched vcpus='0-3' scheduler='fifo' priority='1'/>
 *     </cputune>
 *     <numatune><memory mode='strict' nodeset='0'/></numatune>
 *     <metadata>
 *       <policy xmlns='urn:pinflow:policy:1' managed='no'/>
 *       <state xmlns='urn:pinflow:state:1'>what was left with it</state>
 *
 * A vCPU's own pins count before the cpuset of all.  A mask that cannot be read is an
 * error, since to go on would be to run the VM where its owner did not want it.  One that
 * names no CPU of this host cannot be obeyed, nor may it be ignored: hands off.  So they
 * are off a VM with a vCPU of real time priority, whose place is somebody's careful choice.
 *
 * Memory that is only preferred somewhere, or spread, ties a VM to no cell.
 */
#include "libvirt_xml.h"

#include <string.h>

#include "cpulist.h"
#include "host/host.h"
#include "xml.h"

/* What libvirt hands over at most; no kernel runs a VM of more vCPUs. */
enum { DOMAIN_MAX = 4 << 20, VCPUS_MAX = 1 << 14 };
enum { PERIOD_USUAL_US = 100 * 1000, SHARES_MAX = 1 << 18 };

/* Of quotas and periods, so that thousandths of them can be told. */
#define LIMIT_MAX_US (INT64_MAX / LOAD_FULL)

const char vm_policy_uri[] = "urn:pinflow:policy:1";
const char vm_state_uri[] = "urn:pinflow:state:1";

/* How much of CPUs in how long; @quota_us 0 for no limit. */
typedef struct {
    int64_t quota_us, period_us;
} Limit;

typedef struct {
    const Topology *topology;
    VmWishes *out;
    Limit each, whole; /* of each vCPU; of the VM */
} Domain;

/* ── masks ────────────────────────────────────────────────────────────────── */

/* What an attribute lists below @limit; NULL where it is missing, or refused. */
static const CpuSet *read_list(Xml *xml, const Domain *domain, const char *name,
                               int limit)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *text = xml_attribute(xml, name);
    const CpuSet *list;

    if (!text)
        return NULL;
    list = cpulist_parse(domain->topology->sets, text, limit, &why);
    if (!list)
        xml_refuse(xml, "%s", why->message);
    return list;
}

static const CpuSet *all_cpus(const Topology *topology)
{
    return cpusets_range(topology->sets, 0, topology->n_pcpus);
}

/* Like read_list; never empty. */
static const CpuSet *read_mask(Xml *xml, const Domain *domain)
{
    const CpuSet *mask = read_list(xml, domain, "cpuset", domain->topology->n_pcpus);

    if (!mask || mask->n_cpus > 0)
        return mask;
    domain->out->hands_off = "a mask of it has no CPU of this host";
    return all_cpus(domain->topology);
}

static void begin_vcpu(Xml *xml, void *data)
{
    Domain *domain = data;
    const CpuSet *mask = read_mask(xml, domain);

    if (mask)
        domain->out->anywhere = mask;
}

static void begin_vcpupin(Xml *xml, void *data)
{
    Domain *domain = data;
    GPtrArray *allowed = domain->out->allowed;
    int vcpu = xml_number(xml, "vcpu", VCPUS_MAX - 1);
    const CpuSet *mask = read_mask(xml, domain);

    if (vcpu < 0 || !mask)
        return;
    if (vcpu >= (int)allowed->len)
        g_ptr_array_set_size(allowed, vcpu + 1);
    allowed->pdata[vcpu] = (gpointer)mask;
}

static void begin_emulatorpin(Xml *xml, void *data)
{
    Domain *domain = data;

    domain->out->emulator = read_mask(xml, domain);
}

/* ── memory ───────────────────────────────────────────────────────────────── */

static void begin_memory(Xml *xml, void *data)
{
    Domain *domain = data;
    VmWishes *out = domain->out;
    g_autofree char *mode = xml_attribute(xml, "mode");
    const CpuSet *cells;

    if (mode && strcmp(mode, "strict") != 0 && strcmp(mode, "restrictive") != 0)
        return;
    cells = read_list(xml, domain, "nodeset", TOPOLOGY_CELLS_MAX);
    if (!cells || cells->n_cpus == 0)
        return;
    out->memory =
        out->memory ? cpusets_or(domain->topology->sets, out->memory, cells) : cells;
}

/* ── shares and limits ────────────────────────────────────────────────────── */

static int64_t number_in(const char *text, int64_t max)
{
    gint64 number;

    return g_ascii_string_to_signed(text, 10, 1, max, &number, NULL) ? number : 0;
}

static void end_shares(Xml *xml, const char *text, void *data)
{
    (void)xml;
    ((Domain *)data)->out->weight = (int)number_in(text, SHARES_MAX);
}

static void end_quota(Xml *xml, const char *text, void *data)
{
    (void)xml;
    ((Domain *)data)->each.quota_us = number_in(text, LIMIT_MAX_US);
}

static void end_period(Xml *xml, const char *text, void *data)
{
    (void)xml;
    ((Domain *)data)->each.period_us = number_in(text, LIMIT_MAX_US);
}

static void end_global_quota(Xml *xml, const char *text, void *data)
{
    (void)xml;
    ((Domain *)data)->whole.quota_us = number_in(text, LIMIT_MAX_US);
}

static void end_global_period(Xml *xml, const char *text, void *data)
{
    (void)xml;
    ((Domain *)data)->whole.period_us = number_in(text, LIMIT_MAX_US);
}

/* Thousandths of a CPU; those of a whole one are no limit to a vCPU. */
static int amount_of(Limit limit)
{
    int64_t period_us = limit.period_us > 0 ? limit.period_us : PERIOD_USUAL_US;

    if (limit.quota_us == 0 || limit.quota_us >= period_us)
        return LOAD_FULL;
    return (int)MAX(limit.quota_us * LOAD_FULL / period_us, 1);
}

/* ── what keeps hands off, and what was left ──────────────────────────────── */

static void begin_vcpusched(Xml *xml, void *data)
{
    Domain *domain = data;
    g_autofree char *scheduler = xml_attribute(xml, "scheduler");

    if (scheduler && (strcmp(scheduler, "fifo") == 0 || strcmp(scheduler, "rr") == 0))
        domain->out->hands_off = "it has real-time priority";
}

static void begin_policy(Xml *xml, void *data)
{
    Domain *domain = data;
    g_autofree char *managed = xml_attribute(xml, "managed");

    if (managed && strcmp(managed, "yes") != 0)
        domain->out->hands_off = "its owner wants it so";
}

static bool is_a_line(const char *text)
{
    for (; *text != '\0'; text++) {
        if (g_ascii_iscntrl(*text))
            return false;
    }
    return true;
}

static void end_state(Xml *xml, const char *text, void *data)
{
    Domain *domain = data;

    (void)xml;
    g_free(domain->out->state);
    domain->out->state = text[0] != '\0' && is_a_line(text) ? g_strdup(text) : NULL;
}

/* ── the whole ────────────────────────────────────────────────────────────── */

static const XmlRule rules[] = {
    { "/domain/vcpu", begin_vcpu, NULL },
    { "/domain/cputune/vcpupin", begin_vcpupin, NULL },
    { "/domain/cputune/emulatorpin", begin_emulatorpin, NULL },
    { "/domain/cputune/vcpusched", begin_vcpusched, NULL },
    { "/domain/cputune/shares", NULL, end_shares },
    { "/domain/cputune/quota", NULL, end_quota },
    { "/domain/cputune/period", NULL, end_period },
    { "/domain/cputune/global_quota", NULL, end_global_quota },
    { "/domain/cputune/global_period", NULL, end_global_period },
    { "/domain/numatune/memory", begin_memory, NULL },
    { "/domain/numatune/memnode", begin_memory, NULL },
    { "/domain/metadata/{urn:pinflow:policy:1}policy", begin_policy, NULL },
    { "/domain/metadata/{urn:pinflow:state:1}state", NULL, end_state },
    { NULL, NULL, NULL },
};

/* What can be said only when all is read. */
static void conclude(const Domain *domain)
{
    VmWishes *out = domain->out;
    int quota = MIN(amount_of(domain->each), amount_of(domain->whole));

    out->quota = quota < LOAD_FULL ? quota : 0;
    for (guint v = 0; v < out->allowed->len; v++) {
        if (!out->allowed->pdata[v])
            out->allowed->pdata[v] = (gpointer)out->anywhere;
    }
}

void vm_wishes_clear(VmWishes *wishes)
{
    g_clear_pointer(&wishes->allowed, g_ptr_array_unref);
    g_free(wishes->state);
    *wishes = (VmWishes){ 0 };
}

bool vm_wishes_from_xml(const char *xml, const Topology *topology, VmWishes *out,
                        GError **error)
{
    Domain domain = { .topology = topology, .out = out };

    *out = (VmWishes){ .allowed = g_ptr_array_new(), .anywhere = all_cpus(topology) };
    if (!xml_read(xml, DOMAIN_MAX, "domain", rules, &domain, error)) {
        vm_wishes_clear(out);
        return false;
    }
    conclude(&domain);
    return true;
}

char *vm_state_to_xml(const char *state)
{
    g_autofree char *escaped = g_markup_escape_text(state, -1);

    return g_strdup_printf("<state>%s</state>", escaped);
}
