# lab.sh - a KVM host to try things on, and guests whose load one chooses.  Read it with ".".
#
# What runs in the lab sees the machine's CPUs, but processes, libvirt's files and a control
# group of its own: whatever else libvirt does on this machine, the lab neither sees nor
# disturbs, and when its first process ends, however it ends, so does everything in it.
#
#   enter PROGRAM...        run PROGRAM in a lab, or say why not, and exit as it did
#   libvirtd_start / _stop [SIGNAL]
#   guests a=80 b=10,100    start guests: a with a vCPU that wants 80 % of a CPU, b with two
#   want a 20               now it wants 20 %
#   pin a 0 1               the guest's vCPU 0 may run on CPU 1 only, from outside
#   schedule ARGS...        run the scheduler
#   fresh                   no guest and no scheduler
#
# Guests are a ROM of 64 KiB, see load.asm, with 16 MiB of memory.  More about one of them
# can be said in the environment of "guests": VCPU, the whole element, and TUNE and START.

here=tests/live
group=pinflow-live.partition
export LIBVIRT_DEFAULT_URI=qemu:///system

# ── the way in ───────────────────────────────────────────────────────────────

# Why there can be no lab here; nothing if there can.
obstacle() {
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        echo "guests are for Linux on x86_64"
    elif [ "$(id -u)" -ne 0 ]; then
        echo "only root can start guests"
    elif [ "$(nproc)" -lt 2 ]; then
        echo "there is one CPU only"
    elif ! unshare --mount --pid --fork --mount-proc true 2>/dev/null; then
        echo "no namespaces of its own are to be had"
    elif ! tests/tools/deps.sh live >&2; then
        echo "libvirt and QEMU cannot be installed"
    fi
}

# Of cgroup v1 the controllers' directories, of v2 the one there is.
hierarchies() {
    for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [ ! -f "$root/cgroup.procs" ] || echo "$root"
    done
}

# The lab weighs as much as it may: builds beside it shall not starve it.
group_make() {
    hierarchies | while read -r root; do
        mkdir -p "$root/$group" || continue
        for file in cpuset.cpus cpuset.mems; do
            [ ! -f "$root/$file" ] || cat "$root/$file" >"$root/$group/$file"
        done
        [ ! -f "$root/$group/cpu.shares" ] || echo 262144 >"$root/$group/cpu.shares"
        [ ! -f "$root/$group/cpu.weight" ] || echo 10000 >"$root/$group/cpu.weight"
    done 2>/dev/null
}

group_remove() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        left=
        for root in $(hierarchies); do
            [ ! -d "$root/$group" ] || left=1
            find "$root/$group" -depth -type d -exec rmdir {} +
        done 2>/dev/null
        [ "$left" ] || break
        sleep 0.2
    done
}

leave() {
    [ -z "${inside:-}" ] || kill -KILL "$inside" 2>/dev/null
    group_remove
}

enter() {
    why=$(obstacle)
    if [ "$why" ]; then
        echo "1..0 # SKIP $why"
        exit 0
    fi
    exec 9>/run/lock/pinflow-live
    if ! flock --wait 600 9; then
        echo "1..0 # SKIP another lab has been in use for ten minutes"
        exit 0
    fi
    group_remove
    group_make
    trap leave EXIT
    trap 'exit 1' HUP INT TERM
    LAB=inside setpriv --pdeathsig KILL \
        unshare --mount --pid --fork --kill-child --mount-proc "$@" 9>&- &
    inside=$!
    wait $inside
    status=$?
    inside=
    exit $status
}

# ── libvirt ──────────────────────────────────────────────────────────────────

