/*
 * test_glance.c - what libvirt's bulk statistics say, of KVM guests as of less talkative
 * ones.
 *
 * The records are made here, word for word as libvirt makes them; only the VMs they are
 * about are those of its own pretence of a hypervisor.
 */
#include "host/libvirt_asks.h"

#include <string.h>

typedef struct {
    virConnectPtr connection;
    virDomainPtr domain;
    Glance *glance;
    virDomainStatsRecord record;
    int max_params;
} Told;

static void told_init(Told *told)
{
    g_autoptr(GPtrArray) nobody = g_ptr_array_new();
    Lines *lines = lines_new("test:///default", NULL);

    *told = (Told){ .connection = virConnectOpen("test:///default") };
    told->domain = virDomainLookupByName(told->connection, "test");
    told->glance = glance_new_only(lines, nobody);
    lines_let_go(lines);
    told->record.dom = told->domain;
}

static void told_clear(Told *told)
{
    glance_free(told->glance);
    virTypedParamsFree(told->record.params, told->record.nparams);
    virDomainFree(told->domain);
    virConnectClose(told->connection);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static void say(Told *told, const char *field, int64_t value)
{
    virDomainStatsRecord *record = &told->record;

    if (g_str_has_prefix(field, "state.") || g_str_has_suffix(field, ".state"))
        virTypedParamsAddInt(&record->params, &record->nparams, &told->max_params,
                             field, (int)value);
    else if (g_str_has_suffix(field, ".current"))
        virTypedParamsAddUInt(&record->params, &record->nparams, &told->max_params,
                              field, (unsigned)value);
    else if (g_str_has_suffix(field, ".cur"))
        virTypedParamsAddBoolean(&record->params, &record->nparams, &told->max_params,
                                 field, (int)value);
    else
        virTypedParamsAddULLong(&record->params, &record->nparams, &told->max_params,
                                field, (unsigned long long)value);
}

static void say_vcpu(Told *told, int number, int64_t time, int64_t delay)
{
    g_autofree char *prefix = g_strdup_printf("vcpu.%d.", number);
    const struct {
        const char *what;
        int64_t value;
    } fields[] = {
        { "state", 1 },     { "time", time },       { "wait", 0 },
        { "delay", delay }, { "exits.sum", 12345 }, { "blocking.cur", 1 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *field = g_strconcat(prefix, fields[i].what, NULL);

        if (fields[i].value != SAMPLE_UNKNOWN)
            say(told, field, fields[i].value);
    }
}

static void read_record(Told *told)
{
    virDomainStatsRecordPtr records[] = { &told->record, NULL };

    glance_read(told->glance, records, 1);
    g_assert_cmpuint(told->glance->vms->len, ==, 1);
}

static const SampleVm *vm(const Told *told)
{
    return &g_array_index(told->glance->vms, SampleVm, 0);
}

static const SampleVcpu *vcpu(const Told *told, guint i)
{
    g_assert_cmpuint(i, <, told->glance->vcpus->len);
    return &g_array_index(told->glance->vcpus, SampleVcpu, i);
}

static void test_counters_are_told_as_they_were_read(void)
{
    g_auto(Told) told = { 0 };

    told_init(&told);
    say(&told, "state.state", VIR_DOMAIN_RUNNING);
    say(&told, "state.reason", VIR_DOMAIN_RUNNING_BOOTED);
    say(&told, "vcpu.current", 2);
    say_vcpu(&told, 0, 70, 7);
    say_vcpu(&told, 1, INT64_MAX, 0);
    read_record(&told);
    g_assert_cmpint(vm(&told)->n_vcpus, ==, 2);
    g_assert_false(vm(&told)->busy);
    g_assert_cmpint(vcpu(&told, 0)->ran_ns, ==, 70);
    g_assert_cmpint(vcpu(&told, 0)->waited_ns, ==, 7);
    g_assert_cmpint(vcpu(&told, 0)->polled_ns, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(vcpu(&told, 0)->pcpu, ==, -1);
    g_assert_cmpint(vcpu(&told, 1)->ran_ns, ==, INT64_MAX);
    g_assert_cmpint(vcpu(&told, 1)->waited_ns, ==, 0);
    g_assert_cmpint(told.glance->n_silent, ==, 0);
}

static void test_waiting_may_be_unknown(void)
{
    g_auto(Told) told = { 0 };

    told_init(&told);
    say(&told, "vcpu.current", 1);
    say_vcpu(&told, 0, 70, SAMPLE_UNKNOWN);
    read_record(&told);
    g_assert_cmpint(vcpu(&told, 0)->ran_ns, ==, 70);
    g_assert_cmpint(vcpu(&told, 0)->waited_ns, ==, SAMPLE_UNKNOWN);
}

static void test_polling_is_both_that_which_paid_and_that_which_did_not(void)
{
    g_auto(Told) told = { 0 };

    told_init(&told);
    say(&told, "vcpu.current", 1);
    say_vcpu(&told, 0, 70, 0);
    say(&told, "vcpu.0.halt_poll_success_ns.sum", 30);
    say(&told, "vcpu.0.halt_poll_fail_ns.sum", 12);
    read_record(&told);
    g_assert_cmpint(vcpu(&told, 0)->polled_ns, ==, 42);
}

static void test_vcpus_keep_their_numbers_where_others_are_missing(void)
{
    g_auto(Told) told = { 0 };

    told_init(&told);
    say(&told, "vcpu.current", 2);
    say_vcpu(&told, 3, 70, 0);
    say_vcpu(&told, 11, 80, 0);
    read_record(&told);
    g_assert_cmpint(vm(&told)->n_vcpus, ==, 2);
    g_assert_cmpint(vcpu(&told, 0)->number, ==, 3);
    g_assert_cmpint(vcpu(&told, 1)->number, ==, 11);
    g_assert_cmpint(vcpu(&told, 1)->ran_ns, ==, 80);
}

static void test_a_vm_that_is_moved_or_saved_is_busy(void)
{
    static const struct {
        int state, reason;
        bool busy;
    } cases[] = {
        { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATED, false },
        { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY, true },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, false },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, false },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SAVE, true },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, true },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP, true },
        { VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTDOWN_USER, true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Told) told = { 0 };

        told_init(&told);
        say(&told, "state.state", cases[i].state);
        say(&told, "state.reason", cases[i].reason);
        say(&told, "vcpu.current", 1);
        say_vcpu(&told, 0, 70, 0);
        read_record(&told);
        g_assert_cmpint(vm(&told)->busy, ==, cases[i].busy);
    }
}

