/*
 * look.c - what the kernel and the guests say, beside what we would like to hear.
 *
 *   look SECONDS
 *
 * Watches the guests that libvirt's QEMU driver runs here, and prints a line for each of
 * the host's CPUs, for each vCPU, and for all together.  Figures are percents of one CPU
 * over the time watched:
 *
 *   cpu 0 busy 97.2 guests 95.9
 *   vcpu a 0 ran 30.1 waited 12.0 work 30.0 wants 30 cpus 0
 *   all vcpus 1 ran 30.1 waited 12.0 work 30.0 stranded 1.2
 *
 * "busy" is /proc/stat's, whoever ran; "ran" and "waited" are the scheduler's own counts
 * of the vCPU's thread, "cpus" its affinity.  "guests" is what vCPUs ran on a CPU: of one
 * that may run on several it is put down, a tenth of a second at a time, to the one it was
 * seen on last.  "work" and "wants" are in the guest's memory; see load.asm.  "stranded"
 * is the time that vCPUs waited while CPUs idled, again a tenth of a second at a time.
 *
 *   look --hide FILE
 *
 * Keeps FILE, until it is ended, as /proc/stat would be if nothing but guests ran.
 */
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

enum {
    CPUS_MAX = 64,
    STEP_MS = 100,
    GUEST_PERIOD_MS = 50, /* these four as in load.asm */
    GUEST_RATE = 0x500,
    GUEST_LOADS = 0x600,
    GUEST_DONE = 0x1000,
};

typedef struct {
    char *guest;
    int number, ram;           /* a file, or -1 */
    int schedstat, stat;       /* files of its thread */
    char *status;              /* the path of another */
    int64_t ran_ns, waited_ns; /* as they stood last */
    int64_t ran_in_all, waited_in_all;
    int64_t done_at_first;
    gboolean ended;
} Vcpu;

static struct {
    int n_cpus;
    int64_t busy_at_first[CPUS_MAX], guests_ns[CPUS_MAX];
    int64_t idle_ns; /* of all, as it stood last */
    int64_t stranded_ns;
} host;

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* ── the host ─────────────────────────────────────────────────────────────── */

/* Nanoseconds that each CPU was busy; returns those that all together idled. */
static int64_t read_host(int64_t *busy)
{
    const int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
    g_autofree char *text = NULL;
    int64_t idle = 0;

    host.n_cpus = 0;
    if (!g_file_get_contents("/proc/stat", &text, NULL, NULL))
        return 0;
    for (char *line = strstr(text, "\ncpu"); line; line = strstr(line + 1, "\ncpu")) {
        long long t[8] = { 0 };
        int cpu;

        if (sscanf(line, "\ncpu%d %lld %lld %lld %lld %lld %lld %lld %lld", &cpu, &t[0],
                   &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) < 5 ||
            cpu >= CPUS_MAX)
            continue;
        host.n_cpus = MAX(host.n_cpus, cpu + 1);
        busy[cpu] = (t[0] + t[1] + t[2] + t[5] + t[6] + t[7]) * tick;
        idle += (t[3] + t[4]) * tick;
    }
    return idle;
}

/* ── a vCPU ───────────────────────────────────────────────────────────────── */

static int64_t read_dword(int file, int at)
{
    uint32_t value = 0;

    return pread(file, &value, sizeof value, at) == sizeof value ? value : 0;
}

static void read_times(Vcpu *vcpu, long long *ran, long long *waited)
{
    char text[128];
    const ssize_t n = pread(vcpu->schedstat, text, sizeof text - 1, 0);

    text[MAX(n, 0)] = '\0';
    vcpu->ended = sscanf(text, "%lld %lld", ran, waited) != 2;
}

/* Where it was seen last: the 39th word, and the 2nd may have blanks in it. */
static int read_cpu(const Vcpu *vcpu)
{
    char text[1024], *word = text;
    const ssize_t n = pread(vcpu->stat, text, sizeof text - 1, 0);

    text[MAX(n, 0)] = '\0';
    word = strrchr(text, ')');
    for (int i = 2; word && i < 39; i++)
        word = strchr(word + 1, ' ');
    return word ? atoi(word) : 0;
}

static char *read_affinity(const Vcpu *vcpu)
{
    static const char key[] = "\nCpus_allowed_list:\t";
    g_autofree char *text = NULL;
    const char *found;

    if (!g_file_get_contents(vcpu->status, &text, NULL, NULL))
        return g_strdup("-");
    found = strstr(text, key);
    return found ? g_strndup(found + strlen(key), strcspn(found + strlen(key), "\n"))
                 : g_strdup("-");
}

