#!/bin/sh
# run.sh - measure the engine beside its peers, and write bench/RESULTS.md.
#
# Runs bin/bench_flow on one instance after the other, keeps every row it prints in
# build/bench.rows, and lets report.awk make tables of them.  QUICK=1 does less, in
# about a minute.  Ends with 1 where solvers disagreed or failed; what was measured
# is written all the same.
set -u
cd "$(dirname "$0")/.." || exit 1

rows=build/bench.rows
results=bench/RESULTS.md
failed=0

# race LABEL SIZE OPTION... - one instance; its rows, each behind label and size
race() {
    label=$1 size=$2
    shift 2
    printf '  %-5s %s %s\n' BENCH "$label" "$size"
    bin/bench_flow --size "$size" "$@" >"$rows.one" || failed=1
    awk -v label="$label" -v size="$size" '
        NR == 1 { arcs_kib = $(NF - 1) }
        NR > 2  { print label, size, arcs_kib, $0 }' "$rows.one" >>"$rows"
}

races() {
    label=$1 sizes=$2
    shift 2
    for each in $sizes; do
        race "$label" "$each" "$@"
    done
}

# Where there are many instances, or large ones, only who has a chance runs.
fast=pinflow-condensed,pinflow-simplex,lemon-ns,lemon-cost-scaling

everything() {
    races full-unit '64x16 256x64 1024x128 4096x256' --shape full
    race full-unit 16384x512 --shape full --limit 60 --only $fast
    for flow in unit load; do
        races compact-$flow '64x16 1024x128 4096x256 16384x512' \
            --shape compact --flow $flow
    done

    races full-load '1024x128 4096x256' --shape full --flow load --only $fast
    races full-rank1 '256x64 1024x128 4096x256' --shape full --costs rank1 --only $fast
    for hubs in 2 3; do
        races compact-load-$hubs-hubs '1024x128 4096x512' \
            --shape compact --flow load --hubs $hubs --only $fast
    done

    for flow in unit load; do
        for shape in full compact; do
            races supplies-$shape-$flow '1024x128 4096x256' --shape $shape \
                --flow $flow --supplies --only $fast,lemon-capacity-scaling
        done
    done

    for family in netgen grid; do
        races general-$family \
            '1250x10000 464x10000 12500x100000 2154x100000 125000x1000000 10000x1000000' \
            --shape general --family $family --limit 30 --only $fast
    done
    races general-goto '1250x10000 464x10000 12500x100000 2154x100000' \
        --shape general --family goto --limit 30 --only $fast

    growth '512 1024 2048 4096 8192 16384' 128 '32 64 128 256 512' 4096
}

quickly() {
    races full-unit '64x16 256x64 1024x128' --shape full --limit 2
    for flow in unit load; do
        races compact-$flow '1024x128 4096x256' --shape compact --flow $flow --limit 1
    done
    for family in netgen grid goto; do
        races general-$family '1250x10000' --shape general --family $family \
            --only $fast
    done
    growth '512 1024 2048' 64 '32 64 128' 1024
}

# growth ROWS AT_COLUMNS COLUMNS AT_ROWS
growth() {
    for shape in full compact; do
        for v in $1; do
            race growth-v-$shape "${v}x$2" --shape $shape --only pinflow-condensed
        done
        for p in $3; do
            race growth-p-$shape "$4x$p" --shape $shape --only pinflow-condensed
        done
    done
}

mkdir -p build
: >"$rows"
if [ -n "${QUICK:-}" ]; then
    quickly
else
    everything
fi
rm -f "$rows.one"

awk -v machine="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
    -v cores="$(nproc)" \
    -v kernel="$(uname -srm)" \
    -v compiler="$(${CC:-cc} --version | head -n 1)" \
    -v commit="$(git describe --always --dirty 2>/dev/null || echo unknown)" \
    -v date="$(date -u +%Y-%m-%d)" \
    -v quick="${QUICK:-}" \
    -v failed="$failed" \
    -f bench/report.awk "$rows" >"$rows.md" && mv "$rows.md" "$results" || exit 1
echo "  wrote $results"
exit "$failed"