static void test_a_vm_without_vcpus_to_tell_of_is_asked_by_itself(void)
{
    g_auto(Told) told = { 0 };

    told_init(&told);
    say(&told, "state.state", VIR_DOMAIN_RUNNING);
    read_record(&told);
    g_assert_cmpint(told.glance->n_silent, ==, 1);
    g_assert_cmpint(vm(&told)->n_vcpus, ==, 2);
    g_assert_cmpint(vcpu(&told, 1)->number, ==, 1);
    g_assert_cmpint(vcpu(&told, 1)->ran_ns, >, 0);
}

static void test_words_that_nobody_knows_are_passed_over(void)
{
    g_auto(Told) told = { 0 };

    told_init(&told);
    say(&told, "vcpu.current", 1);
    say(&told, "vcpu.maximum.current", 8);
    say_vcpu(&told, 0, 70, 0);
    say(&told, "vcpu.99999999999999999999.time", 1);
    say(&told, "vcpu.5", 1);
    say(&told, "vcpu.0.timely", 1);
    say(&told, "", 1);
    read_record(&told);
    g_assert_cmpint(vm(&told)->n_vcpus, ==, 1);
    g_assert_cmpint(vcpu(&told, 0)->ran_ns, ==, 70);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/glance/counters are told as they were read",
                    test_counters_are_told_as_they_were_read);
    g_test_add_func("/glance/waiting may be unknown", test_waiting_may_be_unknown);
    g_test_add_func("/glance/polling is both that which paid and that which did not",
                    test_polling_is_both_that_which_paid_and_that_which_did_not);
    g_test_add_func("/glance/vCPUs keep their numbers where others are missing",
                    test_vcpus_keep_their_numbers_where_others_are_missing);
    g_test_add_func("/glance/a VM that is moved or saved is busy",
                    test_a_vm_that_is_moved_or_saved_is_busy);
    g_test_add_func("/glance/a VM without vCPUs to tell of is asked by itself",
                    test_a_vm_without_vcpus_to_tell_of_is_asked_by_itself);
    g_test_add_func("/glance/words that nobody knows are passed over",
                    test_words_that_nobody_knows_are_passed_over);
    return g_test_run();
}
