# weather.sh - libvirtd comes and goes, and so do we.

# Heavy and light guests have found their places.
settled() {
    guests a=50 b=50 c=15 d=15
    for guest in a b c d; do pin $guest 0 0; done
    schedule 1
    soon 10 fair even=5
}

# Both on a's CPU become heavy, both on b's light.
turned() {
    want b 15
    for guest in c d; do
        if [ "$(cpu_of $guest/0)" = "$(cpu_of a/0)" ]; then want $guest 50; else want $guest 15; fi
    done
}

restarted() {
    settled || return 1
    remember
    libvirtd_stop "$1"
    sleep 1
    libvirtd_start
    sleep 3
    alive && affinities | diff "$scratch/before" - || return 1
    turned
    soon 12 fair even=5
}
ok "libvirtd may be restarted under us: pins stay, and we go on" try restarted TERM
ok "libvirtd may be killed under us: pins stay, and we go on" try restarted KILL

# The first pin of a plan is in libvirtd's log when we are told to end.
interrupted() {
    guests a=35 b=35 c=35 d=20 e=20 f=20
    for guest in a b c d e f; do pin $guest 0 0; done
    remember
    schedule 1
    soon 10 asked_for_pins || return 1
    ends_within_a_second || return 1
    schedule 1
    soon 10 fair even=20 content=5
}
asked_for_pins() { [ "$(calls 'virDomainPin.*')" -gt "$pins" ]; }
ok "ended in the middle of a plan we are gone within a second, and the next start goes on" \
    try interrupted

hangs() {
    settled || return 1
    kill -STOP "$libvirtd"
    sleep 1
    ends_within_a_second
    status=$?
    kill -CONT "$libvirtd"
    return $status
}
ok "we are gone within a second while libvirtd hangs" try hangs

hangs_from_the_start() {
    kill -STOP "$libvirtd"
    schedule 1
    sleep 1
    ends_within_a_second
    status=$?
    kill -CONT "$libvirtd"
    return $status
}
ok "we are gone within a second where libvirtd never answered" try hangs_from_the_start