# Directories that are the lab's own, whatever is in those of the machine.  There is no
# D-Bus, where another init's services would be; and no cgroup v2 beside v1, with which
# libvirt would make do.
furnish() {
    for directory in /etc/libvirt /var/lib/libvirt /var/log/libvirt /run/libvirt /run/dbus; do
        mkdir -p "$directory" && mount -t tmpfs lab "$directory" || return 1
    done
    [ ! -d /sys/fs/cgroup/unified ] || umount /sys/fs/cgroup/unified
    for shares in /sys/fs/cgroup/*/"$group"/cpu.shares; do
        [ ! -f "$shares" ] || echo $$ >"${shares%/*}/cgroup.procs"
    done
    mkdir -p /etc/libvirt/qemu
    cat >/etc/libvirt/qemu.conf <<EOF
stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
namespaces = []
EOF
    cat >/etc/libvirt/libvirtd.conf <<EOF
log_filters = "1:libvirt.domain 1:libvirt.host 4:*"
log_outputs = "1:file:/run/libvirt/log"
EOF
    if (: <>/dev/kvm) 2>/dev/null; then accel=kvm; else accel=qemu; fi
    nasm -f bin -o "$scratch/load.rom" $here/load.asm
}

libvirtd_start() {
    libvirtd --pid-file /run/libvirt/pid >"$scratch/libvirtd" 2>&1 &
    libvirtd=$!
    for _ in $(seq 300); do
        virsh -q version >/dev/null 2>&1 && return
        kill -0 $libvirtd || break
        sleep 0.1
    done
    cat "$scratch/libvirtd"
    return 1
}

libvirtd_stop() {
    kill -"${1:-TERM}" "$libvirtd"
    wait "$libvirtd"
    return 0
}

# How often libvirt was asked for what matches, by its own log.
calls() { grep -cE ": ($1):[0-9]+ :" /run/libvirt/log; }

# ── guests ───────────────────────────────────────────────────────────────────

bytes() { for load in $(echo "$1" | tr , ' '); do printf '\\0%o' "$load"; done; }

guest_xml() {
    name=$1 loads=$2
    n=$(echo "$loads" | tr , '\n' | grep -c .)
    cp "$scratch/load.rom" "$scratch/$name.rom"
    printf %b "$(bytes "$loads")" |
        dd of="$scratch/$name.rom" bs=1 seek=$((0xF00)) conv=notrunc status=none
    cat <<EOF
<domain type='$accel'>
  <name>$name</name>
  <memory unit='MiB'>16</memory>
  ${VCPU:-<vcpu$(only_two)>$n</vcpu>}
  ${TUNE:-}
  <os><type arch='x86_64' machine='pc'>hvm</type><loader type='rom'>$scratch/$name.rom</loader></os>
  <features><acpi/><apic/></features>
  <memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>
  <resource><partition>/${group%.partition}</partition></resource>
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>
EOF
}

# Where there are more CPUs than two, guests are told that there are not.
only_two() { [ "$(nproc)" -eq 2 ] || echo " cpuset='0-1'"; }

guest() {
    guest_xml "$1" "$2" >"$scratch/$1.xml" &&
        virsh -q define "$scratch/$1.xml" &&
        virsh -q start "$1" ${START:-} || return 1
    [ "${START:-}" ] || comes_up "$1"
}

# At once, and all of them: that takes half as long.
guests() {
    starting=
    for each; do
        guest "${each%%=*}" "${each#*=}" &
        starting="$starting $!"
    done
    for each in $starting; do wait "$each" || return 1; done
}

ram() { echo /var/lib/libvirt/qemu/ram/*-"$1"/pc.ram; }

# It has measured how fast it is.
comes_up() {
    for _ in $(seq 100); do
        [ "$(od -An -tu4 -j $((0x500)) -N4 "$(ram "$1")" 2>/dev/null)" -gt 0 ] && return
        sleep 0.1
    done 2>/dev/null
    echo "guest $1 does not come up"
    return 1
}

want() {
    printf %b "$(bytes "$2")" |
        dd of="$(ram "$1")" bs=1 seek=$((0x600)) conv=notrunc status=none
}

pin() { virsh -q vcpupin "$1" "$2" "$3" --live; }

gone() {
    ending=
    for each; do
        { virsh -q destroy "$each"; virsh -q undefine "$each"; } 2>/dev/null &
        ending="$ending $!"
    done
    for each in $ending; do wait "$each"; done
    return 0
}

# ── the scheduler ────────────────────────────────────────────────────────────

schedule() {
    "$(dirname "$PINFLOW")/vcpu_scheduler" --run-dir "$scratch/run" "$@" >"$scratch/log" 2>&1 &
    scheduler=$!
}

schedule_end() {
    [ "${scheduler:-}" ] || return 0
    kill -"${1:-TERM}" "$scheduler" 2>/dev/null
    wait "$scheduler"
    status=$?
    scheduler=
    return $status
}

fresh() {
    schedule_end
    rm -rf "$scratch/run"
    # shellcheck disable=SC2046 # names are words
    gone $(virsh -q list --all --name)
}