static int open_in(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    return open(path, O_RDONLY | O_CLOEXEC);
}

static int open_ram(const char *guest)
{
    g_autofree char *pattern =
        g_strdup_printf("/var/lib/libvirt/qemu/ram/*-%s/pc.ram", guest);
    glob_t found;
    const int file =
        glob(pattern, 0, NULL, &found) == 0 ? open(found.gl_pathv[0], O_RDONLY) : -1;

    globfree(&found);
    return file;
}

static void meet_thread(const char *directory, const char *guest, GArray *out)
{
    Vcpu vcpu = { .guest = NULL };
    g_autofree char *comm = g_build_filename(directory, "comm", NULL);
    g_autofree char *name = NULL;
    long long ran, waited;

    if (!g_file_get_contents(comm, &name, NULL, NULL) ||
        sscanf(name, "CPU %d/", &vcpu.number) != 1)
        return;
    vcpu.schedstat = open_in(directory, "schedstat");
    vcpu.stat = open_in(directory, "stat");
    vcpu.status = g_build_filename(directory, "status", NULL);
    vcpu.guest = g_strdup(guest);
    vcpu.ram = open_ram(guest);
    read_times(&vcpu, &ran, &waited);
    vcpu.ran_ns = ran;
    vcpu.waited_ns = waited;
    vcpu.done_at_first = read_dword(vcpu.ram, GUEST_DONE + 4 * vcpu.number);
    g_array_append_val(out, vcpu);
}

/* ── guests ───────────────────────────────────────────────────────────────── */

static void meet_guest(const char *pid_file, GArray *out)
{
    g_autofree char *guest = g_path_get_basename(pid_file);
    g_autofree char *text = NULL;
    g_autofree char *pattern = NULL;
    glob_t threads;

    *strrchr(guest, '.') = '\0';
    if (!g_file_get_contents(pid_file, &text, NULL, NULL))
        return;
    pattern = g_strdup_printf("/proc/%d/task/*", atoi(text));
    if (glob(pattern, 0, NULL, &threads) == 0)
        for (size_t i = 0; i < threads.gl_pathc; i++)
            meet_thread(threads.gl_pathv[i], guest, out);
    globfree(&threads);
}

static GArray *meet_guests(void)
{
    GArray *vcpus = g_array_new(FALSE, FALSE, sizeof(Vcpu));
    glob_t files;

    if (glob("/run/libvirt/qemu/*.pid", 0, NULL, &files) == 0)
        for (size_t i = 0; i < files.gl_pathc; i++)
            meet_guest(files.gl_pathv[i], vcpus);
    globfree(&files);
    return vcpus;
}

/* ── watching ─────────────────────────────────────────────────────────────── */

static void step(GArray *vcpus)
{
    int64_t busy[CPUS_MAX], waited_by_all = 0;
    const int64_t idle = read_host(busy);

    for (guint i = 0; i < vcpus->len; i++) {
        Vcpu *vcpu = &g_array_index(vcpus, Vcpu, i);
        long long ran, waited;

        read_times(vcpu, &ran, &waited);
        if (vcpu->ended)
            continue;
        host.guests_ns[read_cpu(vcpu) % CPUS_MAX] += ran - vcpu->ran_ns;
        waited_by_all += waited - vcpu->waited_ns;
        vcpu->ran_in_all += ran - vcpu->ran_ns;
        vcpu->waited_in_all += waited - vcpu->waited_ns;
        vcpu->ran_ns = ran;
        vcpu->waited_ns = waited;
    }
    host.stranded_ns += MIN(waited_by_all, idle - host.idle_ns);
    host.idle_ns = idle;
}

/* In percents of a CPU. */
static double work_of(const Vcpu *vcpu, double lasted_ns)
{
    const double done =
        (uint32_t)(read_dword(vcpu->ram, GUEST_DONE + 4 * vcpu->number) -
                   vcpu->done_at_first);
    const double rate = (double)read_dword(vcpu->ram, GUEST_RATE);

    return rate > 0 ? done / rate * GUEST_PERIOD_MS * 1e6 / lasted_ns : 0;
}

