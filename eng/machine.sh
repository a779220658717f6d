# What build, run and test ask of the machine. Sourced, not run.

say() { printf '%s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

need_dotnet() {
    command -v dotnet >/dev/null 2>&1 ||
        fail "the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0"
    dotnet --version >/dev/null 2>&1 ||
        fail "no .NET 10 SDK found (see global.json); installed: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')"
}

need_git() {
    command -v git >/dev/null 2>&1 || fail "git is missing; install it (Debian, Ubuntu: apt-get install git)"
}

runtime_identifier() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo linux-x64 ;;
        Linux-aarch64) echo linux-arm64 ;;
        Darwin-arm64) echo osx-arm64 ;;
        Darwin-x86_64) echo osx-x64 ;;
        *) fail "no native build for $(uname -s) on $(uname -m); use ./build --dev" ;;
    esac
}

# Debian packages, as root and only those that are missing.
install_packages() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || { say "not root: cannot install$missing"; return 1; }
    command -v apt-get >/dev/null 2>&1 || { say "no apt-get: cannot install$missing"; return 1; }
    say "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1 || {
        apt-get update -q >/dev/null 2>&1 || true
        # shellcheck disable=SC2086
        apt-get install -y -q --no-install-recommends $missing >/dev/null
    }
}

# A linker for the native build: clang or gcc with the C library's start files.
need_linker() {
    if command -v clang >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1; then
        printf 'int main(void){return 0;}' > "${TMPDIR:-/tmp}/gantry-link-$$.c"
        compiler=$(command -v clang || command -v gcc)
        if "$compiler" -o "${TMPDIR:-/tmp}/gantry-link-$$" "${TMPDIR:-/tmp}/gantry-link-$$.c" 2>/dev/null; then
            rm -f "${TMPDIR:-/tmp}/gantry-link-$$" "${TMPDIR:-/tmp}/gantry-link-$$.c"
            return 0
        fi
        rm -f "${TMPDIR:-/tmp}/gantry-link-$$.c"
    fi
    command -v apt-get >/dev/null 2>&1 && install_packages gcc libc6-dev
}
