#!/bin/sh
# pinflow.sh - does bin/pinflow, by this name and others, keep its promises?
#
# What is decided is other tests' business; here it is how one asks, what comes back, in
# which form and with which exit code, and what is said of input that makes no sense: one
# line that names file, line and fault, and nothing half done.
#
# Wants PINFLOW, the program; what it is called otherwise lies beside it.
set -u
. tests/tools/tap.sh

case ${PINFLOW:=bin/pinflow} in /*) program=$PINFLOW ;; *) program=$PWD/$PINFLOW ;; esac
scenarios=$PWD/data/scenarios
demo=$scenarios/demo.conf

# What never ends is wrong too.
pinflow() { timeout 120 "$program" "$@"; }
scheduler() { timeout 120 "$(dirname "$program")/vcpu_scheduler" "$@"; }

# well COMMAND... - it ends well and complains of nothing; what it said is in out.
well() {
    "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    echo "exit code $got"
    cat "$scratch/err"
    [ "$got" -eq 0 ] && [ ! -s "$scratch/err" ]
}

# says PATTERN COMMAND... - it ends well, and PATTERN is in what it says.
says() {
    pattern=$1
    shift
    well "$@" || return 1
    head -c 1000 "$scratch/out"
    grep -qE -e "$pattern" "$scratch/out"
}

# Times are the one thing that is not the same twice.
timeless() { sed -E 's/("plan_ms[a-z_0-9]*": )[0-9.]+/\1TIME/g' "$@"; }

# alike COMMAND... - two runs say the same.
alike() {
    well "$@" && timeless "$scratch/out" >"$scratch/once" && well "$@" &&
        timeless "$scratch/out" | diff "$scratch/once" -
}

# json COMMAND... - what it says is JSON, one value a line.
json() {
    well "$@" && [ -s "$scratch/out" ] || return 1
    while read -r line; do
        echo "$line" | perl -MJSON::PP -e 'local $/; decode_json(<STDIN>)' || return 1
    done <"$scratch/out"
}

# keys NAMES COMMAND... - it says one JSON object that has these keys, in this order.
keys() {
    names=$1
    shift
    json "$@" || return 1
    [ "$(wc -l <"$scratch/out")" -eq 1 ] || return 1
    found=$(grep -oE '"[a-z_0-9]+": ' "$scratch/out" | tr -d '":\n')
    echo "wanted: $names"
    echo " found: $found"
    [ "$found" = "$names " ]
}

# ── being asked ──────────────────────────────────────────────────────────────

for command in run plan simulate record replay trial check; do
    ok "--help lists $command" says "^  $command " pinflow --help
    ok "$command --help helps" says "^  pinflow $command" pinflow $command --help
    ok "$command -h helps" says "--version" pinflow $command -h
    ok "$command --version says which" \
        says "^pinflow $command \(Pinflow\) [0-9]+\.[0-9]+\.[0-9]+$" pinflow $command --version
    ok "$command --nonsense is misuse" \
        said 2 "pinflow $command: *--nonsense*" pinflow $command --nonsense
    if [ -c /dev/full ]; then
        full_help() { pinflow "$command" --help >/dev/full; }
        ok "$command --help on a full disk" said 1 "*standard output: No space*" full_help
    fi
done
ok "--version says which" says '^pinflow \(Pinflow\) [0-9]+\.[0-9]+\.[0-9]+$' pinflow --version
ok "no command is misuse" said 2 'pinflow: which command*' pinflow
ok "an unknown command is misuse" said 2 "pinflow: *'fly'*" pinflow fly
ok "vcpu_scheduler --help helps" says '^  vcpu_scheduler .*PERIOD' scheduler --help
ok "vcpu_scheduler --version says which" says '^vcpu_scheduler \(Pinflow\)' scheduler --version

# ── a period ─────────────────────────────────────────────────────────────────

ok "no PERIOD is misuse" said 2 'vcpu_scheduler: *PERIOD*' scheduler
ok "no PERIOD but a host is misuse" said 2 'vcpu_scheduler: *PERIOD*' scheduler -c sim:demo
for period in 0 0.0 0.0000001 0.009999 nan inf 1e400 1e3 0x10 3s '3 ' ' 3' '' . + 2,5 86401 \
    99999999999999999999999999; do
    ok "'$period' is no period" said 2 "vcpu_scheduler: '$period' is no period*" \
        scheduler -c sim:demo --cycles 1 "$period"
done
ok "-inf is no period" said 2 'vcpu_scheduler: *' scheduler -c sim:demo --cycles 1 -inf
ok "-3 is no period" said 2 'vcpu_scheduler: *' scheduler -c sim:demo --cycles 1 -3
ok "-3 is no period, however one puts it" said 2 "vcpu_scheduler: '-3' is no period*" \
    scheduler -c sim:demo --cycles 1 -- -3
ok "two periods are one too many" said 2 "vcpu_scheduler: *'4'*" scheduler -c sim:demo 3 4
for period in 3 0.25 .5 2. 0.01 86400; do
    ok "$period is a period" says 'period' scheduler -c sim:demo --cycles 1 $period
done
lasted() { says '"lasted": 0.250000' scheduler -c sim:demo --cycles 1 --json 0.25; }
ok "a period lasts as long as one says" lasted
ok "run needs no PERIOD" says 'period' pinflow run -c sim:demo --cycles 1
ok "run takes one" says '"lasted": 2.000000' pinflow run -c sim:demo --cycles 1 --json 2

# ── hosts ────────────────────────────────────────────────────────────────────

ok "a URI that nobody knows" said 1 'vcpu_scheduler: *' scheduler -c nosuch:///x --config /dev/null --run-dir "$scratch/run" 3
ok "a scenario that is not there" \
    said 2 "*$scratch/none*No such file*" scheduler -c "sim:$scratch/none" 3
ok "a recording that is not there" \
    said 2 "*$scratch/none*No such file*" scheduler -c "replay:$scratch/none" 3
ok "a scenario is a host" says 'period' scheduler -c "sim:$demo" --cycles 2 3
same_demo() {
    scheduler -c "sim:$demo" --cycles 8 --json 3 | timeless >"$scratch/file" &&
        scheduler -c sim:demo --cycles 8 --json 3 | timeless | diff "$scratch/file" -
}
ok "the demo that is built in is the one in data/" same_demo
cycles() {
    well scheduler -c sim:demo --json --cycles "$1" 3 && [ "$(wc -l <"$scratch/out")" -eq "$1" ]
}
ok "--cycles 1 is one period" cycles 1
ok "--cycles 7 is seven" cycles 7
ok "--cycles -1 is misuse" said 2 '*--cycles -1*' scheduler -c sim:demo --cycles -1 3

# ── simulate ─────────────────────────────────────────────────────────────────

# Two CPUs; a and c start on the first, want it all, and a little later b does too.
cat >"$scratch/day.csv" <<END
vcpu,0,300,600,900,1200,1500,1800,2100
a,60,60,60,60,60,60,60,60
b,10,10,10,10,10,10,10,10
c,60,60,60,60,60,60,60,60
d,10,10,10,10,10,10,10,10
END
day="simulate --trace $scratch/day.csv --pcpus 2"
base="policy granularity vcpus pcpus periods repins repins_per_period sigma_planned_mean"
base="$base sigma_realised_mean overload_mean"
last="balanced_fraction plan_ms_p50 plan_ms_p99"

ok "a trace gives these keys" keys "$base $last gap_mean" pinflow $day --json
ok "only flow has a gap" keys "$base $last" pinflow $day --json --policy greedy
ok "a scenario tells of stranded wait" keys "$base stranded_wait_mean $last gap_mean" \
    pinflow simulate --scenario "$demo" --json
ok "a mix is as long as one wants" says '"vcpus": 24, "pcpus": 8, "periods": 5,' \
    pinflow simulate --vcpus 24 --pcpus 8 --periods 5 --json
all_rules() {
    well pinflow $day --json --policy all &&
        grep -oE '"policy": "[a-z]+"' "$scratch/out" | tr -d '":\n' >"$scratch/rules" &&
        cat "$scratch/rules" && perl -MJSON::PP -e 'local $/; ref decode_json(<STDIN>) eq "ARRAY" or exit 1' <"$scratch/out" &&
        [ "$(cat "$scratch/rules")" = "policy flowpolicy greedypolicy hotcoldpolicy averagepolicy unitpolicy countpolicy nonepolicy kernel" ]
}
ok "all policies are an array" all_rules
ok "text is a table" says '^flow .*[0-9]' pinflow $day --policy all

# By hand: pinned where they start, CPU 0 is wanted 1.2 times and CPU 1 a fifth.
ok "none: overload is what is wanted and not there" says \
    '"repins": 0, .*"sigma_planned_mean": 50.0+, "sigma_realised_mean": 50.0+, "overload_mean": 0.20+, "balanced_fraction": 0.0+,' \
    pinflow $day --json --policy none
ok "kernel: the host is one place" says \
    '"repins": 0, .*"sigma_realised_mean": 0.0+, "overload_mean": 0.0+, "balanced_fraction": 1.0+,' \
    pinflow $day --json --policy kernel
ok "greedy: balanced when it has seen one period" says \
    '"periods": 8, "repins": [1-4], .*"sigma_realised_mean": 0.0+, "overload_mean": 0.0+, "balanced_fraction": 1.0+,' \
    pinflow $day --json --policy greedy
ok "flow: what is too much somewhere goes elsewhere" says \
    '"periods": 8, "repins": [12], .*"overload_mean": 0.0+,' pinflow $day --json
ok "groups start as groups, not as CPUs of them" says \
    '"granularity": "2", .*"repins": 0, .*"overload_mean": 0.0+,' \
    pinflow $day --json --policy none --granularity 2
ok "--set sets" says '"repins": 0,' pinflow $day --json --set price_move=1000000000

for what in "$day --policy all" "simulate --scenario $demo --policy all" \
    "simulate --vcpus 40 --pcpus 8 --periods 20 --seed 7 --mix bursty --policy all"; do
    ok "the same twice: $(echo "$what" | sed "s|$PWD/||;s|$scratch/||")" alike pinflow $what --json
done
another_seed() {
    for seed in 1 2; do
        pinflow simulate --vcpus 40 --pcpus 8 --periods 20 --policy none --json --seed $seed |
            timeless >"$scratch/seed$seed" || return 1
    done
    ! cmp -s "$scratch/seed1" "$scratch/seed2"
}
ok "another seed is another host" another_seed

ok "simulate needs a host" said 2 'pinflow simulate: one of *' pinflow simulate
ok "one host at a time" said 2 'pinflow simulate: one of *' pinflow $day --scenario "$demo"
ok "a trace needs CPUs" said 2 'pinflow simulate: --pcpus 0*' pinflow simulate --trace "$scratch/day.csv"
for n in 0 -1 65537 2147483647; do
    ok "$n pCPUs" said 2 "pinflow simulate: --pcpus $n: *" \
        pinflow simulate --trace "$scratch/day.csv" --pcpus $n
done
ok "more pCPUs than a number holds" said 2 "pinflow simulate: *" \
    pinflow simulate --trace "$scratch/day.csv" --pcpus 99999999999
ok "pCPUs that are no number" said 2 "pinflow simulate: *" \
    pinflow simulate --trace "$scratch/day.csv" --pcpus many
ok "no vCPUs" said 2 'pinflow simulate: --vcpus -5*' pinflow simulate --vcpus -5 --pcpus 4
ok "no such mix" said 2 "*lukewarm*" pinflow simulate --vcpus 4 --pcpus 2 --mix lukewarm
ok "no such policy" said 2 "pinflow simulate: *'magic'*" pinflow $day --policy magic
ok "no such level" said 2 "pinflow simulate: *'galaxy'*" pinflow $day --granularity galaxy
ok "no such level either" said 2 "pinflow simulate: *'0'*" pinflow $day --granularity 0
ok "no such setting" said 2 "pinflow simulate: --set colour=red: *" pinflow $day --set colour=red
ok "no such value" said 2 "pinflow simulate: --set max_moves=some: *" pinflow $day --set max_moves=some
ok "a setting without value" said 2 "pinflow simulate: --set max_moves: *" pinflow $day --set max_moves
ok "something more" said 2 "pinflow simulate: what is 'this'*" pinflow $day this

# ── a trace that makes no sense ──────────────────────────────────────────────

bad_trace() {
    words=$1 line=$2
    printf "$3" >"$scratch/bad.csv"
    ok "trace: $words" said 2 "$scratch/bad.csv:$line" \
        pinflow simulate --trace "$scratch/bad.csv" --pcpus 2 --policy all
}

bad_trace "empty" '*' ''
bad_trace "no rows" '1: *' 'vcpu,0,300\n'
bad_trace "no header" '1: *' 'a,1,2\n'
bad_trace "no columns" '1: *' 'vcpu\na\n'
bad_trace "a cell that is no number" '3: *much*' 'vcpu,0,300\na,1,2\nb,1,much\n'
bad_trace "an empty cell" '2: *' 'vcpu,0,300\na,1,\n'
bad_trace "a negative cell" '2: *-4*' 'vcpu,0,300\na,1,-4\n'
bad_trace "not a number" '2: *nan*' 'vcpu,0,300\na,1,nan\n'
bad_trace "infinite" '2: *inf*' 'vcpu,0,300\na,inf,1\n'
bad_trace "a row too short" '3: *' 'vcpu,0,300\na,1,2\nb,1\n'
bad_trace "a row too long" '3: *' 'vcpu,0,300\na,1,2\nb,1,2,3\n'
bad_trace "times that fall" '1: *' 'vcpu,0,300,200\na,1,2,3\n'
bad_trace "a program" '*' '\177ELF\002\001\n'
ok "trace: not there" said 2 "*$scratch/none*No such file*" \
    pinflow simulate --trace "$scratch/none" --pcpus 2
ok "trace: a directory" said 2 "*$scratch*" pinflow simulate --trace "$scratch" --pcpus 2

# More than a CPU is a sample of several threads: clamped, and said once.
printf 'vcpu,0,300\na,250,1000\nb,101,2\n' >"$scratch/much.csv"
clamped() {
    pinflow simulate --trace "$scratch/much.csv" --pcpus 2 --policy all --json >"$scratch/out" 2>"$scratch/err" || return 1
    cat "$scratch/err"
    [ "$(grep -c "$scratch/much.csv:2: " "$scratch/err")" -eq 1 ] && [ "$(wc -l <"$scratch/err")" -eq 1 ]
}
ok "trace: above 100 is 100, and said once" clamped

# ── a scenario that makes no sense ───────────────────────────────────────────

# A change of the demo, by sed, and where it goes wrong.
wrong_scenario() {
    words=$1 line=$2
    shift 2
    sed "$@" "$demo" >"$scratch/bad.conf"
    ok "scenario: $words" said 2 "$scratch/bad.conf:$line" \
        pinflow simulate --scenario "$scratch/bad.conf" --policy all
}

line_of() { grep -n -m 1 "$1" "$demo" | cut -d: -f1; }
cores=$(line_of '^cores') web=$(line_of '^\[vm web') load=$(line_of '^load')
wrong_scenario "a key misspelt" "$cores: *coers*" 's/^cores/coers/'
wrong_scenario "a group misspelt" "$web: *wm*" 's/^\[vm web/[wm web/'
wrong_scenario "no CPUs" "$cores: *" 's/^cores *=.*/cores = 0/'
wrong_scenario "fewer" "$cores: *" 's/^cores *=.*/cores = -4/'
wrong_scenario "more than a set can hold" "*" 's/^cores *=.*/cores = 65536/'
wrong_scenario "more than a number can hold" "$cores: *" 's/^cores *=.*/cores = 99999999999999999999/'
wrong_scenario "some CPUs" "$cores: *some*" 's/^cores *=.*/cores = some/'
wrong_scenario "an unknown load" "$load: *bagpipe*" 's/^load *=.*/load = bagpipe 3/'
wrong_scenario "a CPU that is not there" "*99*" 's/^start *=.*/start = 99/'
wrong_scenario "no key at all" "$cores: *" 's/^cores *=.*/cores/'
wrong_scenario "empty" '*' '1,$d'
wrong_scenario "bytes that are no text" '*' "1s/.*/$(printf '\377')/"
ok "scenario: not there" said 2 "*$scratch/none*No such file*" \
    pinflow simulate --scenario "$scratch/none"
