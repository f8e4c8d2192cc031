/*
 * test_libvirt_wishes.c - does what an owner wrote arrive as what he meant?
 *
 * The domains lie in tests/libvirt/domains; the host has 12 CPUs.
 */
#include "host/libvirt_xml.h"

#include <string.h>

#include "host/host.h"
#include "support/caps.h"

enum { N_PCPUS = 12 };

typedef struct {
    CpuSets *sets;
    Topology *topology;
    VmWishes wishes;
} Owner;

static Owner *read_text(const char *xml)
{
    Owner *owner = g_new0(Owner, 1);
    g_autoptr(GError) why = NULL;

    owner->sets = cpusets_new();
    owner->topology = topology_new(owner->sets, N_PCPUS, 2, 6, 6);
    vm_wishes_from_xml(xml, owner->topology, &owner->wishes, &why);
    g_assert_no_error(why);
    return owner;
}

static Owner *read_file(const char *name)
{
    g_autofree char *xml = libvirt_fixture("domains", name);

    return read_text(xml);
}

static void owner_free(Owner *owner)
{
    vm_wishes_clear(&owner->wishes);
    g_assert_null(owner->wishes.allowed);
    topology_free(owner->topology);
    cpusets_free(owner->sets);
    g_free(owner);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Owner, owner_free)

static void assert_set(const CpuSet *set, const char *wanted)
{
    g_autofree char *text = cpuset_format(set);

    g_assert_cmpstr(text, ==, wanted);
}

static void assert_allowed(const Owner *owner, guint vcpu, const char *wanted)
{
    const GPtrArray *allowed = owner->wishes.allowed;

    assert_set(vcpu < allowed->len ? allowed->pdata[vcpu] : owner->wishes.anywhere,
               wanted);
}

static void who_says_nothing_wants_nothing(void)
{
    g_autoptr(Owner) owner = read_file("plain");

    assert_allowed(owner, 0, "0-11");
    assert_allowed(owner, 1, "0-11");
    g_assert_null(owner->wishes.emulator);
    g_assert_null(owner->wishes.memory);
    g_assert_null(owner->wishes.state);
    g_assert_cmpint(owner->wishes.weight, ==, 0);
    g_assert_cmpint(owner->wishes.quota, ==, 0);
    g_assert_null(owner->wishes.hands_off);
}

static void pins_count_before_the_mask_of_all(void)
{
    g_autoptr(Owner) owner = read_file("pinned");

    assert_set(owner->wishes.anywhere, "0-3,6-8,10-11");
    assert_allowed(owner, 0, "2");
    assert_allowed(owner, 1, "3,8");
    assert_allowed(owner, 2, "0-3,6-8,10-11");
    assert_allowed(owner, 3, "0-3,6-8,10-11");
    assert_allowed(owner, 4, "0,2-11");
    assert_allowed(owner, 5, "0-3,6-8,10-11");
    assert_set(owner->wishes.emulator, "0-1,6");
    g_assert_cmpint(owner->wishes.weight, ==, 4096);
    g_assert_null(owner->wishes.hands_off);
}

/* The list of those that can be plugged in looks much like a mask. */
static void vcpus_that_come_later_have_wishes_too(void)
{
    g_autoptr(Owner) owner = read_file("hotplug");

    assert_allowed(owner, 0, "0");
    assert_allowed(owner, 1, "0-3");
    assert_allowed(owner, 3, "1");
    g_assert_null(owner->wishes.hands_off);
}

static void a_limit_is_a_part_of_a_cpu(void)
{
    g_autoptr(Owner) owner = read_file("limited");

    g_assert_cmpint(owner->wishes.quota, ==, 250);
    g_assert_cmpint(owner->wishes.weight, ==, 512);
}

#define DOMAIN(text) "<domain type='kvm'>" text "</domain>"
#define TUNE(text) DOMAIN("<cputune>" text "</cputune>")

