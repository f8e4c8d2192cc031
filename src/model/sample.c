/* sample.c - what holds a sample. */
#include "model/sample.h"

static void clear_vm(gpointer data)
{
    SampleVm *vm = data;

    g_free(vm->name);
    g_free(vm->state);
}

void sample_init(Sample *sample)
{
    *sample = (Sample){
        .vms = g_array_new(FALSE, FALSE, sizeof(SampleVm)),
        .vcpus = g_array_new(FALSE, FALSE, sizeof(SampleVcpu)),
        .busy_ns = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .cells = g_array_new(FALSE, FALSE, sizeof(SampleCell)),
    };
    g_array_set_clear_func(sample->vms, clear_vm);
}

void sample_reset(Sample *sample)
{
    g_array_set_size(sample->vms, 0);
    g_array_set_size(sample->vcpus, 0);
    g_array_set_size(sample->busy_ns, 0);
    g_array_set_size(sample->cells, 0);
    sample->taken_us = 0;
    sample->topology = NULL;
}

void sample_clear(Sample *sample)
{
    g_clear_pointer(&sample->vms, g_array_unref);
    g_clear_pointer(&sample->vcpus, g_array_unref);
    g_clear_pointer(&sample->busy_ns, g_array_unref);
    g_clear_pointer(&sample->cells, g_array_unref);
    *sample = (Sample){ 0 };
}