ok "scenario: a directory" said 2 "*$scratch*" pinflow simulate --scenario "$scratch"
for conf in "$scenarios"/*.conf; do
    ok "scenario: $(basename "$conf") can be lived through" \
        pinflow simulate --scenario "$conf" --json --periods 40
done

# ── plan ─────────────────────────────────────────────────────────────────────

ok "plan says why" says 'move' pinflow plan -c sim:demo
ok "plan --json is one object" json pinflow plan -c sim:demo --json
ok "plan --dot is for Graphviz" says '^digraph' pinflow plan -c sim:demo --dot
ok "plan --dimacs is a problem" says '^p min [0-9]+ [0-9]+$' pinflow plan -c sim:demo --dimacs
solved() { pinflow plan -c sim:demo --dimacs | "$(dirname "$program")/mcmf" --verify >"$scratch/out"; }
ok "that mcmf can solve" solved
nodes_named() {
    well pinflow plan -c sim:demo --dimacs || return 1
    n=$(sed -n 's/^p min \([0-9]*\) .*/\1/p' "$scratch/out")
    echo "$n nodes"
    [ "$(grep -cE '^c node [0-9]+: ' "$scratch/out")" -eq "$n" ]
}
ok "in which each node has a name" nodes_named
for form in '' --json --dot --dimacs; do
    ok "plan $form: the same twice" alike pinflow plan -c sim:demo $form
