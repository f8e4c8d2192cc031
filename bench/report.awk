# report.awk - what RESULTS.md says of the engine, from the rows that run.sh gathered.
#
# A row: label size arcs_kib solver phase ms median max runs load_ms peak_kib cost.
# A label names a kind of instance; a case is a label and a size.

{
    where = $1 " " $2
    if (!(where in seen)) {
        seen[where] = 1
        cases[++n_cases] = where
        label_of[where] = $1
        size_of[where] = $2
    }
    row = where " " $4 " " $5
    arcs_kib[where] = $3
    ms[row] = $6
    median[row] = $7
    max[row] = $8
    runs[row] = $9
    peak_kib[where " " $4] = $11
    if (!($4 in solver_seen)) {
        solver_seen[$4] = 1
        solvers[++n_solvers] = $4
    }
}

# Three digits that count.
function short(x) {
    if (x >= 100)
        return sprintf("%.0f", x)
    if (x >= 10)
        return sprintf("%.1f", x)
    if (x >= 1)
        return sprintf("%.2f", x)
    if (x >= 0.1)
        return sprintf("%.3f", x)
    if (x >= 0.01)
        return sprintf("%.4f", x)
    return sprintf("%.5f", x)
}

# The fastest solver whose name begins so, in that case and phase, or "".
function fastest(where, phase, begins,    i, row, best) {
    best = ""
    for (i = 1; i <= n_solvers; i++) {
        row = where " " solvers[i] " " phase
        if (index(solvers[i], begins) != 1 || !(row in ms))
            continue
        if (best == "" || ms[row] < ms[where " " best " " phase])
            best = solvers[i]
    }
    return best
}

function named(where, solver, phase,    row) {
    row = where " " solver " " phase
    return solver == "" ? "-" : short(ms[row]) " (" solver ")"
}

# The cells of a line that sets our best against LEMON's, and times_as_fast.
function versus(where, phase,    ours, theirs, typical) {
    ours = fastest(where, phase, "pinflow")
    theirs = fastest(where, phase, "lemon")
    times_as_fast = 0
    if (ours == "" || theirs == "")
        return named(where, ours, phase) " | " named(where, theirs, phase) " | - | - |"
    times_as_fast = ms[where " " theirs " " phase] / ms[where " " ours " " phase]
    typical = median[where " " theirs " " phase] / median[where " " ours " " phase]
    return named(where, ours, phase) " | " named(where, theirs, phase) " | **" \
        short(times_as_fast) "** | " short(typical) " |"
}

function bar(what, label, size, phase, wanted,    cells) {
    if (!((label " " size) in seen))
        return
    cells = versus(label " " size, phase)
    printf "| %s | %s | %s %d | %s |\n", what, size, cells, wanted,
        (times_as_fast == 0 ? "-" : times_as_fast >= wanted ? "yes" : "**no**")
}

function harder(    i, k, phase, any) {
    split("cold warm", phase, " ")
    for (k = 1; k <= 2; k++) {
        for (i = 1; i <= n_cases; i++) {
            if (label_of[cases[i]] !~ /^full-(load|rank1)|-hubs$/)
                continue
            if (!any) {
                print "\n## Harder ones, which no bar was set for\n"
                print "*rank1*: costs are load times load and nothing else, full of ties.  *hubs*: levels"
                print "of caches, cells and host instead of the host alone.\n"
                print "| | size | ours ms | LEMON ms | ratio | of medians |"
                print "|---|---|---:|---:|---:|---:|"
                any = 1
            }
            printf "| %s, %s | %s | %s\n", label_of[cases[i]], phase[k],
                size_of[cases[i]], versus(cases[i], phase[k])
        }
    }
}

function bars(what, label, phase, sizes, wanted,    n, i, size, want) {
    n = split(sizes, size, " ")
    split(wanted, want, " ")
    for (i = 1; i <= n; i++)
        bar(what, label, size[i], phase, want[i in want ? i : 1])
}

