# What the tryouts share: a Debian root, a server, a project. Sourced.
. eng/machine.sh

work=$(mktemp -d /tmp/gantry-tryout-XXXXXX)
root=$work/root
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
server=http://127.0.0.1:$port
gantry=$PWD/out/gantry

step() { printf '== %s\n' "$*"; }

# Fails when the command does not. (A plain "!" is not looked at by set -e.)
refused() { ! "$@" || fail "this should have failed: $*"; }

# Signals what runs below $root: end_of_root [SIGNAL]
end_of_root() {
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || kill "-${1:-TERM}" "${process#/proc/}" 2>/dev/null || true
    done
}

# Lets the runner below $root finish; it started as a background job, $runner_pid.
stop_runner() {
    end_of_root QUIT
    wait "$runner_pid" || true
    runner_pid=
}

# The newest of some files.
newest() { ls -t "$@" | head -n 1; }

# The quickest of nine starts: cold_start COMMAND...
cold_start() {
    python3 - "$@" <<'END'
import subprocess, sys, time
def once():
    started = time.perf_counter()
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000
print(f"starts in {min(once() for _ in range(9)):.0f} ms: {' '.join(sys.argv[1:])}")
END
}

clean_up() {
    status=$?
    [ -z "${runner_pid:-}" ] || kill "$runner_pid" 2>/dev/null || true
    [ -z "${server_pid:-}" ] || kill "$server_pid" 2>/dev/null || true
    [ -z "${container:-}" ] || docker rm -f "$container" >/dev/null 2>&1 || true
    end_of_root
    for mounted in "$root/proc" "$root/dev/pts" "$root/dev"; do
        for _ in $(seq 1 100); do
            mountpoint -q "$mounted" || break
            umount "$mounted" 2>/dev/null && break
            sleep 0.1
        done
    done
    [ -n "${GANTRY_TRYOUT_KEEP:-}" ] || rm -rf --one-file-system "$work"
    exit $status
}
trap clean_up EXIT INT TERM

# A job of the shell executor as packages set it up: the user, an artifact, a cache.
job_of_shell='
make: { script: [ "id -un | tee who", "grep -x gitlab-runner who" ], artifacts: { paths: [ who ] }, cache: { paths: [ who ] } }
take: { stage: deploy, script: [ "test -s who" ] }'

# A minimal Debian below $root with the package sources of this machine.
debian_root() {
    step "A fresh Debian"
    eng/engine/images --debian >/dev/null
    mkdir -p "$root"
    tar -C "$root" -xf "${GANTRY_TEST_CACHE:-/var/cache/gantry-test}/debian-bookworm.tar"
    rm -rf "$root/etc/apt"
    cp -a /etc/apt "$root/etc/apt"
    rm -f "$root/etc/apt/apt.conf.d/"*needrestart* "$root/etc/apt/apt.conf.d/"*packagekit* "$root/etc/apt/apt.conf.d/"*appstream*
    cp -a /usr/share/keyrings/. "$root/usr/share/keyrings/" 2>/dev/null || true
    mkdir -p "$root/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    # Terminals of its own; private, or the mount would show up in /dev of this machine too.
    mount --make-private "$root/dev"
    mount -t devpts -o ptmxmode=666,gid=5,mode=620 devpts "$root/dev/pts"
    in_root apt-get update -q >/dev/null
}

in_root() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt chroot "$root" "$@"; }

# Tells rpm that the Debian below $root has what a Red Hat system calls by other names.
red_hat_names() {
    cat > "$work/names.spec" <<'END'
Name: debian-names
Version: 1
Release: 1
Summary: Names of a Red Hat system for what Debian brings
License: MIT
BuildArch: noarch
Provides: /bin/sh, glibc = 2.36, openssl-libs = 3, zlib = 1.2, git-core = 2.39, ca-certificates = 2023
%description
Names.
%files
END
    rpmbuild -bb --quiet --define "_topdir $work/names" "$work/names.spec"
    cp "$work"/names/RPMS/noarch/*.rpm "$root/tmp/names.rpm"
    in_root apt-get install -y -q --no-install-recommends git ca-certificates libssl3 >/dev/null 2>&1
    in_root rpm -i /tmp/names.rpm
}

start_server() {
    step "A server"
    "$gantry" server --listen "127.0.0.1:$port" --data "$work/server" >"$work/server.log" 2>&1 &
    server_pid=$!
    for _ in $(seq 1 300); do curl -sf "$server/-/health" >/dev/null && break; sleep 0.1; done
    token=$(cat "$work/server/root_token")
}

api() { curl -sf -H "PRIVATE-TOKEN: $token" "$@"; }

field() { python3 -c "import json,sys; print(json.load(sys.stdin)$1)"; }

# A runner's token: runner_token DESCRIPTION
runner_token() { api -X POST "$server/api/v4/user/runners" -d runner_type=instance_type -d run_untagged=true -d "description=$1" | field "['token']"; }

# Pushes a project with this .gitlab-ci.yml and waits for its pipeline's success: pipeline NAME YAML
pipeline() {
    [ -d "$work/$1" ] || api -X POST "$server/api/v4/projects" -d "name=$1" -d "path=$1" >"$work/$1.json"
    id=$(field "['id']" <"$work/$1.json")
    path=$(field "['path_with_namespace']" <"$work/$1.json")
    mkdir -p "$work/$1"
    (
        cd "$work/$1"
        [ -d .git ] || git init -q -b main .
        printf '%s\n' "$2" > .gitlab-ci.yml
        git add -A
        git -c user.name=Tryout -c user.email=tryout@example.com commit -q --allow-empty -m Tryout
        git -c "http.extraHeader=Authorization: Basic $(printf 'root:%s' "$token" | base64 -w0)" push -q "$server/$path.git" main
    )
    commit=$(git -C "$work/$1" rev-parse HEAD)
    for _ in $(seq 1 1200); do
        status=$(api "$server/api/v4/projects/$id/pipelines?sha=$commit" | python3 -c 'import json,sys; p = json.load(sys.stdin); print(p[0]["status"] if p else "none")')
        case "$status" in
            success) return 0 ;;
            failed|canceled|skipped) break ;;
        esac
        sleep 0.25
    done
    echo "the pipeline of $1 ended as $status; its log:"
    for job in $(api "$server/api/v4/projects/$id/jobs" | python3 -c 'import json,sys; [print(job["id"]) for job in json.load(sys.stdin)[::-1]]'); do
        api "$server/api/v4/projects/$id/jobs/$job/trace" || true
    done
    return 1
}