done
ok "plan: one form at a time" said 2 'pinflow plan: one of *' pinflow plan -c sim:demo --json --dot
ok "plan: a period" said 2 'pinflow plan: --period 0*' pinflow plan -c sim:demo --period 0
ok "plan: something more" said 2 "pinflow plan: what is 'this'*" pinflow plan -c sim:demo this

# ── trial ────────────────────────────────────────────────────────────────────

printf '[host]\npcpus = 4\nperiod = 2\n[vm a]\ncount = 6\nstart = 0\nload = 60 noise 3\n' \
    >"$scratch/tried.conf"
tried=sim:$scratch/tried.conf
ok "trial says what is better" says 'the host floats$' pinflow trial -c "$tried"
ok "trial --json gives these keys" \
    keys "blocks block_periods floating work mean low high wait mean low high stranded_wait mean low high managed work mean low high wait mean low high stranded_wait mean low high difference work mean low high wait mean low high stranded_wait mean low high repins better" \
    pinflow trial -c "$tried" --json
ok "trial: the same twice" alike pinflow trial -c "$tried" --json
ok "trial: a host that ends too soon" said 1 'pinflow trial: *are over' pinflow trial -c sim:demo
for blocks in 0 2 7 -4 1002; do
    ok "trial: --blocks $blocks" said 2 "pinflow trial: --blocks $blocks: *" \
        pinflow trial -c "$tried" --blocks=$blocks
