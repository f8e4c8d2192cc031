# tap.sh - enough of TAP for tests written in shell.  Read it with ".", then
#
#   ok "the claim" command ...      holds when the command succeeds
#   refuses "the claim" command ... holds when it fails
#   ok "the claim" said CODE LINE command ...
#                                   holds when all it does is to complain, like that
#   finish                          says how many claims there were, and exits
#
# What a command printed is shown only when its claim does not hold.

claims=0
broken=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

claim() {
    claims=$((claims + 1))
    if [ "$1" = held ]; then
        echo "ok $claims - $2"
    else
        echo "not ok $claims - $2"
        { echo "does not hold: $2"; cat "$scratch/said"; } | sed 's/^/#   /' >&2
        broken=$((broken + 1))
    fi
}

ok() {
    words=$1
    shift
    if "$@" >"$scratch/said" 2>&1; then claim held "$words"; else claim broke "$words"; fi
}

refuses() {
    words=$1
    shift
    if "$@" >"$scratch/said" 2>&1; then claim broke "$words"; else claim held "$words"; fi
}

# said CODE LINE COMMAND... - it ends with CODE, LINE (a pattern) is all it complains,
# and nothing but complaint does it say.
said() {
    code=$1 line=$2
    shift 2
    "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    echo "exit code $got instead of $code, or '$(head -c 300 "$scratch/err")' for '$line', after:"
    head -c 300 "$scratch/out"
    [ "$got" -eq "$code" ] && [ ! -s "$scratch/out" ] || return 1
    [ "$(wc -l <"$scratch/err")" -eq 1 ] || return 1
    # shellcheck disable=SC2254 # a pattern it is
    case $(cat "$scratch/err") in $line) ;; *) return 1 ;; esac
}

finish() {
    echo "1..$claims"
    [ "$broken" -eq 0 ]
    exit
}
