# Sourced by quickstart and test: finds what is missing and installs it with the system's package
# manager. Callers set `set -euo pipefail`.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists of needs are the callers' to use

say() { printf '\n==> %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 5; }

# One row a need: how to see that it is there | Debian, Ubuntu | Fedora | Arch.
# `cmd:` a command on the PATH, `hdr:` a header that the compiler finds, `py:` a module of the
# system's Python, `run:` a runtime of clang's sanitizers, `pkg:` a Debian package (where nothing else
# tells).
build_needs='
cmd:g++|g++|gcc-c++|gcc
cmd:cmake|cmake|cmake|cmake
cmd:ninja|ninja-build|ninja-build|ninja
cmd:pkg-config|pkg-config|pkgconf-pkg-config|pkgconf
cmd:git|git|git|git
cmd:npm|npm|nodejs-npm|npm
hdr:boost/interprocess/managed_shared_memory.hpp|libboost-dev|boost-devel|boost
hdr:benchmark/benchmark.h|libbenchmark-dev|google-benchmark-devel|benchmark
hdr:cxxopts.hpp|libcxxopts-dev|cxxopts-devel|cxxopts
hdr:nlohmann/json.hpp|nlohmann-json3-dev|json-devel|nlohmann-json
hdr:fmt/format.h|libfmt-dev|fmt-devel|fmt
hdr:hwloc.h|libhwloc-dev|hwloc-devel|hwloc
hdr:sqlite3.h|libsqlite3-dev|sqlite-devel|sqlite
hdr:zlib.h|zlib1g-dev|zlib-devel|zlib
hdr:liburing.h|liburing-dev|liburing-devel|liburing
hdr:systemd/sd-bus.h|libsystemd-dev|systemd-devel|systemd-libs'

test_needs='
hdr:gtest/gtest.h|libgtest-dev|gtest-devel|gtest
cmd:objdump|binutils|binutils|binutils
cmd:dbus-daemon|dbus-daemon|dbus-daemon|dbus
cmd:clang++|clang|clang|clang
run:fuzzer|libclang-rt-dev|compiler-rt|compiler-rt
cmd:clang-format|clang-format|clang-tools-extra|clang
cmd:clang-tidy|clang-tidy|clang-tools-extra|clang
cmd:shellcheck|shellcheck|ShellCheck|shellcheck
cmd:yamllint|yamllint|yamllint|yamllint
cmd:chromium|chromium|chromium|chromium
cmd:python3|python3|python3|python
py:jsonschema|python3-jsonschema|python3-jsonschema|python-jsonschema
py:prometheus_client|python3-prometheus-client|python3-prometheus_client|python-prometheus_client
py:scipy|python3-scipy|python3-scipy|python-scipy
pkg:libbenchmark-tools|libbenchmark-tools||'

have() {
    local kind=${1%%:*} what=${1#*:}
    case $kind in
        cmd) command -v "$what" >/dev/null 2>&1 ;;
        hdr) echo "#include <$what>" | "${CXX:-g++}" -std=c++20 -E -x c++ - >/dev/null 2>&1 ;;
        run) echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
            clang++ "-fsanitize=$what" -x c++ - -o /dev/null >/dev/null 2>&1 ;;
        py) /usr/bin/python3 -c "import $what" >/dev/null 2>&1 ;;
        pkg) ! command -v dpkg-query >/dev/null 2>&1 ||
            dpkg-query -W -f='${Status}' "$what" 2>/dev/null | grep -q '^install ok' ;;
    esac
}

# Prints the packages (for the manager in column $1) that provide what is missing.
missing_packages() {
    local column=$1 row
    while IFS= read -r row; do
        [ -n "$row" ] || continue
        have "${row%%|*}" || printf '%s\n' "$row" | cut -d'|' -f"$column"
    done <<<"$2" | sed '/^$/d' | sort -u | tr '\n' ' '
}

# install_missing NEEDS: installs what NEEDS lists and this machine lacks, or says how.
install_missing() {
    local needs=$1 column command update packages as_root=""
    if command -v apt-get >/dev/null 2>&1; then
        column=2 update="apt-get update -q" command="apt-get install -y --no-install-recommends"
        export DEBIAN_FRONTEND=noninteractive
    elif command -v dnf >/dev/null 2>&1; then
        column=3 update=true command="dnf install -y"
    elif command -v pacman >/dev/null 2>&1; then
        column=4 update=true command="pacman -S --needed --noconfirm"
    else
        column=2 update="" command=""
    fi
    packages=$(missing_packages "$column" "$needs")
    [ -n "$packages" ] || return 0
    [ -n "$command" ] || fail "no apt-get, dnf or pacman here; install the likes of: $packages"
    [ "${no_install:-0}" = 0 ] || fail "missing packages, and --no-install was given: $command $packages"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "missing packages; as root: $command $packages"
        as_root="sudo -E"
    fi
    say "Installing with: $as_root $command $packages"
    # shellcheck disable=SC2086
    $as_root $update >/dev/null || fail "the package lists could not be refreshed ($update)"
    # shellcheck disable=SC2086
    $as_root $command $packages >&2 || fail "the packages could not be installed; see above"
}