done
ok "trial: --block-periods 1" said 2 'pinflow trial: --block-periods 1: *' \
    pinflow trial -c "$tried" --block-periods 1
ok "trial: a recording" said 2 'pinflow trial: a recording cannot be tried*' \
    pinflow trial -c "replay:$scratch/none"

# ── record and replay ────────────────────────────────────────────────────────

tape=$scratch/tape
ok "record writes" well pinflow record -c sim:demo --cycles 6 "$tape"
ok "what it writes is not empty" test -s "$tape"
ok "replay reads" says '^ +6 ' pinflow replay "$tape"
ok "replay --json is lines of JSON" json pinflow replay "$tape" --json
six() { well pinflow replay "$tape" --json && [ "$(wc -l <"$scratch/out")" -eq 6 ]; }
ok "as many as were recorded" six
ok "replay: the same twice" alike pinflow replay "$tape" --json
ok "replay: with another policy" says '"policy": "greedy"' pinflow replay "$tape" --json --policy greedy
ok "a recording is a host" says '"period": 3,' scheduler -c "replay:$tape" --json 3
# Also where calls fail: what was refused then is refused again.
relived() { # SCENARIO ARGUMENT...
    scenario=$1
    shift
    scheduler -c "sim:$scenarios/$scenario.conf" --cycles 30 --json --record "$scratch/lived" "$@" 3 |
        timeless >"$scratch/once" && [ "$(wc -l <"$scratch/once")" -gt 20 ] &&
        pinflow replay "$scratch/lived" --json | timeless | diff "$scratch/once" -
}
ok "what was recorded while it was managed is decided again the same" relived demo
ok "by another policy too" relived hotplug --policy greedy --granularity 2
for seed in 1 2 3; do
    ok "and where calls fail, as by chance $seed" relived faults --seed $seed
