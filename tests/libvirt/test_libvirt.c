/*
 * test_libvirt.c - the adapter keeps the word of host.h, against libvirt's own pretence of
 * a hypervisor.
 *
 * All connections to test:///default see the same host, so that a second one can do what
 * others do behind our back.  It has VMs that come and go and can be pinned; they have no
 * load, and wait for nothing.
 */
#include "host/libvirt_host.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#define TEST_URI "test:///default"

/* However busy the machine is that runs the tests. */
enum { LONG_US = 60 * G_USEC_PER_SEC };

typedef struct {
    Host *host;
    Sample sample;
    virConnectPtr other;
    int n_hints;
} World;

static void hear(void *data)
{
    ((World *)data)->n_hints++;
}

static void observe(World *world)
{
    g_autoptr(GError) error = NULL;

    while (g_main_context_iteration(NULL, FALSE))
        ;
    world->host->ops->observe(world->host, &world->sample, &error);
    g_assert_no_error(error);
}

/* libvirt's own VM is sent away. */
static void world_init(World *world)
{
    virDomainPtr own;

    *world = (World){ .host = host_libvirt_open(TEST_URI) };
    ((LibvirtHost *)world->host)->moment_us = LONG_US;
    sample_init(&world->sample);
    host_watch(world->host, hear, world);
    observe(world);
    world->other = virConnectOpen(TEST_URI);
    own = virDomainLookupByName(world->other, "test");
    virDomainDestroy(own);
    virDomainUndefine(own);
    virDomainFree(own);
}

static void world_clear(World *world)
{
    host_close(world->host);
    sample_clear(&world->sample);
    g_assert_cmpint(virConnectClose(world->other), ==, 0);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void uuid_of(int n, char *out)
{
    g_snprintf(out, UUID_SIZE, "%08x-0000-4000-8000-000000000000", (unsigned)n);
}

/* A persistent VM that runs. */
static virDomainPtr add_vm(World *world, int n, const char *name, const char *inside)
{
    char uuid[UUID_SIZE];
    g_autofree char *head = NULL, *xml = NULL;
    virDomainPtr domain;

    uuid_of(n, uuid);
    head = g_markup_printf_escaped("<domain type='test'><name>%s</name><uuid>%s</uuid>"
                                   "<memory>1024</memory><os><type>hvm</type></os>",
                                   name, uuid);
    xml = g_strconcat(head, inside, "</domain>", NULL);
    domain = virDomainDefineXML(world->other, xml);
    g_assert_nonnull(domain);
    g_assert_cmpint(virDomainCreate(domain), ==, 0);
    return domain;
}

static void remove_vm(virDomainPtr domain)
{
    virDomainDestroy(domain);
    virDomainUndefine(domain);
    virDomainFree(domain);
}

static const SampleVm *vm(const World *world, guint i)
{
    g_assert_cmpuint(i, <, world->sample.vms->len);
    return &g_array_index(world->sample.vms, SampleVm, i);
}

static const SampleVcpu *vcpu(const World *world, guint i)
{
    g_assert_cmpuint(i, <, world->sample.vcpus->len);
    return &g_array_index(world->sample.vcpus, SampleVcpu, i);
}

static void assert_set(const CpuSet *set, const char *expected)
{
    g_autofree char *text = cpuset_format(set);

    g_assert_cmpstr(text, ==, expected);
}

static bool pin(World *world, int n, int number, const char *cpus, GError **error)
{
    CpuSets *sets = world->sample.topology->sets;
    char uuid[UUID_SIZE];

    uuid_of(n, uuid);
    return world->host->ops->pin(world->host, uuid, number,
                                 cpusets_parse(sets, cpus, NULL), error);
}

static void pin_behind_our_back(virDomainPtr domain, unsigned number, unsigned cpu)
{
    unsigned char map[] = { (unsigned char)(1 << cpu), 0 };

    g_assert_cmpint(virDomainPinVcpu(domain, number, map, sizeof map), ==, 0);
}

static void assert_pin_fails(World *world, int n, int number, HostError kind)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(pin(world, n, number, "0", &error));
    g_assert_error(error, HOST_ERROR, (int)kind);
}

/* ── observing ────────────────────────────────────────────────────────────── */