static void tell(GArray *vcpus, double lasted_ns)
{
    int64_t busy[CPUS_MAX];
    double ran = 0, waited = 0, work = 0;

    read_host(busy);
    for (int c = 0; c < host.n_cpus; c++)
        printf("cpu %d busy %.1f guests %.1f\n", c,
               100 * (double)(busy[c] - host.busy_at_first[c]) / lasted_ns,
               100 * (double)host.guests_ns[c] / lasted_ns);
    for (guint i = 0; i < vcpus->len; i++) {
        const Vcpu *vcpu = &g_array_index(vcpus, Vcpu, i);
        g_autofree char *cpus = read_affinity(vcpu);
        uint8_t wants = 0;
        const double did = work_of(vcpu, lasted_ns);

        if (vcpu->ended)
            continue;
        if (pread(vcpu->ram, &wants, 1, GUEST_LOADS + vcpu->number) != 1)
            wants = 0;
        printf("vcpu %s %d ran %.1f waited %.1f work %.1f wants %d cpus %s\n",
               vcpu->guest, vcpu->number, 100 * (double)vcpu->ran_in_all / lasted_ns,
               100 * (double)vcpu->waited_in_all / lasted_ns, did, wants, cpus);
        ran += 100 * (double)vcpu->ran_in_all / lasted_ns;
        waited += 100 * (double)vcpu->waited_in_all / lasted_ns;
        work += did;
    }
    printf("all vcpus %u ran %.1f waited %.1f work %.1f stranded %.1f\n", vcpus->len,
           ran, waited, work, 100 * (double)host.stranded_ns / lasted_ns);
}

/* ── hiding ───────────────────────────────────────────────────────────────── */

static void leave_guests(GArray *vcpus)
{
    for (guint i = 0; i < vcpus->len; i++) {
        Vcpu *vcpu = &g_array_index(vcpus, Vcpu, i);

        close(vcpu->schedstat);
        close(vcpu->stat);
        close(vcpu->ram);
        g_free(vcpu->status);
        g_free(vcpu->guest);
    }
    g_array_free(vcpus, TRUE);
}

static const Vcpu *find_same(GArray *vcpus, const Vcpu *as)
{
    for (guint i = 0; i < vcpus->len; i++)
        if (strcmp(g_array_index(vcpus, Vcpu, i).status, as->status) == 0)
            return &g_array_index(vcpus, Vcpu, i);
    return NULL;
}

/* Counts begin far from 0, so that the text is as long from first to last. */
static void write_stat(int file, int64_t lasted_ns)
{
    const int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
    const int64_t begin = 1000000000;
    g_autoptr(GString) text = g_string_new(NULL);
    int64_t busy_in_all = 0;

    for (int c = 0; c < host.n_cpus; c++)
        busy_in_all += host.guests_ns[c];
    g_string_printf(text, "cpu  %" PRId64 " 0 0 %" PRId64 " 0 0 0 0 0 0\n",
                    begin + busy_in_all / tick,
                    begin + (lasted_ns * host.n_cpus - busy_in_all) / tick);
    for (int c = 0; c < host.n_cpus; c++)
        g_string_append_printf(text, "cpu%d %" PRId64 " 0 0 %" PRId64 " 0 0 0 0 0 0\n",
                               c, begin + host.guests_ns[c] / tick,
                               begin + MAX(lasted_ns - host.guests_ns[c], 0) / tick);
    if (pwrite(file, text->str, text->len, 0) < 0)
        exit(1);
}

static void hide(const char *path)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
    const struct timespec a_step = { .tv_nsec = STEP_MS * 1000000L };
    const int64_t begun = now_ns();
    int64_t busy[CPUS_MAX];
    GArray *before = meet_guests();

    read_host(busy);
    for (;;) {
        GArray *now = meet_guests();

        for (guint i = 0; i < now->len; i++) {
            const Vcpu *vcpu = &g_array_index(now, Vcpu, i);
            const Vcpu *then = find_same(before, vcpu);

            host.guests_ns[read_cpu(vcpu) % CPUS_MAX] +=
                vcpu->ran_ns - (then ? then->ran_ns : 0);
        }
        leave_guests(before);
        before = now;
        write_stat(file, now_ns() - begun);
        nanosleep(&a_step, NULL);
    }
}

static int watch(double seconds)
{
    const struct timespec a_step = { .tv_nsec = STEP_MS * 1000000L };
    GArray *vcpus = meet_guests();
    int64_t begun;

    host.idle_ns = read_host(host.busy_at_first);
    begun = now_ns();
    while ((double)(now_ns() - begun) < seconds * 1e9) {
        nanosleep(&a_step, NULL);
        step(vcpus);
    }
    tell(vcpus, (double)(now_ns() - begun));
    leave_guests(vcpus);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--hide") == 0)
        hide(argv[2]);
    if (argc == 2 && atof(argv[1]) > 0)
        return watch(atof(argv[1]));
    fprintf(stderr, "usage: look SECONDS | --hide FILE\n");
    return 2;
}
