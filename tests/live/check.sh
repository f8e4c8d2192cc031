#!/bin/sh
# check.sh [CASES...] - does the scheduler do on a real host what it promises?
#
# The cases are in cases/, by the subject; all of them where none is named.  Judges are the
# kernel and the guests (judges.sh); the scheduler is not asked.
#
# Wants PINFLOW, the program (what it is called otherwise lies beside it), and LOOK and
# RECKON, which are made from the sources here.
set -u
. tests/live/lab.sh
export PINFLOW="${PINFLOW:-bin/pinflow}"
export LOOK="${LOOK:-build/release/tests/live/look}"
export RECKON="${RECKON:-build/release/tests/live/reckon}"
[ "${LAB:-}" = inside ] || enter "$0" "$@"

. tests/tools/tap.sh
. tests/live/judges.sh
furnish && libvirtd_start || exit 1
[ $# -gt 0 ] || set -- crowds calm change owners weather estimator travel
for subject; do
    # shellcheck source=/dev/null
    case $subject in */*) . "$subject" ;; *) . "tests/live/cases/$subject.sh" ;; esac
done
finish
