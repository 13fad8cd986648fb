#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# deps.sh GROUP... - makes sure that what a target needs is installed; `make deps` calls it.
#
# Groups: build check memcheck cov lint fuzz. Each row of the table is one need: how it is probed (a command, or a
# module of pkg-config) and its package in four worlds. Nothing is asked of a package manager while all is there. With
# apt the missing packages are installed, by sudo only when not root; elsewhere their names are printed and we stop.

needs='
#group    probe               apt                     dnf                   pacman        brew
build     cmd:cc              gcc                     gcc                   gcc           gcc
build     cmd:make            make                    make                  make          make
build     cmd:pkg-config      pkg-config              pkgconf-pkg-config    pkgconf       pkgconf
build     hdr:stdio.h         libc6-dev               glibc-devel           glibc         -
build     pc:ncursesw         libncurses-dev          ncurses-devel         ncurses       ncurses
build     pc:readline         libreadline-dev         readline-devel        readline      readline
build     pc:gsl              libgsl-dev              gsl-devel             gsl           gsl
build     pc:openblas         libopenblas-serial-dev  openblas-devel        openblas      openblas
build     pc:libcurl          libcurl4-openssl-dev    libcurl-devel         curl          curl
build     pc:libcjson         libcjson-dev            cjson-devel           cjson         cjson
build     pc:zlib             zlib1g-dev              zlib-devel            zlib          zlib
build     pc:libzstd          libzstd-dev             libzstd-devel         zstd          zstd
build     pc:liblzma          liblzma-dev             xz-devel              xz            xz
build     pc:libutf8proc      libutf8proc-dev         utf8proc-devel        libutf8proc   utf8proc
build     pc:yajl             libyajl-dev             yajl-devel            yajl          yajl
build     pc:cairo-svg        libcairo2-dev           cairo-devel           cairo         cairo
build     pc:openssl          libssl-dev              openssl-devel         openssl       openssl@3
build     cmd:less            less                    less                  less          less
check     pc:cmocka           libcmocka-dev           libcmocka-devel       cmocka        cmocka
check     cmd:tmux            tmux                    tmux                  tmux          tmux
check     cmd:pgrep           procps                  procps-ng             procps-ng     -
check     cmd:mandoc          mandoc                  mandoc                mandoc        mandoc
check     cmd:java            openjdk-17-jre-headless java-17-openjdk-headless jre17-openjdk-headless openjdk@17
check     cmd:mvn             maven                   maven                 maven         maven
check     cmd:unzip           unzip                   unzip                 unzip         unzip
check     cmd:curl            curl                    curl                  curl          curl
check     cmd:nginx           nginx-light             nginx                 nginx         nginx
check     cmd:openssl         openssl                 openssl               openssl       openssl@3
check     cmd:sqlite3         sqlite3                 sqlite                sqlite        sqlite
check     cmd:chromium        chromium                chromium              chromium      -
check     py:numpy            python3-numpy           python3-numpy         python-numpy  numpy
memcheck  cmd:valgrind        valgrind                valgrind              valgrind      -
cov       cmd:gcovr           gcovr                   gcovr                 python-gcovr  gcovr
lint      cmd:clang           clang                   clang                 clang         llvm
fuzz      cmd:clang           clang                   clang                 clang         llvm
'

PATH=$PATH:/usr/sbin:/sbin # where servers live, and an ordinary user does not look

have() {
    case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    hdr:*) echo "#include <${1#hdr:}>" | cc -E - >/dev/null 2>&1 ;;
    py:*) PATH=/usr/bin:$PATH python3 -c "import ${1#py:}" >/dev/null 2>&1 ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    esac
}

# The packages of COLUMN whose probe fails, for the groups asked for.
missing() {
    echo "$needs" | while read -r group probe apt dnf pacman brew; do
        case " $groups " in *" $group "*) ;; *) continue ;; esac
        have "$probe" && continue
        eval "package=\$$1"
        [ "$package" = - ] || echo "$package"
    done | sort -u | tr '\n' ' '
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "deps: this has to be run as root: $*" >&2
        exit 1
    fi
}

groups=${*:-build}
packages=$(missing apt)
[ -n "$packages" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    echo "deps: installing $packages"
    install="env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends"
    as_root apt-get update -q >/dev/null || exit 1
    # shellcheck disable=SC2086 # the names are words
    as_root $install $packages >/dev/null || exit 1
    packages=$(missing apt)
    [ -z "$packages" ] && exit 0
    echo "deps: still missing after the install: $packages" >&2
    exit 1
fi

echo "deps: something is missing. Install it and run make again:" >&2
found=
for manager in dnf pacman brew; do
    command -v $manager >/dev/null 2>&1 && found=$manager
done
for manager in ${found:-dnf pacman brew}; do
    case $manager in
    dnf) echo "  sudo dnf install $(missing dnf)" ;;
    pacman) echo "  sudo pacman -S --needed $(missing pacman)" ;;
    brew) echo "  brew install $(missing brew)" ;;
    esac
done >&2
exit 1
