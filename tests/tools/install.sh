#!/bin/sh
# install.sh - what "make install" puts into a system can be used from there, and
# "make uninstall" takes all of it away again.
#
# Installs into an empty directory and builds docs/example.c as a stranger would:
# by pkg-config, knowing nothing of this tree.  "make run" comes before that: what it makes
# is looked up, too.
set -u
. tests/tools/tap.sh

root=$scratch/root
prefix=/opt/pinflow
export PKG_CONFIG_PATH="$root$prefix/lib/pkgconfig"
export PKG_CONFIG_SYSROOT_DIR="$root"

# What a reader of README.md tries next is there once "make run" has been.
shown_with() { make -n -B VARIANT=release show | grep -- "-o $1 "; }

to_system() { make -s VARIANT=release DESTDIR="$root" PREFIX=$prefix "$@"; }

# Files, links, and directories that are nobody's but ours.
left() { find "$root" ! -type d -o -name 'pinflow' ! -path "$root$prefix"; }

nothing_left() {
    left
    [ -z "$(left)" ]
}

build_example() {
    # shellcheck disable=SC2046
    $CC -Wall -Werror -o "$scratch/$1" docs/example.c $2 $(pkg-config --cflags pinflow-graph) $3
}

answers() {
    LD_LIBRARY_PATH="$root$prefix/lib" "$scratch/$1" >"$scratch/answer" &&
        diff - "$scratch/answer" <<EOF
db on CPU 0
web on CPU 1
EOF
}

needs_library() {
    LD_LIBRARY_PATH="$root$prefix/lib" ldd "$scratch/$1" | grep "$root$prefix/lib/libpinflow-graph.so.0"
}

for program in bin/pinflow bin/mcmf; do
    ok "make run makes $program" shown_with $program
done
ok "make install" to_system install
ok "the installed mcmf runs" "$root$prefix/bin/mcmf" --version
ok "the installed pinflow has a host of its own" \
    "$root$prefix/bin/pinflow" plan -c sim:demo
ok "so has vcpu_scheduler" "$root$prefix/bin/vcpu_scheduler" -c sim:demo --cycles 1 3
ok "and scenarios to try" "$root$prefix/bin/pinflow" simulate --periods 2 \
    --scenario "$root$prefix/share/pinflow/scenarios/demo.conf"
for page in mcmf pinflow vcpu_scheduler; do
    ok "the manual of $page is beside it" test -s "$root$prefix/share/man/man1/$page.1"
done
ok "and that of its configuration" test -s "$root$prefix/share/man/man5/pinflow.conf.5"
ok "pkg-config knows the library" pkg-config --exists pinflow-graph
ok "the example builds against the shared library" \
    build_example shared "" "$(pkg-config --libs pinflow-graph)"
ok "it runs with the shared library" needs_library shared
ok "and its answer is right" answers shared
ok "the example builds against the static library" \
    build_example static "" "$root$prefix/lib/libpinflow-graph.a"
refuses "it does not need the shared library" needs_library static
ok "and its answer is the same" answers static
ok "make uninstall" to_system uninstall
ok "nothing is left" nothing_left
finish
