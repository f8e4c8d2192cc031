#!/bin/sh
# tidy.sh - what clang-tidy and cppcheck have to say about our sources: nothing.
#
# What clang-tidy looks for, and what not and why, is in .clang-tidy.
set -eu

glib=$(pkg-config --cflags glib-2.0 | sed 's/-I/-isystem /g')
sources=$(find graph src tests -name '*.c' | sort)

# shellcheck disable=SC2086
clang-tidy --quiet --warnings-as-errors='*' $sources -- \
    -std=gnu11 -Iinclude -Isrc -Itests $glib -DPINFLOW_VERSION='"tidy"'

# cppcheck does not see GLib, and need not: what it says of unknown macros and of
# functions used only by other people is no news.
# shellcheck disable=SC2086
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
    --enable=warning,performance,portability \
    --suppress=missingInclude --suppress=unknownMacro --suppress=normalCheckLevelMaxBranches \
    --library=gnu,posix,gtk -Iinclude -Isrc -Itests $sources
