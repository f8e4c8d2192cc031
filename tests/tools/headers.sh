#!/bin/sh
# headers.sh - every header stands alone: it can be included first, and nothing
# before it.  What others may build on, graph/flow.h, must be C++ as well.
#
# A private header without a guard is no header: it is the text of functions that
# are compiled several times over, for several types, and belongs where it is
# included.
#
# Wants CC, STRICT (the language and the warnings) and GLIB (where GLib is).
set -u
. tests/tools/tap.sh

alone() {
    case $1 in
    graph/* | include/graph/*) outside= ;;
    tests/*) outside="$GLIB -Isrc" ;;
    *) outside=$GLIB ;;
    esac
    # shellcheck disable=SC2086
    echo "#include \"$1\"" |
        $CC $STRICT -Werror -I. -Iinclude -Itests $outside -x c -fsyntax-only -
}

alone_in_cxx() {
    echo "#include \"$1\"" |
        "${CLANG:-clang}" -x c++ -std=c++11 -Wall -Wextra -Werror -I. -fsyntax-only -
}

headers() {
    find include -name '*.h'
    find graph src tests bench -name '*.h' -exec grep -l '^#ifndef' {} + 2>/dev/null
}

for header in $(headers | sort); do
    ok "$header stands alone" alone "$header"
done
ok "include/graph/flow.h stands alone in C++" alone_in_cxx include/graph/flow.h
finish