done
some_failed() { grep -q '"deferred": [1-9]' "$scratch/once" && grep -q '"barred": [1-9]' "$scratch/once"; }
ok "as some did" some_failed
copied() {
    pinflow replay "$scratch/lived" --record "$scratch/copy" >/dev/null &&
        cmp "$scratch/lived" "$scratch/copy"
}
ok "a recording of a replay is that recording" copied
ok "unless it were written over what is read" said 2 "pinflow replay: $tape: *what is replayed*" \
    pinflow replay "$tape" --record "$tape"
ln "$tape" "$scratch/also"
ok "by whatever name" said 2 "pinflow record: $scratch/also: *what is replayed*" \
    pinflow record -c "replay:$tape" "$scratch/also"
ok "or command" said 2 "vcpu_scheduler: $tape: *what is replayed*" \
    scheduler -c "replay:$tape" --record "$tape" 3
ok "which leaves it as it was" well pinflow replay "$tape"
# Nobody changed anything while it was recorded, and nobody does now.
dry_replay() {
    says '"period": 3,.*"before": {"busiest": 1[0-9][0-9]\.[0-9]*, "sigma": [3-9][0-9]\.' \
        pinflow replay "$tape" --dry-run --json
}
ok "replay --dry-run lays no pins over what was" dry_replay
ok "replay --pace" said 2 'pinflow replay: --pace 0: *' pinflow replay "$tape" --pace 0
ok "record needs a file" said 2 'pinflow record: one FILE*' pinflow record -c sim:demo
ok "record cannot write there" said 1 "pinflow record: *$scratch/no/tape*" \
    pinflow record -c sim:demo --cycles 1 "$scratch/no/tape"
