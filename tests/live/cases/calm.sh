# calm.sh - what need not be touched is not.

balanced() {
    guests a=45 b=45 c=10 d=10
    pin a 0 0
    pin b 0 1
    pin c 0 0
    pin d 0 1
    remember
    schedule 1
    sleep 6
    unchanged
}
ok "guests that share well are not repinned once" try balanced

idle() {
    guests a=0 b=0 c=0 d=0
    for guest in a b c d; do pin $guest 0 0; done
    remember
    schedule 1
    sleep 6
    unchanged
}
ok "guests that idle are not repinned once, wherever they are" try idle

throttled() {
    TUNE="<cputune><period>100000</period><quota>25000</quota></cputune>" guests q=100
    guests a=50 b=75
    pin q 0 0
    pin a 0 0
    pin b 0 1
    remember
    schedule 1
    sleep 6
    unchanged && look 2 | awk '{ print } $2 == "q" { ran = $5 } END { exit ran < 20 || ran > 30 }'
}
ok "a guest that waits for its quota, and not for a CPU, causes no repin" try throttled
