# change.sh - the world does not keep still.

loads_change() {
    guests a=50 b=50 c=15 d=15
    pin a 0 0
    pin c 0 0
    pin b 0 1
    pin d 0 1
    schedule 1
    sleep 5
    want a 15
    want d 50
    sleep 5
    fair even=5 content=5
}
ok "guests that want something else are balanced again within three periods" try loads_change

vcpu_added() {
    VCPU="<vcpu current='1'>2</vcpu>" guests h=60,60
    guests a=20 b=20
    for guest in h a b; do pin $guest 0 0; done
    schedule 1
    sleep 3
    virsh -q setvcpus h 2 --live
    soon 10 fair content=5 && look 1 | grep 'vcpu h 1'
}
ok "a vCPU that is added to a running guest gets all it wants" try vcpu_added

guest_started() {
    guests a=60 b=30
    pin a 0 0
    pin b 0 0
    schedule 1
    sleep 3
    guests c=60 d=30
    soon 10 fair even=10 content=5
}
ok "a guest that is started in the middle of a period finds room" try guest_started

guest_destroyed() {
    guests a=60 b=60 c=30 d=30
    pin a 0 0
    pin c 0 0
    pin b 0 1
    pin d 0 1
    schedule 1
    sleep 3
    gone a
    want d 50
    soon 10 fair content=5 && alive
}
ok "the others use the room that a guest leaves which is destroyed in the middle of a period" \
    try guest_destroyed

guest_suspended() {
    guests a=80 b=40 c=40
    pin a 0 0
    pin b 0 1
    pin c 0 1
    schedule 1
    sleep 3
    virsh -q suspend a
    sleep 3
    virsh -q resume a
    soon 10 fair content=5 && alive
}
ok "a guest that is suspended and resumed gets all it wants again" try guest_suspended