static void test_vms_are_told_in_the_order_of_their_uuids(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domains[3];

    world_init(&world);
    domains[0] = add_vm(&world, 0xb, "last", "<vcpu>1</vcpu>");
    domains[1] = add_vm(&world, 0x1, "Größe \xf0\x9f\x90\x84 <&>", "<vcpu>2</vcpu>");
    domains[2] = add_vm(&world, 0xa, "middle", "<vcpu>3</vcpu>");
    observe(&world);
    g_assert_cmpuint(world.sample.vms->len, ==, 3);
    g_assert_cmpstr(vm(&world, 0)->name, ==, "Größe \xf0\x9f\x90\x84 <&>");
    g_assert_cmpstr(vm(&world, 1)->name, ==, "middle");
    g_assert_cmpstr(vm(&world, 2)->name, ==, "last");
    g_assert_cmpuint(world.sample.vcpus->len, ==, 6);
    g_assert_cmpint(vm(&world, 1)->first_vcpu, ==, 2);
    g_assert_cmpint(vm(&world, 1)->n_vcpus, ==, 3);
    g_assert_cmpint(vcpu(&world, 4)->vm, ==, 1);
    g_assert_cmpint(vcpu(&world, 4)->number, ==, 2);
    for (int i = 0; i < 3; i++)
        remove_vm(domains[i]);
}

static void test_a_vm_that_does_not_run_is_not_there(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    observe(&world);
    g_assert_cmpuint(world.sample.vms->len, ==, 0);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    observe(&world);
    g_assert_cmpuint(world.sample.vms->len, ==, 1);
    virDomainDestroy(domain);
    observe(&world);
    g_assert_cmpuint(world.sample.vms->len, ==, 0);
    remove_vm(domain);
}

static void test_the_topology_outlives_what_is_seen(void)
{
    g_auto(World) world = { 0 };
    const Topology *topology;

    world_init(&world);
    topology = world.sample.topology;
    g_assert_cmpint(topology->n_pcpus, ==, 16);
    g_assert_cmpint(topology->n_cells, ==, 2);
    assert_set(topology->online, "0,2,4");
    observe(&world);
    g_assert_true(world.sample.topology == topology);
}

static void test_wishes_are_those_of_the_definition(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    domain = add_vm(&world, 1, "a",
                    "<vcpu cpuset='0-3'>2</vcpu>"
                    "<cputune><shares>2048</shares><period>100000</period>"
                    "<quota>25000</quota><vcpupin vcpu='1' cpuset='2'/></cputune>");
    observe(&world);
    assert_set(vcpu(&world, 0)->allowed, "0-3");
    assert_set(vcpu(&world, 1)->allowed, "2");
    g_assert_cmpint(vm(&world, 0)->weight, ==, 2048);
    g_assert_cmpint(vm(&world, 0)->quota, ==, 250);
    g_assert_false(vm(&world, 0)->hands_off);
    remove_vm(domain);
}

/* Its definition is what became of it, our pins and all. */
/* Each is told once, in words of ours. */
static void test_who_is_left_alone_is_told_why(void)
{
    static const struct {
        const char *inside, *why;
    } cases[] = {
        { "<vcpu>1</vcpu><metadata><p:policy xmlns:p='urn:pinflow:policy:1' "
          "managed='no'/></metadata>",
          "a is left as it is: its owner wants it so" },
        { "<vcpu>1</vcpu><cputune><vcpusched vcpus='0' scheduler='fifo' "
          "priority='1'/></cputune>",
          "a is left as it is: it has real-time priority" },
        { "<vcpu cpuset='900'>1</vcpu>",
          "a is left as it is: a mask of it has no CPU of this host" },
        { "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1,3'/></cputune>",
          "a is left as it is: no CPU that its owner allows is online" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(World) world = { 0 };
        virDomainPtr domain;

        world_init(&world);
        domain = add_vm(&world, 1, "a", cases[i].inside);
        g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, cases[i].why);
        observe(&world);
        g_test_assert_expected_messages();
        g_assert_true(vm(&world, 0)->hands_off);
        observe(&world);
        g_assert_true(vm(&world, 0)->hands_off);
        remove_vm(domain);
    }
}

static void test_pins_of_a_vm_that_is_not_persistent_are_no_wish(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    domain = virDomainCreateXML(
        world.other,
        "<domain type='test'><name>a</name>"
        "<uuid>00000001-0000-4000-8000-000000000000</uuid><memory>1024</memory>"
        "<os><type>hvm</type></os><vcpu cpuset='0-7'>1</vcpu><cputune>"
        "<vcpupin vcpu='0' cpuset='3'/></cputune></domain>",
        0);
    g_assert_nonnull(domain);
    observe(&world);
    assert_set(vcpu(&world, 0)->allowed, "0-7");
    assert_set(vcpu(&world, 0)->pins, "3");
    virDomainDestroy(domain);
    virDomainFree(domain);
}

