#!/bin/sh
# cover.sh BUILD - which part of graph/ did the tests walk through?
#
# Reads what a build with --coverage counted while it ran.
set -eu

for source in graph/*.c; do
    gcov -n -o "$1/graph" "$source" 2>/dev/null
done | awk -F"[':% ]+" '
    /^File/  { file = $2 }
    /^Lines/ && file ~ /^graph\/.*(\.c|_body\.h)$/ {
        printf "  %-24s %5.1f %% of %4d lines\n", file, $3, $5
        walked += $3 * $5 / 100
        lines += $5
        file = ""
    }
    END {
        if (!lines)
            exit 1
        printf "  %-24s %5.1f %% of %4d lines\n", "all", 100 * walked / lines, lines
    }'