static void limits_are_told_in_many_ways(void)
{
    static const struct {
        const char *xml;
        int quota;
    } cases[] = {
        { TUNE("<quota>50000</quota>"), 500 },
        { TUNE("<quota> 50000\n</quota><period>200000</period>"), 250 },
        { TUNE("<quota>100000</quota>"), 0 },
        { TUNE("<quota>-1</quota><period>1000000</period>"), 0 },
        { TUNE("<quota>0</quota>"), 0 },
        { TUNE("<quota>18446744073709551</quota>"), 0 },
        { TUNE("<quota>99999999999999999999</quota>"), 0 },
        { TUNE("<quota>1000</quota><period>9223372036854775807</period>"), 10 },
        { TUNE("<quota>1</quota><period>1000000</period>"), 1 },
        { TUNE("<quota>half</quota><period/>"), 0 },
        { TUNE("<period>1000</period>"), 0 },
        { TUNE("<global_quota>70000</global_quota>"), 700 },
        { TUNE("<global_quota>30000</global_quota><global_period>60000</global_period>"
               "<quota>80000</quota>"),
          500 },
        { TUNE("<global_quota>250000</global_quota><quota>80000</quota>"), 800 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Owner) owner = read_text(cases[i].xml);

        g_test_message("%s", cases[i].xml);
        g_assert_cmpint(owner->wishes.quota, ==, cases[i].quota);
    }
}

static void shares_that_no_kernel_takes_are_none(void)
{
    g_autoptr(Owner) none = read_text(TUNE("<shares>0</shares>"));
    g_autoptr(Owner) most = read_text(TUNE("<shares>262144</shares>"));
    g_autoptr(Owner) more = read_text(TUNE("<shares>262145</shares>"));

    g_assert_cmpint(none->wishes.weight, ==, 0);
    g_assert_cmpint(most->wishes.weight, ==, 262144);
    g_assert_cmpint(more->wishes.weight, ==, 0);
}

static void real_time_keeps_hands_off(void)
{
    g_autoptr(Owner) fifo = read_file("realtime");
    g_autoptr(Owner) rr = read_text(TUNE("<vcpusched scheduler='rr' priority='2'/>"));
    g_autoptr(Owner) batch =
        read_text(TUNE("<vcpusched vcpus='0' scheduler='batch'/>"
                       "<emulatorsched scheduler='fifo' priority='1'/>"));

    g_assert_nonnull(fifo->wishes.hands_off);
    assert_allowed(fifo, 1, "2");
    g_assert_nonnull(rr->wishes.hands_off);
    g_assert_null(batch->wishes.hands_off);
}

static void memory_that_must_lie_somewhere_is_told(void)
{
    g_autoptr(Owner) cells = read_file("numa");
    g_autoptr(Owner) usual =
        read_text(DOMAIN("<numatune><memory nodeset='1,5'/></numatune>"));
    g_autoptr(Owner) spread = read_text(
        DOMAIN("<numatune><memory mode='interleave' nodeset='0-1'/></numatune>"));

    assert_set(cells->wishes.memory, "0-1,3");
    assert_set(usual->wishes.memory, "1,5");
    g_assert_null(spread->wishes.memory);
}

static void who_leaves_it_to_the_host_leaves_it_to_us(void)
{
    g_autoptr(Owner) owner = read_file("auto");

    assert_allowed(owner, 0, "0-11");
    g_assert_null(owner->wishes.memory);
    g_assert_null(owner->wishes.hands_off);
}

/* Other people's metadata may hold anything, also what looks like ours. */
static void only_our_own_metadata_counts(void)
{
    g_autoptr(Owner) owner = read_file("cloud");

    assert_allowed(owner, 0, "0-11");
    g_assert_null(owner->wishes.hands_off);
    g_assert_cmpstr(owner->wishes.state, ==, "1 0=0-3 1=5 <here>");
    g_assert_cmpint(owner->wishes.weight, ==, 1024);
}

#define POLICY(rest)                                                                   \
    DOMAIN("<metadata><p:policy xmlns:p='urn:pinflow:policy:1' " rest "/></metadata>")