/* ── pins ─────────────────────────────────────────────────────────────────── */

static void test_a_pin_is_seen_and_stays_out_of_the_definition(void)
{
    g_auto(World) world = { 0 };
    g_autoptr(GError) error = NULL;
    virDomainPtr domain;
    char *before, *after;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>2</vcpu>");
    before = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    observe(&world);
    g_assert_true(pin(&world, 1, 1, "2,4", &error));
    g_assert_no_error(error);
    for (int i = 0; i < 3; i++) {
        observe(&world);
        assert_set(vcpu(&world, 0)->pins, "0-15");
        assert_set(vcpu(&world, 1)->pins, "2,4");
        assert_set(vcpu(&world, 1)->allowed, "0-15");
    }
    after = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    g_assert_cmpstr(after, ==, before);
    free(before);
    free(after);
    remove_vm(domain);
}

static int64_t calls_of_pin(World *world, const char *cpus)
{
    int64_t before = host_libvirt_calls(world->host);
    g_autoptr(GError) error = NULL;

    pin(world, 1, 0, cpus, &error);
    g_assert_no_error(error);
    return host_libvirt_calls(world->host) - before;
}

static void test_what_is_already_so_is_not_written(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;
    int64_t first, again;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    observe(&world);
    first = calls_of_pin(&world, "2");
    again = calls_of_pin(&world, "2");
    g_assert_cmpint(again, ==, first - 1);
    remove_vm(domain);
}

static void test_pins_of_others_are_seen_in_time_and_not_run_over(void)
{
    g_auto(World) world = { 0 };
    g_autoptr(GError) error = NULL;
    virDomainPtr domain;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    observe(&world);
    pin_behind_our_back(domain, 0, 4);
    assert_pin_fails(&world, 1, 0, HOST_ERROR_BUSY);
    observe(&world);
    assert_set(vcpu(&world, 0)->pins, "4");
    g_assert_true(pin(&world, 1, 0, "0", &error));
    g_assert_no_error(error);
    remove_vm(domain);
}

/* Nobody tells of them here: VMs are looked at in turn. */
static void test_pins_that_nobody_told_of_are_found(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domains[3];

    world_init(&world);
    for (int i = 0; i < 3; i++)
        domains[i] = add_vm(&world, i, i ? i > 1 ? "c" : "b" : "a", "<vcpu>1</vcpu>");
    observe(&world);
    pin_behind_our_back(domains[0], 0, 2);
    pin_behind_our_back(domains[1], 0, 3);
    for (int i = 0; i < 3; i++)
        observe(&world);
    assert_set(vcpu(&world, 0)->pins, "2");
    assert_set(vcpu(&world, 1)->pins, "3");
    assert_set(vcpu(&world, 2)->pins, "0-15");
    for (int i = 0; i < 3; i++)
        remove_vm(domains[i]);
}

static void test_each_no_is_the_right_one(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    observe(&world);
    assert_pin_fails(&world, 7, 0, HOST_ERROR_GONE);
    assert_pin_fails(&world, 1, 9, HOST_ERROR_REFUSED);
    virDomainDestroy(domain);
    assert_pin_fails(&world, 1, 0, HOST_ERROR_GONE);
    virDomainUndefine(domain);
    assert_pin_fails(&world, 1, 0, HOST_ERROR_GONE);
    virDomainFree(domain);
}

static void test_a_vm_that_comes_back_is_another(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    observe(&world);
    g_assert_true(pin(&world, 1, 0, "2", NULL));
    virDomainDestroy(domain);
    virDomainCreate(domain);
    observe(&world);
    assert_set(vcpu(&world, 0)->pins, "0-15");
    remove_vm(domain);
}

/* ── notes ────────────────────────────────────────────────────────────────── */

static void test_what_is_left_with_a_vm_comes_back(void)
{
    g_auto(World) world = { 0 };
    g_autoptr(GError) error = NULL;
    virDomainPtr domain;
    char *before, *after;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    before = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    observe(&world);
    g_assert_null(vm(&world, 0)->state);
    host_remember(world.host, vm(&world, 0)->uuid, "1 0-3 <&> '\"", &error);
    g_assert_no_error(error);
    for (int i = 0; i < 3; i++) {
        observe(&world);
        g_assert_cmpstr(vm(&world, 0)->state, ==, "1 0-3 <&> '\"");
    }
    after = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    g_assert_cmpstr(after, ==, before);
    host_remember(world.host, vm(&world, 0)->uuid, NULL, &error);
    g_assert_no_error(error);
    for (int i = 0; i < 3; i++) {
        observe(&world);
        g_assert_null(vm(&world, 0)->state);
    }
    free(before);
    free(after);
    remove_vm(domain);
}