# How much longer than LEMON's our network simplex takes, on the geometric mean.
function general_mean(    i, ours, theirs, n, sum) {
    for (i = 1; i <= n_cases; i++) {
        ours = cases[i] " pinflow-simplex cold"
        theirs = cases[i] " lemon-ns cold"
        if (label_of[cases[i]] !~ /^general/ || !(ours in ms) || !(theirs in ms))
            continue
        sum += log(ms[ours] / ms[theirs])
        n++
    }
    n_general = n
    return n > 0 ? exp(sum / n) : 0
}

function cell(row) {
    return row in ms ? short(ms[row]) " (" short(median[row]) ", " short(max[row]) ")" : "-"
}

function all_solvers(title, pattern,    i, j, k, phase, line, any) {
    split("cold warm", phase, " ")
    for (i = 1; i <= n_cases; i++) {
        if (label_of[cases[i]] !~ pattern)
            continue
        if (!any) {
            printf "\n### %s\n\n| instance | size | |", title
            for (j = 1; j <= n_solvers; j++)
                printf " %s |", solvers[j]
            printf "\n|---|---|---|"
            for (j = 1; j <= n_solvers; j++)
                printf "---:|"
            print ""
            any = 1
        }
        for (k = 1; k <= 2; k++) {
            if (fastest(cases[i], phase[k], "") == "")
                continue
            line = "| " label_of[cases[i]] " | " size_of[cases[i]] " | " phase[k] " |"
            for (j = 1; j <= n_solvers; j++)
                line = line " " cell(cases[i] " " solvers[j] " " phase[k]) " |"
            print line
        }
    }
}

# The exponent b of ms = a n^b that fits best, n being one side of the size.
function exponent(label, phase, side,    i, row, part, x, y, n, sx, sy, sxx, sxy) {
    for (i = 1; i <= n_cases; i++) {
        row = cases[i] " pinflow-condensed " phase
        if (label_of[cases[i]] != label || !(row in ms))
            continue
        split(size_of[cases[i]], part, "x")
        x = log(part[side])
        y = log(ms[row])
        n++
        sx += x
        sy += y
        sxx += x * x
        sxy += x * y
    }
    return n < 2 ? "-" : sprintf("%.2f", (n * sxy - sx * sy) / (n * sxx - sx * sx))
}

function growth(label, side, what,    i, row, where, any) {
    for (i = 1; i <= n_cases; i++) {
        where = cases[i]
        if (label_of[where] != label || !((where " pinflow-condensed cold") in ms))
            continue
        if (!any) {
            printf "\n%s: time grows as its power %s cold, %s warm.\n\n", what,
                exponent(label, "cold", side), exponent(label, "warm", side)
            print "| size | cold ms | warm ms |\n|---|---:|---:|"
            any = 1
        }
        row = where " pinflow-condensed "
        printf "| %s | %s | %s |\n", size_of[where], short(ms[row "cold"]),
            ((row "warm") in ms ? short(ms[row "warm"]) : "-")
    }
}

function memory(    where, limit, kib) {
    where = "full-unit 16384x512"
    if (!((where " pinflow-condensed") in peak_kib))
        return
    kib = peak_kib[where " pinflow-condensed"]
    limit = 1.5 * arcs_kib[where]
    printf "| peak memory, pinflow-condensed, full %s | %d MiB | %d MiB of arcs | %.2f | 1.5 | %s |\n",
        size_of[where], kib / 1024, arcs_kib[where] / 1024, kib / arcs_kib[where],
        (kib <= limit ? "yes" : "**no**")
}

