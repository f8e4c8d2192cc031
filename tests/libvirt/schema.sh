#!/bin/sh
# schema.sh - could libvirt have written what our readers are tried on?
#
# The documents here were written by hand; libvirt's own schema, where it is installed, says
# whether that was done with care.
set -u
. tests/tools/tap.sh

schemas=/usr/share/libvirt/schemas

if ! command -v xmllint >/dev/null || [ ! -d "$schemas" ]; then
    echo "1..0 # SKIP there is no xmllint, or no schema of libvirt's"
    exit
fi

for file in tests/libvirt/hosts/*.xml; do
    ok "$file" xmllint --noout --nonet --relaxng "$schemas/capability.rng" "$file"
done
for file in tests/libvirt/domains/*.xml; do
    ok "$file" xmllint --noout --nonet --relaxng "$schemas/domain.rng" "$file"
done
finish