/* ── events and calls ─────────────────────────────────────────────────────── */

static void await_hints(World *world, int n)
{
    int64_t until = g_get_monotonic_time() + LONG_US;

    while (world->n_hints < n && g_get_monotonic_time() < until)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpint(world->n_hints, >=, n);
}

static void test_a_vm_that_comes_or_goes_is_worth_a_look(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    observe(&world);
    world.n_hints = 0;
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    await_hints(&world, 1);
    world.n_hints = 0;
    virDomainSuspend(domain);
    await_hints(&world, 1);
    host_watch(world.host, NULL, NULL);
    remove_vm(domain);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void test_events_after_the_end_are_heard_by_nobody(void)
{
    World world = { 0 };
    virDomainPtr domain;

    world_init(&world);
    domain = add_vm(&world, 1, "a", "<vcpu>1</vcpu>");
    virDomainSuspend(domain);
    virDomainFree(domain);
    world_clear(&world);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* How many calls a calm period takes; each VM costs one, since this host does not tell of
 * all vCPUs at once. */
static int64_t calls_of_period(World *world)
{
    int64_t before;

    for (int i = 0; i < 3; i++)
        observe(world);
    before = host_libvirt_calls(world->host);
    observe(world);
    return host_libvirt_calls(world->host) - before - world->sample.vms->len;
}

static void test_a_period_takes_as_many_calls_for_many_vms(void)
{
    g_auto(World) world = { 0 };
    virDomainPtr domains[40];
    int64_t few;

    world_init(&world);
    domains[0] = add_vm(&world, 0, "0", "<vcpu>1</vcpu>");
    few = calls_of_period(&world);
    for (int i = 1; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("%d", i);

        domains[i] = add_vm(&world, i, name, "<vcpu>2</vcpu>");
    }
    g_assert_cmpint(calls_of_period(&world), ==, few);
    g_assert_cmpint(few, <=, 7);
    for (int i = 0; i < 40; i++)
        remove_vm(domains[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL);
    g_test_add_func("/libvirt/VMs are told in the order of their UUIDs",
                    test_vms_are_told_in_the_order_of_their_uuids);
    g_test_add_func("/libvirt/a VM that does not run is not there",
                    test_a_vm_that_does_not_run_is_not_there);
    g_test_add_func("/libvirt/the topology outlives what is seen",
                    test_the_topology_outlives_what_is_seen);
    g_test_add_func("/libvirt/wishes are those of the definition",
                    test_wishes_are_those_of_the_definition);
    g_test_add_func("/libvirt/who is left alone is told why",
                    test_who_is_left_alone_is_told_why);
    g_test_add_func("/libvirt/pins of a VM that is not persistent are no wish",
                    test_pins_of_a_vm_that_is_not_persistent_are_no_wish);
    g_test_add_func("/libvirt/a pin is seen and stays out of the definition",
                    test_a_pin_is_seen_and_stays_out_of_the_definition);
    g_test_add_func("/libvirt/what is already so is not written",
                    test_what_is_already_so_is_not_written);
    g_test_add_func("/libvirt/pins of others are seen in time and not run over",
                    test_pins_of_others_are_seen_in_time_and_not_run_over);
    g_test_add_func("/libvirt/pins that nobody told of are found",
                    test_pins_that_nobody_told_of_are_found);
    g_test_add_func("/libvirt/each no is the right one", test_each_no_is_the_right_one);
    g_test_add_func("/libvirt/a VM that comes back is another",
                    test_a_vm_that_comes_back_is_another);
    g_test_add_func("/libvirt/what is left with a VM comes back",
                    test_what_is_left_with_a_vm_comes_back);
    g_test_add_func("/libvirt/a VM that comes or goes is worth a look",
                    test_a_vm_that_comes_or_goes_is_worth_a_look);
    g_test_add_func("/libvirt/events after the end are heard by nobody",
                    test_events_after_the_end_are_heard_by_nobody);
    g_test_add_func("/libvirt/a period takes as many calls for many VMs",
                    test_a_period_takes_as_many_calls_for_many_vms);
    return g_test_run();
}
