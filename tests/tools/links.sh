#!/bin/sh
# links.sh - every link from our documents into the tree leads somewhere.
set -u
. tests/tools/tap.sh

# Prints "DOCUMENT LINK" for each link that is not to another site or within a page.
links() {
    grep -oE '\]\([^)# ]+' "$@" /dev/null | sed 's/:](/ /' | grep -v '://'
}

follow() {
    links "$1" | {
        broken_links=0
        while read -r document link; do
            [ -e "$(dirname "$document")/$link" ] && continue
            echo "$document: there is no $link"
            broken_links=1
        done
        exit $broken_links
    }
}

for document in *.md docs/*.md; do
    ok "$document leads nowhere in vain" follow "$document"
done
finish
