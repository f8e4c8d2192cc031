# judges.sh - what is the case, as the kernel and the guests say.  Read it with ".".
#
# A judge prints what it saw, for those who have to find out why, and succeeds or fails.
# Other programs run on the machine too: what they used is told from what guests used, and
# where it was much, only the latter counts.

look() { "$LOOK" "$@"; }

# For each vCPU that runs, "GUEST/NUMBER CPUS".
affinities() {
    for file in /run/libvirt/qemu/*.pid; do
        [ -f "$file" ] || continue
        name=${file##*/} name=${name%.pid}
        for thread in "/proc/$(cat "$file")"/task/*; do
            read -r comm <"$thread/comm" || continue
            case $comm in CPU*/*) ;; *) continue ;; esac
            comm=${comm#CPU } comm=${comm%/*}
            echo "$name/$comm $(sed -n 's/^Cpus_allowed_list:\t//p' "$thread/status")"
        done
    done 2>/dev/null | sort
}

# on a/0 1: that is the affinity of this vCPU.
on() {
    affinities
    affinities | grep -qx "$1 $2"
}

cpu_of() { affinities | sed -n "s|^$1 ||p"; }

# In apart a/0 b/0, they are on one CPU each, and not the same.
apart() {
    affinities
    [ "$(cpu_of "$1")" != "$(cpu_of "$2")" ] &&
        case "$(cpu_of "$1")$(cpu_of "$2")" in 01 | 10) ;; *) false ;; esac
}

# fair even=5: both CPUs are within 5 points of each other.  fair content=5: each vCPU does
# as much work as it wants, give or take 5 points.  Or both.  With other programs in the
# way it is twice as much: they slow guests down, by what CPUs share, wherever they run.
fair() {
    look 2 | awk '
        NR == 1 && hidden { even *= 2; content *= 2 }
        { print }
        /^cpu [01]/ { busy[$2] = $4; guests[$2] = $6 }
        /^vcpu/ { n++; short = $11 - $9; if (short > content || -short > content) unhappy++ }
        function far(a, b) { return a - b > even || b - a > even }
        END {
            foreign = busy[0] + busy[1] - guests[0] - guests[1]
            quiet = !hidden && foreign < even
            uneven = far(guests[0], guests[1]) || quiet && far(busy[0], busy[1])
            exit !n || even && uneven || content && unhappy
        }' "$@" hidden="${hider:+1}" -
}

# From "remember" to "unchanged" nothing moves: affinities stay, and nobody asks libvirt to
# pin anything.
remember() {
    affinities >"$scratch/before"
    pins=$(calls 'virDomainPin.*')
}

unchanged() {
    affinities >"$scratch/after"
    diff "$scratch/before" "$scratch/after" || return 1
    echo "pins asked for: $(($(calls 'virDomainPin.*') - pins))"
    [ "$(calls 'virDomainPin.*')" -eq "$pins" ] && alive
}

# For $1 seconds.
calm() {
    remember
    sleep "$1"
    unchanged
}

# The scheduler runs.
alive() { kill -0 "$scheduler"; }

ends_within_a_second() {
    begun=$(date +%s%N)
    schedule_end
    echo "it took $((($(date +%s%N) - begun) / 1000000)) ms, and gave $?"
    [ $(($(date +%s%N) - begun)) -lt 1000000000 ]
}

# soon SECONDS JUDGE...: it succeeds before so much time has gone by.
soon() {
    until=$(($(date +%s) + $1))
    shift
    while ! "$@" >"$scratch/sooner"; do
        [ "$(date +%s)" -lt "$until" ] || { cat "$scratch/sooner"; return 1; }
        sleep 0.2
    done
}

# What other programs use is load that the scheduler has to live with, and may make it do
# something else than a case is about.  Where they do not leave the CPUs alone, they are
# hidden from it: it then sees what /proc/stat would say if guests were all that ran.
quiet() {
    if [ "${hider:-}" ]; then
        umount /proc/stat
        kill "$hider"
        hider=
    fi
    look 0.6 | awk '/^cpu/ { foreign += $4 - $6 } END { exit foreign > 30 }' && return
    echo "other programs want the CPUs, too: they are hidden from the scheduler"
    : >"$scratch/stat"
    "$LOOK" --hide "$scratch/stat" &
    hider=$!
    soon 5 test -s "$scratch/stat" && mount --bind "$scratch/stat" /proc/stat
}

# A case that fails is tried twice more from the start, in case something disturbed it.
try() {
    for _ in 1 2 3; do
        fresh
        quiet
        "$@" && return
        sed 's/^/scheduler: /' "$scratch/log" 2>/dev/null
    done
    return 1
}