ok "replay needs a file" said 2 'pinflow replay: one FILE*' pinflow replay
ok "replay: not there" said 2 "$scratch/none: No such file*" pinflow replay "$scratch/none"
ok "replay: a directory" said 2 "$scratch: *this is none" pinflow replay "$scratch"
ok "replay: a device" said 2 "/dev/null: *this is none" pinflow replay /dev/null
printf 'hello\n' >"$scratch/letter"
ok "replay: no recording" said 2 "$scratch/letter:1: *" pinflow replay "$scratch/letter"

bad_tape() { # WORDS LINE SED...
    words=$1 line=$2
    shift 2
    sed "$@" "$tape" >"$scratch/bad.tape"
    ok "replay: $words" said 2 "$scratch/bad.tape:$line" pinflow replay "$scratch/bad.tape" --json
}
bad_tape "from a newer version" '1: *' '1s/2$/3/'
bad_tape "of a policy that does not exist" '2: *magic*' '2s/flow/magic/'
bad_tape "with a setting that does not exist" '5: *colour*' '5s/.*/policy colour 3/'
bad_tape "empty" '1: *' '1,$d'

cut_short() {
    size=$(wc -c <"$tape")
    for percent in 1 10 30 50 70 90 99; do
        head -c $((size * percent / 100)) "$tape" >"$scratch/cut"
        pinflow replay "$scratch/cut" --json >"$scratch/out" 2>"$scratch/err"
        got=$?
        echo "$percent %: exit code $got"
        cat "$scratch/err"
        [ $got -eq 2 ] && [ ! -s "$scratch/out" ] && grep -q "^$scratch/cut:[0-9]*: " "$scratch/err" || return 1
    done
}
ok "replay: cut short" cut_short

# ── run ──────────────────────────────────────────────────────────────────────

ok "run --json is lines of JSON" json scheduler -c sim:demo --cycles 10 --json 3
ok "run: the same twice" alike scheduler -c sim:demo --cycles 20 3
ok "run --json: the same twice" alike scheduler -c sim:demo --cycles 20 --json 3
journal() {
    rm -f "$scratch/journal"
    scheduler -c sim:demo --cycles 5 --journal "$scratch/journal" 3 >/dev/null &&
        scheduler -c sim:demo --cycles 5 --json 3 | timeless >"$scratch/lines" &&
        timeless "$scratch/journal" | diff - "$scratch/lines"
}
ok "a journal is what --json would say" journal
# Nobody changed anything, so it is as crowded in the third period as in the first.
dry() {
    says '"period": 3,.*"before": {"busiest": 1[0-9][0-9]\.[0-9]*, "sigma": [3-9][0-9]\.' \
        scheduler -n -c sim:demo --cycles 3 --json 3
}
ok "--dry-run changes nothing" dry
dry_anyway() { well pinflow plan -n -c sim:demo && well pinflow record --dry-run --cycles 1 -c sim:demo "$scratch/dry"; }
ok "commands that never change anything may be told so" dry_anyway
no_terminal() { well scheduler -c sim:demo --cycles 20 3 && ! grep -q "$(printf '\033')" "$scratch/out"; }
ok "no colours where there is no terminal" no_terminal

