#!/bin/sh
# weather.sh - what becomes of us where libvirt is not there, not willing, or not well?
#
# At the start there is one clear line and an exit code; later there is nothing that ends
# us but a signal.  Hosts are libvirt's own pretence of one ("test"), sockets at which
# nobody answers, and, where that is installed, a libvirtd of our own, which serves such a
# pretence and can be stopped in its tracks.  No real host is touched.
#
# Wants PINFLOW, the program.
set -u
. tests/tools/tap.sh

case ${PINFLOW:=bin/pinflow} in /*) program=$PINFLOW ;; *) program=$PWD/$PINFLOW ;; esac
chmod 711 "$scratch"
: >"$scratch/empty.conf"
pids=
trap 'kill $pids 2>/dev/null; kill -s CONT $pids 2>/dev/null; rm -rf "$scratch"' EXIT

have() { command -v "$1" >/dev/null 2>&1; }
run() { timeout 60 "$program" run --config "$scratch/empty.conf" --run-dir "$scratch/run" "$@"; }
plan() { timeout 60 "$program" plan --config "$scratch/empty.conf" --period 0.05 "$@"; }
record() { timeout 60 "$program" record --config "$scratch/empty.conf" --period 0.05 "$@" "$scratch/tape"; }

# A pretended host with the VMs in $2, as the file $1.
host() {
    {
        echo "<node><cpu><mhz>1</mhz><nodes>2</nodes><sockets>1</sockets><cores>4</cores>"
        echo "<threads>1</threads></cpu>$2</node>"
    } >"$scratch/$1.xml"
}
vm() { # NAME VCPU-ELEMENT [MORE]
    echo "<domain type='test'><name>$1</name><memory>8192</memory>$2${3:-}"
    echo "<os><type>hvm</type></os></domain>"
}

# Runs a command that is to end well; what it said is in out and err.
well() {
    "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    echo "exit code $got"
    cat "$scratch/out" "$scratch/err"
    [ $got -eq 0 ]
}
lines() { [ "$(wc -l <"$scratch/out")" -eq "$1" ]; }
told() { [ "$(grep -c "$1" "$scratch/err")" -eq "${2:-1}" ]; }
json() { perl -MJSON::PP -ne 'my $period = decode_json($_); exit 1 unless '"$1" "$scratch/out"; }

# ── nobody is there ──────────────────────────────────────────────────────────

echo 'no host at all' >"$scratch/text.xml"
while read -r uri why; do
    where=$(echo "$uri" | sed "s|$scratch|.|")
    ok "run: $where" said 1 "pinflow run: $why" run -c "$uri" 0.05
    ok "plan: $where" said 1 "pinflow plan: $why" plan -c "$uri"
    ok "record: $where" said 1 "pinflow record: $why" record -c "$uri"
done <<END
nosuch:///system *
neither-uri-nor-file *'neither-uri-nor-file'*
qemu+unix:///system?socket=$scratch/nobody *socket*$scratch/nobody*: No such file*
test://$scratch/nothing.xml *$scratch/nothing.xml*
test://$scratch/text.xml *
END

# ── somebody is there, and not for us ────────────────────────────────────────

# Listens at a socket of that name and mode, and never answers.
mute() {
    perl -MIO::Socket::UNIX -e '
        my $socket = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die;
        chmod oct $ARGV[1], $ARGV[0];
        sleep 600' "$scratch/$1" "$2" &
    pids="$pids $!"
    for _ in $(seq 100); do [ -S "$scratch/$1" ] && return; sleep 0.1; done
}

if [ "$(id -u)" -eq 0 ] && have setpriv; then
    mute locked 0600
    cp "$program" "$scratch/program"
    as_nobody() {
        setpriv --reuid=65534 --regid=65534 --clear-groups "$scratch/program" "$@" \
            -c "qemu+unix:///system?socket=$scratch/locked" --config "$scratch/empty.conf"
    }
    ok "run: not permitted" said 1 'pinflow run: *Permission denied' as_nobody run 0.05
    ok "plan: not permitted" said 1 'pinflow plan: *Permission denied' as_nobody plan
fi

# Milliseconds since the epoch.
now() { echo $(($(date +%s%N) / 1000000)); }

# Signalled, it ends within a second, and however busy this machine is long before it would
# have given up waiting.
ends_soon() {
    began=$(now)
    kill -s "$1" "$2"
    wait "$2"
    got=$?
    took=$(($(now) - began))
    echo "exit code $got after $took ms"
    [ $took -lt 3000 ]
}

# awaits SECONDS COMMAND... - until it succeeds.
awaits() {
    tries=$((10 * $1))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] && sleep 0.1 || return 1
    done
}

mute mute 0666
silence() {
    "$program" "$@" -c "qemu+unix:///system?socket=$scratch/mute" \
        --config "$scratch/empty.conf" >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    sleep 0.5
    ends_soon TERM $pid
}
ok "run: TERM ends it while nobody answers" silence run 0.05
ok "plan: so it does" silence plan
ok "nobody answers" said 1 "pinflow run: *mute*no answer*" \
    run -c "qemu+unix:///system?socket=$scratch/mute" 0.05

# ── a host with little on it ─────────────────────────────────────────────────

host empty ''
idle() {
    well run -c "test://$scratch/empty.xml" --mode manage --cycles 3 --json 0.05 && lines 3 &&
        json '$period->{vms} == 0'
}
ok "a host without VMs" idle
idle_plan() { well plan -c "test://$scratch/empty.xml" --json && json '@{$period->{moves}} == 0'; }
ok "and a plan for it" idle_plan
idle_end() { well run -c "test://$scratch/empty.xml" --exit-when-idle 0.05; }
ok "and none to wait for" idle_end

host mute "$(vm mute '<vcpu>2</vcpu>')"
without() {
    well run -c "test://$scratch/mute.xml" --mode manage --cycles 4 --json 0.05 && lines 4 &&
        json '$period->{vcpus} == 2' && told 'does not tell how long vCPUs wait'
}
ok "a VM that tells nothing of itself" without

# ── wishes that cannot be granted ────────────────────────────────────────────

# The pretended host says that of its first eight CPUs 0, 2 and 4 are online.
host odd "$(
    vm offline "<vcpu cpuset='1,3'>2</vcpu>"
    vm foreign "<vcpu cpuset='900-999'>1</vcpu>"
    vm real-time '<vcpu>1</vcpu>' \
        "<cputune><vcpusched vcpus='0' scheduler='rr' priority='1'/></cputune>"
    vm private '<vcpu>1</vcpu>' \
        "<metadata><p:policy xmlns:p='urn:pinflow:policy:1' managed='no'/></metadata>"
    vm common "<vcpu cpuset='0,1,4'>1</vcpu>"
)"
left_alone() {
    well run -c "test://$scratch/odd.xml" --mode manage --cycles 4 --json 0.05 && lines 4 &&
        json '! grep { $_->{vm} ne "common" } @{$period->{moves}}' &&
        told 'left as it is' 4 && told 'offline is left as it is: no CPU' &&
        told 'foreign is left as it is: a mask' && told 'real-time is left as it is' &&
        told 'private is left as it is: its owner'
}
ok "who cannot or will not be moved is left alone, and that is told once" left_alone

# ── many ─────────────────────────────────────────────────────────────────────

host many "$(for i in $(seq 200); do vm "v&#233;$i &quot;$((i % 7))&quot; \\" '<vcpu>2</vcpu>'; done)"
many() {
    well run -c "test://$scratch/many.xml" --mode manage --cycles 5 --json \
        --journal "$scratch/journal" --record "$scratch/many.rec" 0.2 && lines 5 &&
        json '$period->{vms} == 200 && $period->{vcpus} == 400' &&
        [ "$(wc -l <"$scratch/err")" -lt 5 ]
}
ok "two hundred VMs with names as people give them" many
again() { well timeout 60 "$program" replay "$scratch/many.rec" --json && json '$period->{vms} == 200'; }
ok "their recording is read back" again

host odd-names "$(
    vm 'red&#155;31m&#10;pinflow run: all is lost&#133;&#9;\' '<vcpu>2</vcpu>' \
        "<metadata><p:policy xmlns:p='urn:pinflow:policy:1' managed='no'/></metadata>"
)"
plain_names() {
    well run -c "test://$scratch/odd-names.xml" --mode manage --cycles 2 --json 0.05 &&
        told 'left as it is' && told '^pinflow run: red.*31m pinflow run: all is lost' &&
        ! LC_ALL=C grep -q "$(printf '\302[\200-\237]')" "$scratch/err"
}
ok "no name moves a cursor, or looks like a line of ours" plain_names

# ── a libvirtd that comes and goes ───────────────────────────────────────────

house=$scratch/house
own="test+unix:///default?socket=$house/libvirt/libvirt-sock"
mkdir -m 777 "$house"
if [ "$(id -u)" -eq 0 ]; then
    as_own() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
else
    as_own() { "$@"; }
fi
libvirtd_starts() {
    as_own env HOME="$house" XDG_RUNTIME_DIR="$house" XDG_CONFIG_HOME="$house" \
        XDG_CACHE_HOME="$house" libvirtd --config "$scratch/empty.conf" \
        --pid-file "$house/pid" >"$scratch/libvirtd.log" 2>&1 &
    awaits 30 virsh -c "$own" list || { cat "$scratch/libvirtd.log"; return 1; }
    libvirtd=$(cat "$house/pid") && pids="$pids $libvirtd"
}
more_lines() { [ "$(wc -l <"$scratch/out")" -gt $(($1 + 2)) ]; }
goes_on() { awaits 40 more_lines "$(wc -l <"$scratch/out")"; }

libvirtd=
if have libvirtd && have virsh && { [ "$(id -u)" -ne 0 ] || have setpriv; }; then
    ok "a libvirtd of our own" libvirtd_starts
fi
if [ -n "$libvirtd" ]; then
    "$program" run -c "$own" --config "$scratch/empty.conf" --run-dir "$scratch/run" \
        --mode manage --json 0.2 >"$scratch/out" 2>"$scratch/err" &
    daemon=$!
    pids="$pids $daemon"
    ok "is managed" goes_on
    stops() { kill -s STOP "$libvirtd" && awaits 20 grep -q 'does not answer' "$scratch/err"; }
    ok "it stops in its tracks, and that is told" stops
    lasts() { sleep 20 && kill -0 $daemon && kill -s CONT "$libvirtd"; }
    ok "however long that lasts" lasts
    ok "it goes on, and so do we" goes_on
    dies() { kill -s KILL "$libvirtd" && sleep 2 && kill -0 $daemon; }
    ok "it dies, and we do not" dies
    ok "another comes" libvirtd_starts
    ok "and is managed" goes_on
    kill -s STOP "$libvirtd"
    sleep 1
    well_ended() { ends_soon TERM $daemon && [ "$got" -eq 0 ]; }
    ok "TERM ends us while it does not answer" well_ended
    kill -s CONT "$libvirtd"
    kill "$libvirtd"
fi

finish
