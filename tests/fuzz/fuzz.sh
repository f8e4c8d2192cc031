#!/bin/sh
# fuzz.sh - rubbish in, no crash out.  Runs every fuzzer for FUZZ_SECONDS from its
# seeds, under the address and undefined-behaviour sanitizers.
#
# What is found interesting on the way is forgotten; an input that crashes is kept
# in build/fuzz, to become a seed.
set -u
. tests/tools/tap.sh

for source in tests/fuzz/*.c; do
    fuzzer=$(basename "$source" .c)
    mkdir -p "$scratch/$fuzzer"
    ok "$fuzzer: ${FUZZ_SECONDS:-5} seconds of rubbish" "build/fuzz/$fuzzer" \
        -max_total_time="${FUZZ_SECONDS:-5}" -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="build/fuzz/$fuzzer-" \
        "$scratch/$fuzzer" "tests/fuzz/corpus/${fuzzer#fuzz_}"
done
finish
