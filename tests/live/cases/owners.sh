# owners.sh - what others want, and what they do.

# stays VCPU CPUS: for six seconds.
stays() {
    for _ in 1 2 3 4 5 6; do
        on "$1" "$2" || return 1
        sleep 1
    done
}

keeps_to_its_own() {
    TUNE="<cputune><vcpupin vcpu='0' cpuset='0'/></cputune>" guests o=80
    guests a=80 b=10
    pin a 0 0
    pin b 0 1
    schedule 1
    stays o/0 0 && on a/0 1 && fair content=5
}
ok "a guest whose owner pinned it stays there, and the others make room" try keeps_to_its_own

behind_our_back() {
    guests a=60 b=60 c=20
    for guest in a b c; do pin $guest 0 0; done
    schedule 1
    soon 10 fair even=25 || return 1
    cpu=$(cpu_of a/0)
    pin b 0 "$cpu"
    stays b/0 "$cpu" && fair even=25
}
ok "a guest that somebody else pins meanwhile stays there, and the others make room" \
    try behind_our_back
