#!/bin/bash
# run.sh PROGRAM - run one test program for prove.
#
# GLib ends a program at its first failed assertion with "Bail out!", at which
# prove would not run any other program either.  A failed test is only a failed
# test, so that is what it becomes, unless the program had said so already; what
# else it had planned to run prove counts as failed by itself.
set -o pipefail
"$@" </dev/null | awk '
    /^Bail out!/ { print (failed ? "#" : "not ok -") substr($0, 10); next }
                 { failed = /^not ok/; print; fflush() }'
