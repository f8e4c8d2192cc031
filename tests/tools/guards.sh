#!/bin/sh
# guards.sh - the guards bite.  Breaks each rule of the house in a copy of the
# tree and sees to it that the guard of that rule notices.
set -u
. tests/tools/tap.sh

copy=$scratch/copy

# A fresh copy of what the guards look at, built as far as the original is.
fresh() {
    rm -rf "$copy"
    mkdir -p "$copy/build"
    cp -a Makefile README.md data docs graph include src tests "$copy"
    cp -a "build/release" "$copy/build"
}

# Puts a line in front of a file of the copy.
plant() {
    { echo "$2"; cat "$1"; } >"$scratch/planted"
    mkdir -p "$(dirname "$copy/$1")"
    cat "$scratch/planted" >"$copy/$1"
}

# Does the guard notice, for the reason we gave it?
notices() {
    guard=$1
    reason=$2
    if (cd "$copy" && tests/tools/"$guard".sh) >"$scratch/answer" 2>&1; then
        echo "$guard noticed nothing"
        return 1
    fi
    grep -F "$reason" "$scratch/answer" || { cat "$scratch/answer"; return 1; }
}

build() { make -s -C "$copy" VARIANT=release "$@"; }

fresh
ok "layers is content with a copy" sh -c "cd $copy && tests/tools/layers.sh"
mkdir -p "$copy/src/plan" "$copy/include/host"
echo '#include "host/host.h"' >"$copy/src/plan/layout.c"
ok "layers: plan may not know host" notices layers "layer 'plan' may not include <host/host.h>"
rm "$copy/src/plan/layout.c"

plant include/graph/flow.h '#include <glib.h>'
ok "layers: graph may not know GLib" notices layers "layer 'graph' may not include <glib.h>"
refuses "the compiler: there is no GLib to include in graph/" build build/release/graph/network.o

fresh
mkdir -p "$copy/include/model"
echo 'int64_t late(void);' >"$copy/include/model/late.h"
ok "headers: one that needs another before it" notices headers "include/model/late.h stands alone"

fresh
echo 'static inline int *cast(void *p) { return p; }' >>"$copy/include/graph/flow.h"
ok "headers: C that is not C++" notices headers "flow.h stands alone in C++"

fresh
plant graph/network.c '#include <stdio.h>
void pinflow_say(void); void pinflow_say(void) { puts("hello"); }'
ok "a stray puts compiles" build build/release/libpinflow-graph.a
ok "closed: a stray puts" notices closed "graph/ asks for puts"

fresh
plant graph/network.c 'int stray(void); int stray(void) { return 0; }'
ok "a name without prefix compiles" build all
ok "exports: a name without prefix" notices exports "stray"

fresh
sed -i '/^#define flow_verify/d' "$copy/include/graph/flow.h"
ok "a name that lost its prefix compiles" build build/release/libpinflow-graph.a
ok "exports: a name that lost its prefix" notices exports "flow_verify"

fresh
echo '[gone](docs/gone.md)' >>"$copy/README.md"
ok "links: one to a page that is not there" notices links "README.md: there is no docs/gone.md"
finish
