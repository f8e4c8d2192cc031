#!/bin/sh
# exports.sh - a program that links our library meets the names of its header,
# each with the library's prefix, and no others.
#
# Wants BUILD, where the library is.
set -u
. tests/tools/tap.sh

declared() {
    sed -n 's/^#define [a-z_]* \(pinflow_[a-z_]*\)$/\1/p' include/graph/flow.h | sort
}

shared() {
    nm -D --defined-only "$BUILD/libpinflow-graph.so" |
        awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort
}

# What the objects of the static library define for all to see.
strangers() {
    nm -g --defined-only "$BUILD/libpinflow-graph.a" |
        awk 'NF == 3 && $3 !~ /^pinflow_/ { print $3 }'
}

same_names() {
    declared >"$scratch/declared"
    shared >"$scratch/shared"
    diff "$scratch/declared" "$scratch/shared"
}

no_strangers() {
    strangers
    [ -z "$(strangers)" ]
}

ok "the shared library exports what flow.h declares, and nothing else" same_names
ok "no global name in the static library lacks the prefix" no_strangers
finish