function supplies(    i, any, where, plain, ours, theirs) {
    for (i = 1; i <= n_cases; i++) {
        where = cases[i]
        if (label_of[where] !~ /^supplies/)
            continue
        if (!any) {
            print "\n## LEMON told of supplies instead of a source\n"
            print "Everywhere above, the scheduling networks are given to all solvers as they"
            print "are, with a source that leads to every vCPU.  LEMON also takes supplies at"
            print "nodes; these are the same instances told that way, cold.\n"
            print "| instance | size | ours | LEMON with supplies | ratio | LEMON with a source |"
            print "|---|---|---:|---:|---:|---:|"
            any = 1
        }
        plain = substr(where, length("supplies-") + 1)
        ours = fastest(where, "cold", "pinflow")
        theirs = fastest(where, "cold", "lemon")
        printf "| %s | %s | %s | %s | %s | %s |\n", label_of[plain], size_of[where],
            named(where, ours, "cold"), named(where, theirs, "cold"),
            (ours == "" || theirs == "" ? "-" : \
                short(ms[where " " theirs " cold"] / ms[where " " ours " cold"])),
            named(plain, fastest(plain, "cold", "lemon"), "cold")
    }
}

END {
    print "# How fast the engine is\n"
    print "Milliseconds of CPU time, one thread, best of several runs: from a loaded network"
    print "without flow to the flow written back into it, for ours, detection of structure"
    print "included; for LEMON and GLPK, from a loaded solver to the flow read out of it."
    print "*Warm* is the same after a twentieth of the costs (full) or of the vCPUs (compact)"
    print "changed, a different twentieth in each run; only pinflow-condensed and pinflow-spfa"
    print "remember anything, the others start from scratch.  Each solver has a process of its"
    print "own.  A solver that takes over the limit for one solve, five seconds if nothing else"
    print "is said in `bench/run.sh`, is missing."
    print failed ? "\n**Some solvers failed or disagreed on the cost: see what `make bench` said.**" : \
        "All solvers agreed on the cost of every instance, before and after every change."

    print "\n## The bars\n"
    print "Times as fast as the fastest LEMON solver in the same run, by the best runs and by"
    print "the medians.\n"
    print "| | size | ours ms | LEMON ms | ratio | of medians | bar | met |"
    print "|---|---|---:|---:|---:|---:|---:|---|"
    bars("full, unit, cold", "full-unit", "cold", \
        "64x16 256x64 1024x128 4096x256 16384x512", "5 12 30 45 90")
    bars("full, unit, warm", "full-unit", "warm", \
        "1024x128 4096x256 16384x512", "100 150 200")
    bars("compact, unit, cold", "compact-unit", "cold", "1024x128 4096x256 16384x512", "20 20 20")
    bars("compact, load, cold", "compact-load", "cold", "1024x128 4096x256 16384x512", "20 20 20")
    bars("compact, unit, warm", "compact-unit", "warm", "1024x128 4096x256 16384x512", "200 200 200")
    bars("compact, load, warm", "compact-load", "warm", "1024x128 4096x256 16384x512", "200 200 200")
    print ""
    print "Here less is better.\n"
    print "| | ours | against | ratio | bar | met |"
    print "|---|---:|---:|---:|---:|---|"
    mean = general_mean()
    if (n_general > 0)
        printf "| general networks, pinflow-simplex, geometric mean of %d | | lemon-ns | %.2f | 1.2 | %s |\n",
            n_general, mean, (mean <= 1.2 ? "yes" : "**no**")
    memory()

    harder()

    print "\n## How time grows\n"
    print "pinflow-condensed, unit flow."
    growth("growth-v-full", 1, "Full, with the number of vCPUs")
    growth("growth-p-full", 2, "Full, with the number of pCPUs")
    growth("growth-v-compact", 1, "Compact, with the number of vCPUs")
    growth("growth-p-compact", 2, "Compact, with the number of pCPUs")

    supplies()

    print "\n## Every solver, and how far its runs lie apart\n"
    print "The best run, and in parentheses the median and the worst."
    all_solvers("Every vCPU to every pCPU", "^full")
    all_solvers("A place to stay and hubs", "^compact")
    all_solvers("General networks", "^general")
}
