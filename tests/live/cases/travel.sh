# travel.sh - guests that are put away, and come back.

# Of two guests on CPU 0 one has been moved to CPU 1 by us: $ours.  Then both want so
# little that nobody would move them again.
moved_by_us() {
    guests a=70 b=70
    pin a 0 0
    pin b 0 0
    schedule 1
    soon 10 fair even=10 || return 1
    if on a/0 1; then ours=a; else ours=b; fi
    want a 5
    want b 5
    sleep 6
    on $ours/0 1
}

restored() {
    moved_by_us || return 1
    virsh -q save $ours "$scratch/saved"
    virsh -q restore "$scratch/saved"
    soon 8 on $ours/0 0 && calm 3
}
ok "a guest that is saved and restored has the pins it had before us" try restored

# As after a reboot, or on another host.
restored_without_ledger() {
    moved_by_us || return 1
    schedule_end
    virsh -q save $ours "$scratch/saved"
    rm -rf "$scratch/run"
    virsh -q restore "$scratch/saved"
    on $ours/0 1 || return 1
    schedule 1
    soon 8 on $ours/0 0 && calm 3
}
ok "so has one that comes to a host where nothing is known of it" try restored_without_ledger

# How long, at most, nobody asked for statistics, in ms, after so many lines of the log.
longest_gap() {
    sed -n '1,'"$1"'d;s/^[-0-9]* \([0-9]*\):\([0-9]*\):\([0-9]*\)\.\([0-9]*\).*virConnectGetAllDomainStats.*/\1 \2 \3 \4/p' \
        /run/libvirt/log | awk '
        { now = (($1 * 60 + $2) * 60 + $3) * 1000 + $4 }
        NR > 1 && now - then > gap { gap = now - then }
        { then = now }
        END { print (NR > 1 ? gap : 99999) }'
}

# Somebody holds the pipe open, and does not read.
being_saved() {
    guests a=40 b=40 c=40
    pin b 0 0
    pin c 0 0
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    sleep 1000 <>"$scratch/fifo" &
    holder=$!
    virsh -q save a "$scratch/fifo" &
    saving=$!
    sleep 1
    lines=$(wc -l </run/libvirt/log)
    schedule 1
    soon 8 apart b/0 c/0 && sleep 2 && gap=$(longest_gap "$lines") &&
        echo "statistics at most $gap ms apart" && [ "$gap" -lt 2000 ]
    status=$?
    cat "$scratch/fifo" >"$scratch/saved" &
    sleep 0.2
    kill $holder
    wait $saving
    return $status
}
ok "while one guest is being saved, and that takes long, the others are seen to" try being_saved