# ── the README ───────────────────────────────────────────────────────────────

# What it shows of the demo and of simulate is what one gets, but for moves that it leaves
# out behind the first period's, and for times.
shown() { # FIRST: the indented block that begins so
    awk -v first="$1" 'index($0, first) == 5 && /^    / { on = 1 }
        on && /^[^ ]/ { exit }
        on && !/^ *(…|$)/ && !/^    \$ / { print substr($0, 5) }' README.md
}
# Each line of what is shown is in what is said, in this order, up to a column.
shown_is_said() { # COLUMN
    cut -c "1-$1" "$scratch/shown" >"$scratch/shown_so"
    cut -c "1-$1" "$scratch/out" >"$scratch/said_so"
    diff "$scratch/shown_so" "$scratch/said_so" >"$scratch/differences"
    cat "$scratch/differences"
    ! grep -q '^<' "$scratch/differences"
}
demo_shown() {
    shown 'period ' >"$scratch/shown" && [ "$(wc -l <"$scratch/shown")" -gt 20 ] &&
        well scheduler -c sim:demo 3 && shown_is_said 200
}
ok "the README shows the demo as it is" demo_shown
policies_shown() {
    shown '$ bin/pinflow simulate' >"$scratch/shown" && [ "$(wc -l <"$scratch/shown")" -gt 9 ] &&
        well pinflow simulate --scenario "$demo" --policy all && shown_is_said 87
}
ok "and the policies side by side" policies_shown
flow_shown() {
    wanted=$(sed -n 's/^    \(s -[0-9]*\)$/\1/p' README.md)
    [ -n "$wanted" ] && pinflow plan -c sim:demo --dimacs | "$(dirname "$program")/mcmf" --verify |
        grep -qx -e "$wanted"
}
ok "and what the engine says of a plan" flow_shown

# ── check ────────────────────────────────────────────────────────────────────

printf '# ours\n[run]\nmode = manage\n[policy]\nmax_moves = 4\n' >"$scratch/good.conf"
ok "check: a configuration that is right" says "^$scratch/good.conf: all is right" \
    pinflow check "$scratch/good.conf"
ok "check --show says what holds" says '^max_moves = 4$' pinflow check --show "$scratch/good.conf"
shown() { pinflow check --show "$scratch/good.conf" >"$scratch/shown.conf" && well pinflow check "$scratch/shown.conf"; }
ok "and that is a configuration" shown
manual_tells() {
    pinflow check --show "$scratch/good.conf" | sed -n 's/^#*\([a-z_]*\) = .*/\1/p' | while read -r key; do
        grep -qx ".B $key" data/pinflow.conf.5 || { echo "nothing of $key"; exit 1; }
    done
}
ok "the manual of the configuration tells of each key" manual_tells
manual_numbers() {
    : >"$scratch/empty.conf"
    sed -n '/^.B moments/,/^.SH EXAMPLE/{/^\.B /{s/^.B //;h};/^[0-9]/{s/^\([0-9]*\).*/\1/;H;x;s/\n/ = /;p}}' data/pinflow.conf.5 >"$scratch/told"
    [ "$(wc -l <"$scratch/told")" -gt 10 ] && pinflow check --show "$scratch/empty.conf" | grep -Fxf "$scratch/told" | diff "$scratch/told" -
}
ok "and of the defaults of the policy" manual_numbers
printf '[run]\nmode = manage\n\n[policy]\nmax_mvoes = 4\n' >"$scratch/bad.conf"
ok "check: a key that does not exist" said 2 "$scratch/bad.conf:5: *'max_mvoes'*" \
    pinflow check "$scratch/bad.conf"