static void an_owner_may_want_to_be_left_alone(void)
{
    g_autoptr(Owner) file = read_file("unmanaged");
    g_autoptr(Owner) no = read_text(POLICY("managed='no'"));
    g_autoptr(Owner) other = read_text(POLICY("managed='false'"));
    g_autoptr(Owner) yes = read_text(POLICY("managed='yes'"));
    g_autoptr(Owner) silent = read_text(POLICY(""));
    g_autoptr(Owner) foreign = read_text(POLICY("xmlns:q='urn:q' q:managed='no'"));

    g_assert_nonnull(file->wishes.hands_off);
    g_assert_nonnull(no->wishes.hands_off);
    g_assert_nonnull(other->wishes.hands_off);
    g_assert_null(yes->wishes.hands_off);
    g_assert_null(silent->wishes.hands_off);
    g_assert_null(foreign->wishes.hands_off);
}

#define STATE(inside)                                                                  \
    DOMAIN("<metadata><state xmlns='urn:pinflow:state:1'>" inside "</state></metadata>")

static void a_state_is_a_line(void)
{
    g_autoptr(Owner) padded = read_text(STATE("\n  some thing\n"));
    g_autoptr(Owner) raw = read_text(STATE("a&lt;<![CDATA[b<c]]>"));
    g_autoptr(Owner) lines = read_text(STATE("some\nthing"));
    g_autoptr(Owner) empty = read_text(STATE(" "));
    g_autoptr(Owner) parent = read_text(STATE("one<two>three</two>"));

    g_assert_cmpstr(padded->wishes.state, ==, "some thing");
    g_assert_cmpstr(raw->wishes.state, ==, "a<b<c");
    g_assert_null(lines->wishes.state);
    g_assert_null(empty->wishes.state);
    g_assert_null(parent->wishes.state);
}

static void what_was_left_is_found_again(void)
{
    static const char state[] = "1 a=\"0-3\" <b> & 'c' \xc3\xa9";
    g_autofree char *element = vm_state_to_xml(state);
    g_autofree char *domain = NULL;
    g_autoptr(Owner) owner = NULL;

    g_assert_true(g_str_has_prefix(element, "<state>"));
    g_assert_true(g_str_has_suffix(element, "</state>"));
    element[strlen(element) - strlen("</state>")] = '\0';
    domain = g_strdup_printf(
        DOMAIN("<metadata><x:state xmlns:x='%s'>%s</x:state></metadata>"), vm_state_uri,
        element + strlen("<state>"));
    owner = read_text(domain);
    g_assert_cmpstr(owner->wishes.state, ==, state);
}

static void a_mask_that_cannot_be_obeyed_keeps_hands_off(void)
{
    g_autoptr(Owner) all = read_file("elsewhere");
    g_autoptr(Owner) one = read_text(TUNE("<vcpupin vcpu='1' cpuset='12'/>"));
    g_autoptr(Owner) partly = read_text(TUNE("<vcpupin vcpu='1' cpuset='11-12'/>"));

    g_assert_nonnull(all->wishes.hands_off);
    assert_allowed(all, 1, "0-11");
    g_assert_nonnull(one->wishes.hands_off);
    g_assert_null(partly->wishes.hands_off);
    assert_allowed(partly, 1, "11");
}

static void another_kind_of_guest_is_read_alike(void)
{
    g_autoptr(Owner) owner = read_file("container");

    assert_allowed(owner, 0, "1");
}

static void vcpus_that_cannot_be_are_passed_over(void)
{
    g_autoptr(Owner) owner = read_text(
        TUNE("<vcpupin vcpu='2000000000' cpuset='1'/><vcpupin vcpu='-1' cpuset='1'/>"
             "<vcpupin cpuset='1'/><vcpupin vcpu='0'/>"));

    g_assert_cmpuint(owner->wishes.allowed->len, ==, 0);
}

static char *repeated(const char *text, int n)
{
    GString *out = g_string_new(NULL);

    for (int i = 0; i < n; i++)
        g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static void assert_refused(const char *xml, const char *wanted)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = topology_new(sets, N_PCPUS, 1, 1, 1);
    g_autoptr(GError) why = NULL;
    VmWishes wishes;

    g_assert_false(vm_wishes_from_xml(xml, topology, &wishes, &why));
    g_assert_error(why, HOST_ERROR, HOST_ERROR_TEXT);
    if (!g_pattern_match_simple(wanted, why->message))
        g_error("\"%s\" is not \"%s\"", why->message, wanted);
    g_assert_null(wishes.allowed);
    g_assert_null(strchr(why->message, '\n'));
}

