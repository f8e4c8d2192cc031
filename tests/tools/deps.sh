#!/bin/sh
# deps.sh PURPOSE... - install what is missing to build, check, lint or bench.
#
# Looks for the things themselves, not for packages, so that it is content with a
# compiler from anywhere.  Says what it is about to install, and where nothing is
# missing says and does nothing.
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

header() { echo "#include <$1>" | ${CXX:-c++} -x c++ -fsyntax-only - 2>/dev/null; }

compiles() { echo '#include <stdlib.h>' | ${CC:-cc} -x c -fsyntax-only - 2>/dev/null; }

fuzzes() {
    have clang || return 1
    program=$(mktemp)
    status=0
    echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang -w -fsanitize=fuzzer,address -x c -o "$program" - 2>/dev/null || status=1
    rm -f "$program"
    return $status
}

# purpose | how to tell that it is there | where apt has it | where dnf has it
needs() {
    cat <<'EOF'
build | compiles                         | gcc libc6-dev         | gcc glibc-devel
build | have pkg-config                  | pkg-config            | pkgconf-pkg-config
build | pkg-config --exists glib-2.0     | libglib2.0-dev        | glib2-devel
build | pkg-config --exists libvirt          | libvirt-dev            | libvirt-devel
build | pkg-config --exists libvirt-glib-1.0 | libvirt-glib-1.0-dev | libvirt-glib-devel
build | pkg-config --exists libxml-2.0   | libxml2-dev           | libxml2-devel
check | have prove                       | perl                  | perl-Test-Harness
check | perl -MJSON::PP -e 1             | perl                  | perl-JSON-PP
check | fuzzes                           | clang libclang-rt-dev | clang compiler-rt
live  | have libvirtd                    | libvirt-daemon-system | libvirt-daemon-driver-qemu
live  | have virsh                       | libvirt-clients       | libvirt-client
live  | have qemu-system-x86_64          | qemu-system-x86       | qemu-system-x86-core
live  | have nasm                        | nasm                  | nasm
tidy  | have clang-tidy                  | clang-tidy            | clang-tools-extra
tidy  | have cppcheck                    | cppcheck              | cppcheck
format | have clang-format               | clang-format          | clang-tools-extra
bench | have c++                         | g++                   | gcc-c++
bench | header lemon/network_simplex.h   | liblemon-dev          | coin-or-lemon-devel
bench | header glpk.h                    | libglpk-dev           | glpk-devel
EOF
}

# Prints the packages, by manager $1's names, of what is not there.
missing() {
    by=$1
    shift
    needs | while IFS='|' read -r purpose probe apt dnf; do
        purpose=${purpose%% *}
        case " $* " in *" $purpose "*) ;; *) continue ;; esac
        $probe </dev/null >/dev/null 2>&1 && continue
        if [ "$by" = dnf ]; then echo "$dnf"; else echo "$apt"; fi
    done
}

if have apt-get; then
    manager=apt
elif have dnf; then
    manager=dnf
else
    manager=none
fi

packages=$(echo $(missing $manager "$@"))
[ -n "$packages" ] || exit 0

if [ $manager = none ]; then
    echo "deps: neither apt-get nor dnf is here to install what is missing." >&2
    echo "deps: Debian would call it: $packages" >&2
    exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! have sudo; then
        echo "deps: as root, or with sudo, this would install: $packages" >&2
        exit 1
    fi
    as_root=sudo
fi

echo "deps: installing $packages"
# shellcheck disable=SC2086
case $manager in
apt)
    $as_root apt-get -qq update || echo "deps: trying with the package lists of old" >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends $packages >/dev/null
    ;;
dnf)
    $as_root dnf -q -y install $packages
    ;;
esac
