#!/bin/sh
# bench.sh [PART...] - measure the scheduler on real guests, and write bench/LIVE.md.
#
# "cost" is what it takes from the host: with many guests that are paused, with some that
# are busy, and over many periods.  "work" is what guests get done in a minute, how long
# they wait and how much of that in vain, under each policy and under none.
#
# Wants what check.sh wants.
set -u
. tests/live/lab.sh
export PINFLOW="${PINFLOW:-bin/pinflow}"
export LOOK="${LOOK:-build/release/tests/live/look}"
[ "${LAB:-}" = inside ] || enter "$0" "$@"

scratch=$(mktemp -d)
. tests/live/judges.sh
furnish && libvirtd_start || exit 1
[ $# -gt 0 ] || set -- cost work

# ── cost ─────────────────────────────────────────────────────────────────────

# Ticks that a process has run, with all its threads; and how often they went to sleep.
ticks() { sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f12,13 | tr ' ' +; }
sleeps() { cat "/proc/$1"/task/*/status | awk '/^voluntary/ { n += $2 } END { print n }'; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
# What libvirtd frees after each answer is no call of anybody's.
all_calls() { grep -E ' : vir[A-Z][A-Za-z]*:[0-9]+ : (conn|dom)=' /run/libvirt/log | grep -cv Free:; }

# cost_of WHAT PERIOD PERIODS: a row of the table, once places are found.
cost_of() {
    schedule --json "$2"
    sleep 10
    at_first=$(($(ticks "$scheduler"))) slept=$(sleeps "$scheduler")
    periods=$(wc -l <"$scratch/log") asked=$(all_calls) libvirtds=$(($(ticks "$libvirtd")))
    sleep $(($2 * $3))
    periods=$(($(wc -l <"$scratch/log") - periods))
    echo "$1" "$2" $periods \
        $(($(ticks "$scheduler") - at_first)) $(($(ticks "$libvirtd") - libvirtds)) \
        $(($(all_calls) - asked)) $(($(sleeps "$scheduler") - slept)) \
        "$(resident "$scheduler")" | awk '{
        printf "| %s | %d s | %d | %.2f ms, %.3f %% | %.1f ms | %.1f | %.1f | %.1f MiB |\n",
            $1, $2, $3, $4 * 10 / $3, $4 / $3 / $2, $5 * 10 / $3, $6 / $3, $7 / $3, $8 / 1024 }'
    schedule_end
}

# Rather many at a time than all at once.
paused() {
    seq "$1" | xargs -n 10 echo | while read -r some; do
        # shellcheck disable=SC2046,SC2086 # words
        START=--paused guests $(printf 'p%d=0 ' $some) || exit
    done
}

growth() {
    schedule --json 0.02
    for periods in 1000 10000; do
        until [ "$(wc -l <"$scratch/log")" -ge $periods ]; do sleep 1; done
        echo "| $periods | $(resident "$scheduler") KiB |"
    done
    schedule_end
}

cost() {
    cat <<EOF
## What it costs the host

\`vcpu_scheduler\`, on guests that have found their places.  CPU time is that of all threads,
as the kernel counts it, in ticks of 10 ms; calls are what libvirtd's own log shows, whoever
made them; wakeups are times that one of the scheduler's threads had gone to sleep: once for
the next period, and for each answer from libvirt.

| guests | period | periods | CPU time a period | libvirtd's | calls a period | wakeups a period | resident |
|---|---|---|---|---|---|---|---|
EOF
    fresh
    guests a=15 b=15 c=15 d=15 e=15 f=15 g=15 h=15 i=15 j=15
    cost_of 10-busy 3 20
    fresh
    paused 50
    cost_of 50-paused 3 20
    fresh
    paused 200
    cost_of 200-paused 3 20
    fresh
    guests a=15 b=15 c=15 d=15 e=15 f=15 g=15 h=15 i=15 j=15
    printf '\n| periods of 0.02 s | resident |\n|---|---|\n'
    growth
}

# ── work ─────────────────────────────────────────────────────────────────────

# A minute of guests whose wants change: what they want in all stays the same.
fits() {
    guests a=60 b=60 c=20 d=20 m=10,10
    turns='60,60,20,20 20,60,60,20 20,20,60,60 60,20,20,60'
}
crowds() {
    guests a=100 b=100 c=30 d=30 m=40,40
    turns='100,100,30,30 30,100,100,30 30,30,100,100 100,30,30,100'
}

minute() {
    look 60 >"$scratch/looked" &
    looking=$!
    for turn in $turns; do
        n=0
        for guest in a b c d; do
            n=$((n + 1))
            want $guest "$(echo "$turn" | cut -d, -f$n)"
        done
        sleep 15
    done
    wait $looking
}

# work_of NAME ARGS...: a row of the table; without ARGS there is no scheduler.
work_of() {
    name=$1
    shift
    fresh
    $scene
    [ $# -eq 0 ] || schedule --json "$@" 2
    sleep 8
    lines=$([ $# -eq 0 ] || wc -l <"$scratch/log")
    minute
    moves=$([ $# -eq 0 ] || tail -n +"$lines" "$scratch/log" | grep -o '"done": [0-9]*' |
        awk '{ n += $2 } END { print n + 0 }')
    awk -v name="$name" -v moves="${moves:-–}" '
        /^cpu/ { foreign += $4 - $6 }
        /^all/ { printf "| %s | %.1f | %.1f | %.1f | %.1f | %s | %.0f |\n", name, $9 * 0.6, $5 * 0.6,
                 $7 * 0.6, $11 * 0.6, moves, foreign }' "$scratch/looked"
}

work() {
    cat <<EOF

## What guests get done in a minute

Six vCPUs on two CPUs, whose wants change every 15 s.  All figures but the last are CPU-seconds
of the minute: work is what guests counted, stranded is what they waited while a CPU idled.
"Others" is what other programs took, in percents of a CPU: where it differs, so do the rows.
With two CPUs that share a cache, granularities are two: a core is a pCPU, and a cache and a
cell are the host.
EOF
    for scene in fits crowds; do
        printf '\n| %s | work | ran | waited | stranded | moves | others |\n|---|---|---|---|---|---|---|\n' $scene
        work_of "nothing pinned"
        for granularity in pcpu host auto; do
            work_of "flow, $granularity" --granularity $granularity
        done
        for policy in greedy hotcold average unit count none; do
            work_of "$policy, pcpu" --policy $policy
        done
    done
}

{
    echo "# Real guests"
    echo
    echo "$(nproc) CPUs ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), Linux $(uname -r)," \
        "libvirt $(libvirtd --version | sed 's/.* //'), guests under $accel; $(date -u +%F)," \
        "commit $(git rev-parse --short HEAD 2>/dev/null)."
    echo
    for part; do $part; done
} | tee "$scratch/report"
cp "$scratch/report" "${REPORT:-bench/LIVE.md}"
fresh
