#!/bin/sh
# live.sh - do run, plan and record keep their promises on a host whose time passes by
# itself?
#
# That host is libvirt's own "test" driver: it has a VM and CPUs, which can be pinned, and
# no load.  It lives in the memory of whoever asks, so nothing here reaches a real host, or
# knows of anything on this machine but its own files.
#
# Wants PINFLOW, the program; what it is called otherwise lies beside it.
set -u
. tests/tools/tap.sh

case ${PINFLOW:=bin/pinflow} in /*) program=$PINFLOW ;; *) program=$PWD/$PINFLOW ;; esac
empty=$scratch/empty.conf
: >"$empty"

# Without this machine's configuration, and without its run directory.
pinflow() { timeout 120 "$program" "$@"; }
run() { pinflow run -c test:///default --config "$empty" --run-dir "$scratch/run" "$@"; }
scheduler() {
    timeout 120 "$(dirname "$program")/vcpu_scheduler" -c test:///default --config "$empty" \
        --run-dir "$scratch/run" "$@"
}

# does CODE COMMAND... - it ends with CODE; what it said is in out and err.
does() {
    code=$1
    shift
    "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    echo "exit code $got"
    cat "$scratch/out" "$scratch/err"
    [ "$got" -eq "$code" ]
}

complained() { grep -q -e "$1" "$scratch/err"; }
lines() { [ "$(wc -l <"$scratch/out")" -eq "$1" ]; }
is_json() { perl -MJSON::PP -ne 'decode_json($_)' "$scratch/out"; }

# ── period by period ─────────────────────────────────────────────────────────

cycles() { does 0 scheduler --cycles 4 --json 0.05 && lines 4 && is_json; }
ok "vcpu_scheduler gives a line of JSON per period" cycles
calm() { does 0 scheduler --cycles 8 0.05 && lines 2 && grep -q calm "$scratch/out"; }
ok "people are told of one calm period, and no more" calm
lasted() {
    started=$(date +%s%N)
    does 0 scheduler --cycles 5 0.2 && [ $(($(date +%s%N) - started)) -ge 1000000000 ]
}
ok "a period lasts as long as one says" lasted
idle() {
    echo "<node><cpu><mhz>1</mhz><nodes>1</nodes><sockets>1</sockets><cores>2</cores><threads>1</threads></cpu></node>" >"$scratch/idle.xml"
    does 0 timeout 120 "$(dirname "$program")/vcpu_scheduler" -c "test://$scratch/idle.xml" \
        --config "$empty" --run-dir "$scratch/run" --exit-when-idle 0.05
}
ok "--exit-when-idle ends where there is no VM" idle
journal() {
    does 0 scheduler --cycles 3 --journal "$scratch/journal" 0.05 &&
        [ "$(wc -l <"$scratch/journal")" -eq 3 ]
}
ok "a journal has a line per period" journal
recorded() {
    does 0 scheduler --cycles 3 --record "$scratch/tape" 0.05 &&
        does 0 pinflow replay "$scratch/tape" --json && lines 3
}
ok "what was recorded can be replayed" recorded

# ── to act or not to ─────────────────────────────────────────────────────────

observes() { does 0 run --cycles 1 "$@" 0.05 && complained 'only observing' && [ ! -e "$scratch/run/cpu.lock" ]; }
manages() {
    rm -rf "$scratch/run"
    does 0 run --cycles 1 "$@" 0.05 && ! complained 'only observing' && [ -e "$scratch/run/cpu.lock" ]
}
printf '[run]\nmode = manage\n' >"$scratch/manage.conf"
printf '[run]\nmode = observe\n' >"$scratch/observe.conf"
rm -rf "$scratch/run"
ok "run only observes, and says so once" observes
ok "as it is told to" observes --mode observe
ok "the command line wins over the configuration" observes --config "$scratch/manage.conf" --mode observe
ok "run manages when told to" manages --mode manage
ok "or told so by the configuration" manages --config "$scratch/manage.conf"
at_once() {
    rm -rf "$scratch/run"
    does 0 scheduler --cycles 1 "$@" 0.05 && ! complained 'only observing' && [ -e "$scratch/run/cpu.lock" ]
}
ok "vcpu_scheduler acts at once" at_once
ok "whatever the mode of run" at_once --config "$scratch/observe.conf"
dry() {
    rm -rf "$scratch/run"
    does 0 scheduler --dry-run --cycles 1 0.05 && [ ! -e "$scratch/run" ]
}
ok "--dry-run leaves nothing behind" dry
ok "no such mode" said 2 "pinflow run: --mode sleep: *" run --mode sleep 0.05

one_of_a_kind() {
    scheduler --cycles 100 --json 0.05 >"$scratch/first" 2>/dev/null &
    first=$!
    while [ ! -s "$scratch/first" ] && kill -0 $first; do sleep 0.1; done
    does 1 scheduler --cycles 1 0.05
    second=$?
    wait $first
    [ $second -eq 0 ] && complained 'manages the host already'
}
ok "there is one of a kind" one_of_a_kind

# ── bad weather at the start ─────────────────────────────────────────────────

nowhere() { pinflow "$@" --config "$empty" --run-dir "$scratch/run"; }
ok "run: no such hypervisor" said 1 'pinflow run: *' nowhere run -c nosuch:///x 0.05
ok "plan: no such hypervisor" said 1 'pinflow plan: *' nowhere plan -c nosuch:///x
ok "record: no such hypervisor" said 1 'pinflow record: *' nowhere record -c nosuch:///x "$scratch/tape"
ok "trial: no such hypervisor" said 1 'pinflow trial: *' nowhere trial -c nosuch:///x
ok "run: no such socket" said 1 'pinflow run: *' \
    nowhere run -c "qemu+unix:///system?socket=$scratch/none" 0.05
ok "a run directory that cannot be" said 1 'pinflow run: /dev/null/x: *' \
    run --mode manage --run-dir /dev/null/x 0.05
ok "no configuration there" said 2 "$scratch/none: No such file*" \
    pinflow run -c test:///default --config "$scratch/none"
printf '[run]\nmode = manage\nperiod = soon\n' >"$scratch/bad.conf"
ok "a configuration that is wrong" said 2 "$scratch/bad.conf:3: *'soon'*" \
    pinflow run -c test:///default --config "$scratch/bad.conf"
ok "plan reads it too" said 2 "$scratch/bad.conf:3: *'soon'*" \
    pinflow plan -c test:///default --config "$scratch/bad.conf"

# ── signals ──────────────────────────────────────────────────────────────────

# daemon ARG... - in the background; what it says is in out and err.
daemon() {
    : >"$scratch/out" && : >"$scratch/err"
    "$(dirname "$program")/vcpu_scheduler" -c test:///default --run-dir "$scratch/run" "$@" \
        >"$scratch/out" 2>"$scratch/err" &
    pid=$!
}

# awaits FILE PATTERN [TIMES]
awaits() {
    for _ in $(seq 600); do
        [ "$(grep -c -e "$2" "$scratch/$1")" -ge "${3:-1}" ] && return 0
        sleep 0.1
    done
    cat "$scratch/out" "$scratch/err"
    return 1
}

ends() {
    kill -s "$1" $pid
    started=$(date +%s%N)
    wait $pid
    got=$?
    echo "exit code $got after $((($(date +%s%N) - started) / 1000000)) ms"
    [ $got -eq 0 ] && [ $(($(date +%s%N) - started)) -lt 10000000000 ]
}
for signal in TERM INT; do
    ended() { daemon --config "$empty" 3600 && awaits err 'does not tell' && ends $signal; }
    ok "$signal ends it, however long its period" ended
done

reread() {
    printf '[policy]\nmax_moves = 3\n' >"$scratch/live.conf"
    daemon --config "$scratch/live.conf" --json 0.1
    awaits out '"policy": "flow"' || return 1
    printf '[policy]\npolicy = grady\n' >"$scratch/live.conf"
    kill -HUP $pid
    awaits err "live.conf:2: .*'grady'" && awaits err 'stays as it was' || return 1
    printf '[policy]\npolicy = greedy\n' >"$scratch/live.conf"
    kill -HUP $pid
    awaits out '"policy": "greedy"' && ends TERM && ! grep -q grady "$scratch/out"
}
ok "HUP reads the configuration again, if it is right" reread

status() {
    daemon --config "$empty" 0.1
    awaits out calm || return 1
    kill -USR1 $pid
    awaits err 'test:///default: 1 VM with 2 vCPUs on' && awaits err 'last plan, .* calm' &&
        awaits err 'managing; policy flow' && awaits err '[0-9] calls of libvirt' && ends TERM
}
ok "USR1 says how things are" status

# Somebody takes calls and never answers.
hanging() {
    perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 9) or die;
        print "there\n"; close STDOUT; sleep 600' "$scratch/hangs" >"$scratch/there" &
    host=$!
    until grep -q there "$scratch/there"; do kill -0 $host && sleep 0.1 || return 1; done
    "$program" "$@" -c "qemu+unix:///system?socket=$scratch/hangs" --config "$empty" \
        --run-dir "$scratch/run" >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    sleep 0.5
    kill -TERM $pid
    timeout 5 tail --pid=$pid -f /dev/null
    late=$?
    kill $host 2>/dev/null
    rm -f "$scratch/hangs"
    wait $pid
    [ $late -eq 0 ]
}
ok "TERM ends run on a host that does not answer" hanging run 1
ok "and plan" hanging plan
ok "and record" hanging record "$scratch/tape"

supervised() {
    perl -MSocket -e 'socket($s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_un("\0$ARGV[0]")) or die;
        $| = 1; print "LISTENING\n"; while (defined recv($s, $_, 999, 0)) { print "$_\n"; last if /STOPPING/ }' \
        "pinflow-$$" >"$scratch/heard" &
    supervisor=$!
    awaits heard LISTENING || return 1
    export NOTIFY_SOCKET="@pinflow-$$" WATCHDOG_USEC=200000
    daemon --config "$empty" --json 3600
    unset NOTIFY_SOCKET WATCHDOG_USEC
    awaits heard WATCHDOG=1 3 && kill -HUP $pid && awaits heard RELOADING=1 && awaits heard READY=1 2 &&
        ends TERM && awaits heard STOPPING=1
    well=$?
    kill $supervisor 2>/dev/null
    cat "$scratch/heard"
    return $well
}
ok "a supervisor hears that it is ready, alive, reloading and stopping" supervised

# In a mount namespace of its own, where a system's journal would listen we do.
cat >"$scratch/journal.pl" <<'END'
use Socket;
my ($out, @command) = @ARGV;
my ($entries, $stream, $ours);
mkdir "/run/systemd/journal" or die;
socket($entries, AF_UNIX, SOCK_DGRAM, 0) && bind($entries, pack_sockaddr_un("/run/systemd/journal/socket")) or die;
socket($stream, AF_UNIX, SOCK_STREAM, 0) && bind($stream, pack_sockaddr_un("/run/systemd/journal/stdout")) &&
    listen($stream, 1) or die;
socket($ours, AF_UNIX, SOCK_STREAM, 0) && connect($ours, pack_sockaddr_un("/run/systemd/journal/stdout")) or die;
open(STDERR, ">&", $ours) && open(STDOUT, ">", $out) or die;
my $code = system(@command);
print "exit code $code\n";
while (defined recv($entries, my $entry, 65536, MSG_DONTWAIT)) { print "$entry\n" }
END
entries() {
    unshare -m sh -c 'mount -t tmpfs none /run/systemd && exec perl "$@"' sh "$scratch/journal.pl" "$scratch/out" \
        "$program" run -c test:///default --config "$empty" --run-dir "$scratch/run" --cycles 2 0.05
    cat "$scratch/out"
    grep -q '^exit code 0$' "$scratch/out" && grep -q '^MESSAGE=calm; wanted' "$scratch/out" &&
        grep -q '^PINFLOW_VERDICT=calm$' "$scratch/out" && grep -q '^MESSAGE=only observing' "$scratch/out"
}
if unshare -m sh -c 'mount -t tmpfs none /run/systemd' 2>/dev/null; then
    ok "the system's journal gets entries" entries
fi

# ── plan and record ──────────────────────────────────────────────────────────

planned() {
    started=$(date +%s%N)
    does 0 nowhere plan -c test:///default --period 0.5 && lines 2 &&
        [ $(($(date +%s%N) - started)) -ge 500000000 ]
}
ok "plan looks twice, a period apart" planned
plan_json() { does 0 nowhere plan -c test:///default --period 0.05 --json && lines 1 && is_json; }
ok "plan --json is one object" plan_json
plan_dimacs() { does 0 nowhere plan -c test:///default --period 0.05 --dimacs && grep -q '^p min' "$scratch/out"; }
ok "plan --dimacs is a problem" plan_dimacs
records() {
    does 0 nowhere record -c test:///default --period 0.05 --cycles 4 "$scratch/tape" &&
        does 0 pinflow replay "$scratch/tape" --json && lines 4
}
ok "record writes down so many periods" records
record_ends() {
    "$program" record -c test:///default --config "$empty" --period 0.1 "$scratch/long" 2>"$scratch/err" &
    pid=$!
    until grep -q '^end' "$scratch/long" 2>/dev/null; do kill -0 $pid && sleep 0.1 || return 1; done
    ends TERM && does 0 pinflow replay "$scratch/long" --json
}
ok "record ends when told to, with a whole sample" record_ends

# ── output that does not arrive ──────────────────────────────────────────────

closed_run() { scheduler --cycles 3 --json --journal "$scratch/unheard" 0.05 0<&- 1>&- 2>&-; }
closed() {
    rm -rf "$scratch/run" "$scratch/unheard"
    ! closed_run && [ "$(wc -c <"$scratch/run/cpu.lock")" -lt 16 ] &&
        [ "$(wc -l <"$scratch/unheard")" -eq 1 ] && ! grep -qv '^{' "$scratch/unheard"
}
ok "what is printed where all is closed is found in no other file" closed

if [ -c /dev/full ]; then
    full() { scheduler --json 0.05 >/dev/full; }
    full_ends() { does 1 full && complained 'standard output: No space'; }
    ok "on a full disk it ends" full_ends
fi

finish
