#!/bin/sh
# mcmf.sh - does bin/mcmf keep its promises to people and scripts?
#
# Right answers come from tests/golden/mcmf, where each problem has one optimum only
# and its answer beside it, and are asked of every algorithm.  Then everything that
# can go wrong: one line that says what, nothing on standard output, and the exit
# code that was promised.
#
# Wants MCMF, the program.
set -u
. tests/tools/tap.sh

case ${MCMF:=bin/mcmf} in /*) program=$MCMF ;; *) program=$PWD/$MCMF ;; esac
golden=tests/golden/mcmf
unfit="not a network of rows and columns, which 'condensed' is for"

# What never ends is wrong too.
mcmf() { timeout 60 "$program" "$@"; }

# printed FILE COMMAND... - it ends well, and prints what FILE holds and no more.
printed() {
    file=$1
    shift
    "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    echo "exit code $got"
    cat "$scratch/err"
    diff "$file" "$scratch/out" && [ "$got" -eq 0 ] && [ ! -s "$scratch/err" ]
}

# on TEXT COMMAND... - runs it with TEXT for standard input.
on() {
    text=$1
    shift
    printf "$text" | "$@"
}

# ── answers ──────────────────────────────────────────────────────────────────

answered() {
    case $(cat "$golden/$1.out") in
    s*) printed "$golden/$1.out" mcmf --verify --algorithm "$2" "$golden/$1.min" ;;
    *) said 1 "$golden/$1.min: $(cat "$golden/$1.out")" \
        mcmf --verify --algorithm "$2" "$golden/$1.min" ;;
    esac
}

answered_or_unfit() {
    answered "$1" condensed ||
        said 1 "$golden/$1.min: $unfit" mcmf --algorithm condensed "$golden/$1.min"
}

for problem in "$golden"/*.min; do
    name=$(basename "$problem" .min)
    for algorithm in auto spfa simplex; do
        ok "$name, by $algorithm" answered "$name" $algorithm
    done
    ok "$name, by condensed or not at all" answered_or_unfit "$name"
done
for name in transportation assignment; do
    ok "$name is what condensed is for" answered $name condensed
done
ok "negative-cycle is not what condensed is for" \
    said 1 "*: $unfit" mcmf --algorithm=condensed $golden/negative-cycle.min

from_stdin() { printed $golden/assignment.out mcmf "$@" <$golden/assignment.min; }
ok "reads standard input" from_stdin
ok "reads standard input by the name of -" from_stdin -
piecewise() { while read -r line; do printf '%s\n' "$line"; done <$golden/assignment.min | mcmf; }
ok "reads a pipe that trickles" printed $golden/assignment.out piecewise

# ── JSON ─────────────────────────────────────────────────────────────────────

json() {
    mcmf --json "$@" 2>"$scratch/err" >"$scratch/json"
    code=$?
    sed -E 's/_ms": [0-9]+\.[0-9]{3}/_ms": TIME/g' "$scratch/json"
    return $code
}

json_is() {
    echo "$1" >"$scratch/expected"
    shift
    printed "$scratch/expected" json "$@"
}

json_of_failure_is() {
    word=$1
    echo "{\"status\": \"$word\", \"cost\": null, \"flow\": null, \"algorithm\": \"spfa\", $2, \"read_ms\": TIME, \"solve_ms\": TIME}" >"$scratch/expected"
    shift 2
    json --algorithm spfa "$@" >"$scratch/out"
    [ $? -eq 1 ] && diff "$scratch/expected" "$scratch/out" && [ "$(cat "$scratch/err")" = "$1: $word" ]
}

ok "--json prints one object" json_is \
    '{"status": "optimal", "cost": 9, "flow": 3, "algorithm": "simplex", "nodes": 6, "arcs": 9, "read_ms": TIME, "solve_ms": TIME}' \
    --algorithm simplex $golden/assignment.min
ok "--json counts what is shipped, lower bounds or not" json_is \
    '{"status": "optimal", "cost": 80, "flow": 10, "algorithm": "spfa", "nodes": 4, "arcs": 6, "read_ms": TIME, "solve_ms": TIME}' \
    --verify --algorithm spfa $golden/lower-bounds.min
ok "--json has a word for the infeasible" json_of_failure_is infeasible \
    '"nodes": 3, "arcs": 2' $golden/infeasible.min
ok "--json has a word for the unbounded" json_of_failure_is unbounded \
    '"nodes": 3, "arcs": 4' $golden/unbounded.min
auto_names_one() { json $golden/assignment.min | grep -qE '"algorithm": "(spfa|condensed|simplex)"'; }
ok "--json names the algorithm that auto chose" auto_names_one
ok "--json prints nothing for bad input" said 2 '<stdin>:1: *' on 'x' mcmf --json

# ── options ──────────────────────────────────────────────────────────────────

helps() { mcmf "$1" | grep -q -e '--algorithm' && mcmf "$1" | grep -q '\[FILE\]'; }
ok "--help helps" helps --help
ok "-h helps" helps -h
version() { mcmf --version | grep -qE '^mcmf \(Pinflow\) [0-9]+\.[0-9]+\.[0-9]+$'; }
ok "--version says which" version
ok "an unknown option is misuse" said 2 'mcmf: *--nonsense*' mcmf --nonsense
ok "an unknown algorithm is misuse" said 2 "mcmf: *'magic'*" mcmf --algorithm magic
ok "an empty algorithm is misuse" said 2 "mcmf: *''*" mcmf --algorithm=
ok "--algorithm wants a name" said 2 'mcmf: *--algorithm*' mcmf --algorithm
ok "two problems are misuse" said 2 'mcmf: *one problem*' \
    mcmf $golden/assignment.min $golden/assignment.min
cp $golden/assignment.min "$scratch/--json"
named_like_an_option() { (cd "$scratch" && mcmf -- --json) | grep -q '^s 9$'; }
ok "a file may be named like an option" named_like_an_option

# ── input that is not to be had ──────────────────────────────────────────────

closed_stdin() { mcmf <&-; }
ok "no such file" said 2 "$scratch/none: No such file or directory" mcmf "$scratch/none"
ok "an empty name" said 2 ": No such file or directory" mcmf ""
ok "a directory" said 2 "$scratch: Is a directory" mcmf "$scratch"
ok "closed standard input" said 2 '<stdin>: Bad file descriptor' closed_stdin
if [ "$(id -u)" -ne 0 ]; then
    touch "$scratch/secret" && chmod 0 "$scratch/secret"
    ok "a file that may not be read" said 2 '*: Permission denied' mcmf "$scratch/secret"
fi

# ── input that makes no sense ────────────────────────────────────────────────

bad() {
    words=$1 line=$2
    printf "$3" >"$scratch/bad.min"
    ok "$words" said 2 "$scratch/bad.min:$line" mcmf "$scratch/bad.min"
}

bad "empty" "1: *without a p line" ''
bad "only a comment" "1: *without a p line" 'c\n'
bad "not a minimum-cost problem" "2: *'p min NODES ARCS'" 'c\np max 2 1\n'
bad "arcs before the p line" "1: *must come first" 'a 1 2 0 1 1\n'
bad "two p lines" "2: a second p line" 'p min 2 1\np min 2 1\n'
bad "an unknown line" "2: *begin with*" 'p min 2 1\ne 1 2\n'
bad "text for a number" "3: *whole number*" 'p min 2 1\n\na 1 2 0 many 1\n'
bad "a fraction for a number" "2: *whole number*" 'p min 2 1\na 1 2 0 1.5 1\n'
bad "a number beyond 64 bits" "2: *64 bits" 'p min 2 1\na 1 2 0 1 18446744073709551617\n'
bad "a capacity beyond 2^60" "2: *capacity*" 'p min 2 1\na 1 2 0 9223372036854775807 1\n'
bad "a cost beyond 2^50" "2: *cost*" 'p min 2 1\na 1 2 0 1 -9223372036854775808\n'
bad "a line that ends early" "2: *too early" 'p min 2 1\na 1 2 0 1'
bad "a line that goes on" "2: *goes on*" 'p min 2 1\na 1 2 0 1 1 1\n'
bad "node 0" "2: *no node*" 'p min 2 1\na 0 2 0 1 1\n'
bad "a node too many" "2: *no node*" 'p min 2 1\na 1 3 0 1 1\n'
bad "more arcs than announced" "3: more arcs*" 'p min 2 1\na 1 2 0 1 1\na 1 2 0 1 1\n'
bad "fewer arcs than announced" "2: *fewer arcs*" 'p min 2 2\na 1 2 0 1 1\n'
bad "a lower bound above the capacity" "2: *above*" 'p min 2 1\na 1 2 2 1 1\n'
bad "a negative lower bound" "2: *lower bound*" 'p min 2 1\na 1 2 -1 1 1\n'
bad "unbalanced supplies" "3: *add up to zero" 'p min 2 1\nn 1 5\na 1 2 0 1 1\n'
bad "a supply given twice" "3: *before" 'p min 2 0\nn 1 5\nn 1 -5\n'
bad "a bold p line" "1: *fewer arcs*" 'p min 2000000000 1000000000\n'
bad "a bolder p line" "1: *nodes must be*" 'p min 99999999999 1\n'
bad "paths too dear" "2: *too dear*" 'p min 400 1\na 1 400 0 1 1125899906842624\n'
ok "a program is no problem" said 2 "$program:1: *begin with*" mcmf "$program"

cut_short() {
    size=$(wc -c <$golden/transportation.min)
    for n in $(seq 0 $((size - 2))); do
        head -c "$n" $golden/transportation.min >"$scratch/cut.min"
        case $(tail -n 1 "$scratch/cut.min") in a*" "9) continue ;; esac
        said 2 "$scratch/cut.min:*" mcmf "$scratch/cut.min" || return 1
    done
}
ok "cut short anywhere" cut_short

# ── input without end ────────────────────────────────────────────────────────

long() { # BEFORE CHARACTER AFTER
    printf "$1"
    head -c 200000000 /dev/zero | tr '\0' "$2"
    printf "$3"
}
long_comment() { long 'c ' x '\np min 1 0\n' | limited; }
long_gap() { long 'p min 1 0\n' ' ' '\n' | limited; }
long_line() { long '' x '' | limited; }
long_number() { long 'p min 2 1\na 1 ' 1 ' 0 1 1\n' | limited; }

limit=60000
limited() { (ulimit -v $limit && mcmf "$@"); }
many_arcs() { { echo 'p min 2 2000000' && yes 'a 1 2 0 1 1' | head -n 2000000; } | limited; }
many_nodes() { on 'p min 4000000 1\na 1 4000000 0 1 1\n' limited; }

echo 's 0' >"$scratch/nothing"
if limited --version >/dev/null 2>&1; then
    ok "a comment of 200 MB takes no memory" printed "$scratch/nothing" long_comment
    ok "a gap of 200 MB takes no memory" printed "$scratch/nothing" long_gap
    ok "a line of 200 MB is refused without reading it" said 2 '<stdin>:1: *' long_line
    ok "a number of 200 MB is refused without reading it" said 2 '<stdin>:2: *64 bits' long_number
    ok "too many arcs: out of memory" said 1 '<stdin>: out of memory*' many_arcs
    ok "too many nodes: out of memory" said 1 '<stdin>: out of memory*' many_nodes
else
    echo "# a sanitizer wants more memory than can be limited"
fi

# ── what cannot be answered ──────────────────────────────────────────────────

dear='p min 2 1\nn 1 1152921504606846976\nn 2 -1152921504606846976\na 1 2 0 -1 1125899906842624\n'
for algorithm in auto spfa simplex; do
    ok "a cost beyond 64 bits, by $algorithm" said 1 '<stdin>: *64 bits' \
        on "$dear" mcmf --algorithm $algorithm
done
summed='p min 2 2\nn 1 8192\nn 2 -8192\na 1 2 8191 9000 1125899906842624\na 1 2 0 9000 1125899906842624\n'
ok "a cost beyond 64 bits with its lower bounds" said 1 '<stdin>: *64 bits' on "$summed" mcmf

# ── output that does not arrive ──────────────────────────────────────────────

full() { mcmf "$@" >/dev/full; }
closed() { mcmf "$@" >&-; }
if [ -c /dev/full ]; then
    ok "a full disk" said 1 'standard output: No space left on device' full $golden/assignment.min
    ok "a full disk for JSON" said 1 'standard output: No space*' full --json $golden/assignment.min
    ok "a full disk for --help" said 1 'standard output: No space*' full --help
    ok "a full disk for --version" said 1 'standard output: No space*' full --version
fi
ok "closed standard output" said 1 'standard output: Bad file descriptor' closed $golden/assignment.min
ok "the infeasible need no output" said 1 '*: infeasible' closed $golden/infeasible.min

finish
