# estimator.sh - what guests want is told from what they get.

# Records three periods, and has "reckon" say what it makes of them.
reckoned() {
    "$PINFLOW" record --period 1.5 --cycles 3 "$scratch/recording" &&
        "$RECKON" "$scratch/recording" | tee "$scratch/reckoned"
}

# between LEAST MOST VCPUS: that is what they are taken to want, in sum.
between() {
    awk -v least="$1" -v most="$2" -v vcpus=" $3 " '
        index(vcpus, " " $1 " ") { sum += $5; n++ }
        END { print "in sum", sum; exit !n || sum < least || sum > most }' "$scratch/reckoned"
}

beside_hogs() {
    guests a=20 "$@"
    for guest in a "$@"; do pin "${guest%=*}" 0 0; done
    reckoned && between 17 23 a/0
}
ok "a guest that wants 20 % is known to beside a hog" try beside_hogs x=100
ok "a guest that wants 20 % is known to beside two hogs" try beside_hogs x=100 y=100
ok "a guest that wants 20 % is known to beside three hogs" try beside_hogs x=100 y=100 z=100

three_of_thirty() {
    guests a=30 b=30 c=30
    for guest in a b c; do pin $guest 0 0; done
    reckoned && between 81 99 "a/0 b/0 c/0"
}
ok "three guests that want 30 % of one CPU are known to want 90" try three_of_thirty

# The kernel divides a CPU by guests, and a guest's part by its vCPUs that want to run, on
# whichever CPU.  The simulated host says the same.
shared_by_weight() {
    guests a=100 b=100,100
    pin a 0 0
    pin b 0 0
    pin b 1 1
    look 3 >"$scratch/looked"
    awk '{ print }
         $2 == "a" { a = $5 }
         $2 == "b" && $3 == 0 { b = $5 }
         END { part = 100 * a / (a + b); print "part of a", part; exit part < 61 || part > 71 }' \
        "$scratch/looked"
}
ok "beside one of two vCPUs of a guest another one gets two thirds of a CPU" try shared_by_weight
