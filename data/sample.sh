#!/bin/sh
# sample.sh MCMF - solve the sample network and say in words what came out.
#
# The network's comments tell which node is which vCPU or CPU, so that its answer,
# a list of edges that carry flow, can be read back as a schedule.
set -eu

sample=$(dirname "$0")/sample.min
answer=$("$1" --verify "$sample")

cat <<EOF

A host has three CPUs.  Four of its six virtual CPUs crowd on CPU 0, and CPU 2 idles.
Who should move, if moving costs something and crowding costs more?

EOF
echo "$answer" | awk '
    $1 == "c" && $2 == "node" && $4 == "vcpu" { vcpu[$3] = $5; now[$3] = $7 }
    $1 == "c" && $2 == "node" && $4 == "cpu"  { cpu[$3] = $5 }
    $1 == "s" { cost = $2 }
    $1 == "f" && $2 in vcpu && $3 in cpu {
        to = cpu[$3]
        printf "    %-8s on CPU %s   %s\n", vcpu[$2], now[$2],
               to == now[$2] ? "stays" : "moves to CPU " to
    }
    END { printf "\nThis costs %s, where leaving everybody in place would cost 80.", cost }
' "$sample" -
cat <<EOF
  It is the
least possible, which was checked independently of how it was found.

The network is $sample, and its comments explain it.  To see the bare answer:

    $1 $sample

EOF