ok "check: not there" said 2 "$scratch/none: No such file*" pinflow check "$scratch/none"
ok "check: a directory" said 2 "$scratch: *" pinflow check "$scratch"
ok "check: one at a time" said 2 "pinflow check: *'two'*" pinflow check one two
ok "a configuration is for simulated hosts too, if it is named" says '"policy": "greedy"' \
    scheduler -c sim:demo --cycles 1 --json --policy greedy --config "$scratch/good.conf" 3
by_conf() {
    printf '[host]\nconnect = sim:demo\n[policy]\npolicy = unit\n' >"$scratch/sim.conf"
    says '"policy": "unit"' pinflow run --cycles 1 --json --config "$scratch/sim.conf"
}
ok "it may name the host, and the policy" by_conf
dry_by_mode() {
    says '"period": 3,.*"before": {"busiest": 1[0-9][0-9]\.[0-9]*, "sigma": [3-9][0-9]\.' \
        pinflow run -c sim:demo --mode observe --cycles 3 --json
}
ok "a simulated host can be only observed" dry_by_mode

# ── output that does not arrive ──────────────────────────────────────────────

# A disk that gets full later is one file that may not be larger.
little() { (ulimit -f 16; trap '' XFSZ; "$@") }
little_tape() {
    said 1 '*the recording ends here' little pinflow record -c sim:demo "$scratch/little" &&
        well pinflow replay "$scratch/little" --json
}
ok "record on a disk that gets full ends, and with a whole sample" little_tape
little_lived() {
    rm -f "$scratch/little"
    { little scheduler -c sim:demo --json --record "$scratch/little" 3 2>"$scratch/err"
      echo $? >"$scratch/code"; } | cat >"$scratch/out"
    cat "$scratch/code" "$scratch/err"
    [ "$(cat "$scratch/code")" -eq 1 ] && [ "$(wc -l <"$scratch/err")" -eq 1 ] &&
        grep -q 'the recording ends here' "$scratch/err" && [ "$(wc -l <"$scratch/out")" -eq 28 ] &&
        well pinflow replay "$scratch/little"
}
ok "run --record on a disk that gets full goes on, says so, and fails in the end" little_lived
little_journal() {
    rm -f "$scratch/little"
    little scheduler -c sim:demo --json --journal "$scratch/little" 3 >/dev/null 2>"$scratch/err"
    [ $? -eq 1 ] && grep -q 'no more journal' "$scratch/err" && json cat "$scratch/little"
}
ok "a journal on a disk that gets full ends with a whole line" little_journal

if [ -c /dev/full ]; then
    full() { "$@" >/dev/full; }
    full_json() { scheduler -c sim:demo --json 3 >/dev/full; }
    ok "simulate on a full disk" said 1 '*standard output: No space*' full pinflow $day
    ok "simulate --json on a full disk" said 1 '*standard output: No space*' full pinflow $day --json
    ok "plan on a full disk" said 1 '*standard output: No space*' full pinflow plan -c sim:demo
    ok "run on a full disk" said 1 '*standard output: No space*' full scheduler -c sim:demo 3
    ok "replay on a full disk" said 1 '*standard output: No space*' full pinflow replay "$tape"
    ok "record on a full disk" said 1 '*/dev/full: No space*' \
        pinflow record -c sim:demo --cycles 3 /dev/full
    ok "run --record on a full disk" said 1 '*/dev/full: No space*' \
        scheduler -c sim:demo --cycles 3 --record /dev/full 3
    full_journal() { scheduler -c sim:demo --cycles 3 --json --journal /dev/full 3 >/dev/null; }
    ok "a journal on a full disk" said 1 '*no more journal: /dev/full: No space*' full_journal
fi
closed() { "$@" >&-; }
ok "closed standard output" said 1 '*standard output: Bad file descriptor' closed pinflow $day
broken_pipe() {
    { scheduler -c sim:demo --json 3 2>"$scratch/err"; echo $? >"$scratch/code"; } | head -n 1 >/dev/null
    cat "$scratch/err"
    [ "$(cat "$scratch/code")" -eq 1 ] && grep -q 'standard output: Broken pipe' "$scratch/err"
}
ok "a pipe that nobody reads" broken_pipe

finish
