/*
 * libvirt_study.c - what of one VM is worth remembering, since it seldom changes.
 *
 * The owner's wishes are in the definition that a persistent VM starts from.  What is in
 * force is in the running one, and its pins are asked for by themselves: where a VM is
 * not persistent, its definition is what we made of it.
 */
#include "libvirt_asks.h"

#include <stdlib.h>

#include "libvirt_error.h"

/* ── what all have in common ──────────────────────────────────────────────── */

void vm_ask_init(VmAsk *ask, Lines *lines, virDomainPtr domain)
{
    *ask = (VmAsk){ .lines = lines_share(lines) };
    virDomainGetUUID(domain, ask->uuid);
}

void vm_ask_clear(VmAsk *ask)
{
    g_clear_pointer(&ask->lines, lines_let_go);
    g_clear_error(&ask->error);
}

bool vm_ask_begin(VmAsk *ask)
{
    ask->connection = lines_take(ask->lines, &ask->n_calls);
    if (!ask->connection) {
        ask->error = libvirt_error_lost();
        return false;
    }
    ask->n_calls++;
    ask->domain = virDomainLookupByUUID(ask->connection, ask->uuid);
    if (!ask->domain)
        ask->error = libvirt_error_last();
    return ask->domain;
}

/* The lines are let go of here, in a hand, since closing them may take long. */
void vm_ask_end(VmAsk *ask)
{
    g_clear_pointer(&ask->domain, virDomainFree);
    lines_give(ask->lines, ask->connection);
    ask->connection = NULL;
    g_clear_pointer(&ask->lines, lines_let_go);
}

/* ── whether it answers ───────────────────────────────────────────────────── */

VmAsk *probe_new(Lines *lines, virDomainPtr domain)
{
    VmAsk *probe = g_new0(VmAsk, 1);

    vm_ask_init(probe, lines, domain);
    return probe;
}

void probe_run(void *value, const Errand *errand)
{
    VmAsk *probe = value;

    (void)errand;
    probe->n_calls++;
    if (vm_ask_begin(probe))
        virDomainIsActive(probe->domain);
    vm_ask_end(probe);
}

void probe_free(void *value)
{
    vm_ask_clear(value);
    g_free(value);
}

/* ── a study ──────────────────────────────────────────────────────────────── */

Study *study_new(Lines *lines, virDomainPtr domain, Stale stale, int n_vcpus,
                 int map_len)
{
    Study *study = g_new0(Study, 1);

    *study = (Study){ .stale = stale, .n_vcpus = n_vcpus, .map_len = map_len };
    vm_ask_init(&study->ask, lines, domain);
    return study;
}

void study_free(void *value)
{
    Study *study = value;

    vm_ask_clear(&study->ask);
    g_free(study->live_xml);
    g_free(study->inactive_xml);
    g_free(study->pins);
    g_free(study->running);
    g_free(study);
}

static char *read_xml(Study *study, unsigned flags)
{
    char *text = virDomainGetXMLDesc(study->ask.domain, flags), *copy = g_strdup(text);

    study->ask.n_calls++;
    if (!text)
        study->ask.error = libvirt_error_last();
    free(text);
    return copy;
}

static bool read_wishes(Study *study)
{
    int persistent = virDomainIsPersistent(study->ask.domain);

    study->ask.n_calls++;
    if (persistent < 0) {
        study->ask.error = libvirt_error_last();
        return false;
    }
    study->live_xml = read_xml(study, 0);
    if (study->live_xml && persistent)
        study->inactive_xml = read_xml(study, VIR_DOMAIN_XML_INACTIVE);
    return !study->ask.error;
}

static bool read_pins(Study *study)
{
    study->ask.n_calls++;
    study->pins = g_malloc0((gsize)study->n_vcpus * (gsize)study->map_len);
    study->n_maps =
        virDomainGetVcpuPinInfo(study->ask.domain, study->n_vcpus, study->pins,
                                study->map_len, VIR_DOMAIN_AFFECT_CURRENT);
    if (study->n_maps < 0)
        study->ask.error = libvirt_error_last();
    return !study->ask.error;
}

/* Nice to know: that it is not told is no error. */
static void read_running(Study *study)
{
    study->ask.n_calls++;
    study->running = g_new0(virVcpuInfo, study->n_vcpus);
    study->n_running =
        virDomainGetVcpus(study->ask.domain, study->running, study->n_vcpus, NULL, 0);
}

static void read_all(Study *study)
{
    if ((study->stale & STALE_XML) && !read_wishes(study))
        return;
    if (study->n_vcpus == 0)
        return;
    if ((study->stale & STALE_PINS) && !read_pins(study))
        return;
    if (study->floats)
        read_running(study);
}

void study_run(void *value, const Errand *errand)
{
    Study *study = value;

    (void)errand;
    if (vm_ask_begin(&study->ask))
        read_all(study);
    vm_ask_end(&study->ask);
}