static void what_cannot_be_read_is_told_by_its_line(void)
{
    static const struct {
        const char *xml, *why;
    } cases[] = {
        { "", "domain:1: it is empty" },
        { "no such domain", "domain:1: Start tag expected*" },
        { "<domain>\n<vcpu></domain>", "domain:2: *mismatch*" },
        { "<capabilities/>", "domain:1: it begins with <capabilities>, *" },
        { "<q:domain xmlns:q='urn:q'/>", "domain:1: it begins with *" },
        { DOMAIN("\n\n<vcpu cpuset='0-3,x'/>"),
          "domain:3: '0-3,x' is no set of CPUs*" },
        { DOMAIN("<vcpu cpuset='^'/>"), "domain:1: *is no set of CPUs*" },
        { TUNE("<vcpupin vcpu='0' cpuset='3-1'/>"), "domain:1: '3-1' is no set *" },
        { DOMAIN("<vcpu cpuset='&cpus;'/>"), "domain:1: *not defined*" },
        { DOMAIN("<name>\xff</name>"), "domain:1: *UTF-8*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i].xml, cases[i].why);
}

static void bombs_do_not_go_off(void)
{
    g_autofree char *opened = repeated("<a>", 100 * 1000);
    g_autofree char *deep = g_strconcat("<domain>", opened, NULL);
    g_autofree char *text = repeated("0123456789abcdef", (4 << 20) / 16);
    g_autofree char *large = g_strconcat("<domain>", text, "</domain>", NULL);

    assert_refused(deep, "domain:1: Excessive depth*");
    assert_refused(large, "domain:1: it is longer than any should be");
    assert_refused("<!DOCTYPE domain [\n<!ENTITY a 'aaaaaaaaaa'>\n"
                   "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
                   "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>\n]>\n"
                   "<domain><vcpu cpuset='&c;'/></domain>",
                   "domain:1: it declares a document type*");
    assert_refused("<!DOCTYPE domain SYSTEM 'http://localhost/no.dtd'><domain/>",
                   "domain:1: it declares a document type*");
}

static void a_large_document_is_read(void)
{
    g_autofree char *device = g_strdup("<disk type='file'><target dev='vda'/></disk>");
    g_autofree char *devices = repeated(device, 80 * 1000);
    g_autofree char *xml = g_strconcat("<domain><vcpu cpuset='3'/><devices>", devices,
                                       "</devices></domain>", NULL);
    g_autoptr(Owner) owner = read_text(xml);

    assert_allowed(owner, 0, "3");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wishes/none", who_says_nothing_wants_nothing);
    g_test_add_func("/wishes/pins", pins_count_before_the_mask_of_all);
    g_test_add_func("/wishes/later", vcpus_that_come_later_have_wishes_too);
    g_test_add_func("/wishes/limit", a_limit_is_a_part_of_a_cpu);
    g_test_add_func("/wishes/limits", limits_are_told_in_many_ways);
    g_test_add_func("/wishes/shares", shares_that_no_kernel_takes_are_none);
    g_test_add_func("/wishes/real-time", real_time_keeps_hands_off);
    g_test_add_func("/wishes/memory", memory_that_must_lie_somewhere_is_told);
    g_test_add_func("/wishes/auto", who_leaves_it_to_the_host_leaves_it_to_us);
    g_test_add_func("/wishes/metadata", only_our_own_metadata_counts);
    g_test_add_func("/wishes/policy", an_owner_may_want_to_be_left_alone);
    g_test_add_func("/wishes/state", a_state_is_a_line);
    g_test_add_func("/wishes/round-trip", what_was_left_is_found_again);
    g_test_add_func("/wishes/elsewhere", a_mask_that_cannot_be_obeyed_keeps_hands_off);
    g_test_add_func("/wishes/container", another_kind_of_guest_is_read_alike);
    g_test_add_func("/wishes/impossible", vcpus_that_cannot_be_are_passed_over);
    g_test_add_func("/wishes/wrong", what_cannot_be_read_is_told_by_its_line);
    g_test_add_func("/wishes/bombs", bombs_do_not_go_off);
    g_test_add_func("/wishes/large", a_large_document_is_read);
    return g_test_run();
}
