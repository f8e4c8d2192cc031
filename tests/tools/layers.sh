#!/bin/sh
# layers.sh - who may include whom.
#
# A layer is a folder: graph/, or one under src/.  Its headers are in the folder
# of the same name under include/.  This table is the architecture; changing a
# line here is a decision, and should be made as one.  A layer's private headers
# lie beside its sources, or in a folder there, so nobody else can reach them; the C
# library's are free to all but for "system", the folders sys/ and linux/, which only
# those get who deal with the world; "memory" is how to advise the kernel on it.
set -u
. tests/tools/tap.sh

may_include() {
    case $1 in
    graph)  echo "graph memory" ;;
    model)  echo "model glib" ;;
    plan)   echo "graph model plan glib" ;;
    conf)   echo "plan model conf glib" ;;
    host)   echo "model host glib libvirt system" ;;
    engine) echo "graph model plan host engine glib system" ;;
    daemon) echo "graph model plan conf host engine daemon glib system" ;;
    cli)    echo "graph model plan conf host engine daemon cli glib system" ;;
    *)      echo "" ;;
    esac
}

layer_of() {
    case $1 in
    glib.h | glib/* | glib-*.h | gio/*) echo glib ;;
    libvirt/* | libvirt-glib/* | libxml/*) echo libvirt ;;
    sys/mman.h)    echo memory ;;
    sys/* | linux/*) echo system ;;
    */*)           echo "${1%%/*}" ;;
    *)             echo none ;; # the C library, or a private header
    esac
}

# Prints "LAYER FILE INCLUDED" for every include that is ours to judge.
includes() {
    for root in graph src/* include/*; do
        [ -d "$root" ] || continue
        find "$root" -name '*.[ch]' -exec grep -Ho '^ *# *include *["<][^">]*' {} + |
            sed -E "s|^([^:]*):[^\"<]*[\"<](.*)|${root##*/} \\1 \\2|"
    done
}

judge() {
    includes | sort | {
        bad=0
        while read -r layer file what; do
            of=$(layer_of "$what")
            [ -e "src/$layer/$what" ] && of=none
            case " $(may_include "$layer") none " in
            *" $of "*) ;;
            *) echo "$file: layer '$layer' may not include <$what>"; bad=1 ;;
            esac
        done
        exit $bad
    }
}

ok "every include is one the table of layers permits" judge
finish
