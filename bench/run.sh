#!/bin/sh
# run.sh - measure plans, periods and the engine, and write bench/RESULTS.md.
#
# Each part leaves a page in build/, and RESULTS.md is all the pages there are: so
# PARTS="quality" measures one of them anew, of quality, period and engine.  QUICK=1
# does less of everything, in a few minutes.  Ends with 1 where something failed or
# solvers disagreed; what was measured is written all the same.
set -u
cd "$(dirname "$0")/.." || exit 1

rows=build/bench.rows
results=bench/RESULTS.md
failed=0
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)

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

# page PART COMMAND... - what the command prints becomes that part's page
page() {
    part=$1
    shift
    "$@" >"build/bench.$part.new" || failed=1
    {
        cat "build/bench.$part.new"
        printf '\nMeasured at commit %s on %s%s.\n' "$commit" "$(date -u +%Y-%m-%d)" \
            "${QUICK:+, quickly}"
    } >"build/bench.$part.md"
    rm -f "build/bench.$part.new"
}

quality() {
    printf '  %-5s %s\n' BENCH 'plans, on real days and steady hosts'
    page quality bin/bench_quality ${QUICK:+--quick} --plot bench/overload.svg
}

period() {
    printf '  %-5s %s\n' BENCH 'periods, from 16 vCPUs to 65,536'
    page period bin/bench_period ${QUICK:+--quick}
}

engine() {
    : >"$rows"
    if [ -n "${QUICK:-}" ]; then
        quickly
    else
        everything
    fi
    rm -f "$rows.one"
    page engine awk -v failed="$failed" -f bench/report.awk "$rows"
}

front() {
    cat <<EOF
# What was measured

Written by \`make bench\`; do not edit.

- $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, $(uname -srm)
- $(${CC:-cc} --version | head -n 1); LEMON's solvers with -O3 and 32-bit numbers where
  those suffice
- milliseconds are CPU time of one thread

![Overload against repins, all policies](overload.svg)
EOF
}

mkdir -p build
for part in ${PARTS:-quality period engine}; do
    $part
done
{
    front
    for part in quality period engine; do
        if [ -f "build/bench.$part.md" ]; then
            echo
            cat "build/bench.$part.md"
        fi
    done
} >"$results"
echo "  wrote $results"
exit "$failed"
