# crowds.sh - guests that share CPUs badly are put where there is room.

spreads() {
    guests a=50 b=50 c=15 d=15
    for guest in a b c d; do pin $guest 0 0; done
    schedule 2
    sleep 8
    fair even=5 content=5
}
ok "guests that are all on one CPU are spread over both within three periods" try spreads
ok "after that nothing is repinned for twenty periods" calm 40

sorts() {
    guests a=50 b=50 c=15 d=15
    schedule 1
    soon 8 sorted && fair even=5 content=5 && calm 4
}
sorted() { apart a/0 b/0 && apart c/0 d/0; }
ok "of heavy and light guests that float, each CPU gets one of a kind" try sorts

parts() {
    guests m=60,60 a=30 b=30
    pin m 0 0
    pin m 1 0
    pin a 0 1
    pin b 0 1
    schedule 1
    sleep 4
    apart m/0 m/1 && fair even=5 content=5
}
ok "two busy vCPUs of one guest part" try parts
