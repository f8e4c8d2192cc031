/*
 * sample_text.c - samples as text.
 *
 *     sample 12000000
 *     vm 3f2a…-9c weight 1024 quota 0 busy no name "db-7"
 *     vm 71c0…-02 weight 1024 quota 0 busy no hands-off state "…" name "db-8"
 *     vcpu 0 ran 81230000000 waited 120934 polled - pcpu 3 allowed 0-3 pins 1
 *     pcpu 0 busy 991200000000
 *     end
 *
 * vCPUs follow their VM in rising order, VMs come in the order of their UUIDs, and
 * there is a line for each pCPU or for none.  So nothing can be there twice.  Lines about
 * memory, memory_text.c's, come behind that of their VM, and behind all pCPUs.
 */
#include <string.h>

#include "memory_text.h"
#include "text.h"

/* ── writing ──────────────────────────────────────────────────────────────── */

static void format_vm(GString *out, const SampleVm *vm)
{
    g_string_append_printf(out, "vm %s weight %d quota %d busy %s", vm->uuid,
                           vm->weight, vm->quota, vm->busy ? "yes" : "no");
    if (vm->hands_off)
        g_string_append(out, " hands-off");
    if (vm->state) {
        g_string_append(out, " state ");
        text_quote(out, vm->state);
    }
    g_string_append(out, " name ");
    text_quote(out, vm->name);
    g_string_append_c(out, '\n');
    memory_format(&vm->memory, out);
}

static void format_vcpu(GString *out, const SampleVcpu *vcpu)
{
    g_string_append_printf(out, "vcpu %d ran %" G_GINT64_FORMAT, vcpu->number,
                           vcpu->ran_ns);
    text_put_if_any(out, "waited", vcpu->waited_ns);
    text_put_if_any(out, "polled", vcpu->polled_ns);
    text_put_if_any(out, "pcpu", vcpu->pcpu);
    text_put_set(out, "allowed", vcpu->allowed);
    text_put_set(out, "pins", vcpu->pins);
    g_string_append_c(out, '\n');
}

void sample_format(const Sample *sample, GString *out)
{
    g_string_append_printf(out, "sample %" G_GINT64_FORMAT "\n", sample->taken_us);
    for (guint i = 0; i < sample->vms->len; i++) {
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, i);

        format_vm(out, vm);
        for (int v = vm->first_vcpu; v < vm->first_vcpu + vm->n_vcpus; v++)
            format_vcpu(out, &g_array_index(sample->vcpus, SampleVcpu, v));
    }
    for (guint p = 0; p < sample->busy_ns->len; p++)
        g_string_append_printf(out, "pcpu %u busy %" G_GINT64_FORMAT "\n", p,
                               g_array_index(sample->busy_ns, int64_t, p));
    cells_format(sample->cells, out);
    g_string_append(out, "end\n");
}

/* ── reading ──────────────────────────────────────────────────────────────── */

static SampleVm *last_vm(const Sample *sample)
{
    return &g_array_index(sample->vms, SampleVm, sample->vms->len - 1);
}

static void read_uuid(Text *text, const Sample *sample, char *out)
{
    text_expect(text, "vm");
    if (g_strlcpy(out, text_word(text), UUID_SIZE) >= UUID_SIZE || *out == '\0')
        text_refuse(text, MODEL_ERROR_TEXT, "'%s' is no UUID", text->word->str);
    if (sample->vms->len > 0 && strcmp(last_vm(sample)->uuid, out) >= 0)
        text_refuse(text, MODEL_ERROR_TEXT, "VM %s comes after %s", out,
                    last_vm(sample)->uuid);
}

static void read_vm(Text *text, const Topology *topology, Sample *out)
{
    SampleVm vm = { .first_vcpu = (int)out->vcpus->len };

    read_uuid(text, out, vm.uuid);
    vm.weight = (int)text_number(text, "weight", 0, INT_MAX);
    vm.quota = (int)text_number(text, "quota", 0, INT_MAX);
    vm.busy = text_yes_or_no(text, "busy");
    vm.hands_off = text_is(text, "hands-off");
    if (vm.hands_off)
        text_word(text);
    if (text_is(text, "state"))
        vm.state = text_quoted(text, "state");
    vm.name = text_quoted(text, "name");
    text_end_line(text);
    text_need_line(text);
    if (text_is(text, "memory"))
        memory_read(text, topology, &vm.memory);
    g_array_append_val(out->vms, vm);
}

static void read_vcpu(Text *text, const Topology *topology, Sample *out)
{
    SampleVm *vm = last_vm(out);
    SampleVcpu vcpu = { .vm = (int)out->vms->len - 1 };

    vcpu.number = (int)text_number(text, "vcpu", 0, INT_MAX);
    if (vm->n_vcpus > 0 &&
        g_array_index(out->vcpus, SampleVcpu, out->vcpus->len - 1).number >=
            vcpu.number)
        text_refuse(text, MODEL_ERROR_TEXT, "the vCPUs of a VM are in rising order");
    vcpu.ran_ns = text_number(text, "ran", 0, INT64_MAX);
    vcpu.waited_ns = text_number_if_any(text, "waited", INT64_MAX);
    vcpu.polled_ns = text_number_if_any(text, "polled", INT64_MAX);
    vcpu.pcpu = (int)text_number_if_any(text, "pcpu", topology->n_pcpus - 1);
    vcpu.allowed = text_set(text, "allowed", topology->sets, topology->n_pcpus);
    vcpu.pins = text_set(text, "pins", topology->sets, topology->n_pcpus);
    text_end_line(text);
    g_array_append_val(out->vcpus, vcpu);
    vm->n_vcpus++;
}

static void read_busy(Text *text, const Topology *topology, Sample *out)
{
    int64_t busy_ns;

    if (text_number(text, "pcpu", 0, topology->n_pcpus - 1) != out->busy_ns->len)
        text_refuse(text, MODEL_ERROR_TEXT, "pcpu %u is wanted here",
                    out->busy_ns->len);
    busy_ns = text_number(text, "busy", 0, INT64_MAX);
    text_end_line(text);
    g_array_append_val(out->busy_ns, busy_ns);
}

static void read_sample(Text *text, const Topology *topology, Sample *out)
{
    text_need_line(text);
    out->taken_us = text_number(text, "sample", 0, INT64_MAX);
    text_end_line(text);
    text_need_line(text);
    while (text_is(text, "vm")) {
        read_vm(text, topology, out);
        for (; text_is(text, "vcpu"); text_need_line(text))
            read_vcpu(text, topology, out);
    }
    if (text_is(text, "vcpu"))
        text_refuse(text, MODEL_ERROR_TEXT, "a vCPU follows its VM");
    for (; text_is(text, "pcpu"); text_need_line(text))
        read_busy(text, topology, out);
    for (; text_is(text, "cell"); text_need_line(text))
        cell_read(text, topology, out->cells);
    text_expect(text, "end");
    if (out->busy_ns->len > 0 && out->busy_ns->len < (guint)topology->n_pcpus)
        text_refuse(text, MODEL_ERROR_TEXT, "pcpu %u is missing", out->busy_ns->len);
    if (out->cells->len > 0 && out->cells->len < (guint)topology->n_cells)
        text_refuse(text, MODEL_ERROR_TEXT, "cell %u is missing", out->cells->len);
    text_end(text);
}

bool sample_parse(const char *text, const Topology *topology, Sample *out,
                  GError **error)
{
    Text lines;

    sample_reset(out);
    text_start(&lines, text);
    read_sample(&lines, topology, out);
    if (text_finish(&lines, error))
        return true;
    sample_reset(out);
    return false;
}
