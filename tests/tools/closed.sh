#!/bin/sh
# closed.sh - graph/ asks nothing of the world but memory.
#
# Read from the objects rather than the sources: whatever the compiler made of
# them, no symbol may remain that others would have to supply, but for the
# functions that give, advise on and move memory, the one that ends a program whose
# assertion failed, and what compilers add for hardening and to learn which
# instructions the CPU has.
#
# Wants BUILD, where the library is.
set -u
. tests/tools/tap.sh

memory='madvise|malloc|calloc|realloc|free|aligned_alloc|abort|bcmp|(__)?mem[a-z]+(_chk)?'
compiler='__assert_fail|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__cpu_[a-z_0-9]+'

foreign() {
    nm -u "$BUILD/libpinflow-graph.a" | awk '$1 == "U" { print $2 }' | sort -u |
        grep -vxE "$memory|$compiler|pinflow_[a-z_]+" | sed 's/^/graph\/ asks for /'
}

nothing_foreign() {
    foreign
    [ -z "$(foreign)" ]
}

ok "there is a library to look at" test -s "$BUILD/libpinflow-graph.a"
ok "graph/ asks for memory and for nothing else" nothing_foreign
finish
