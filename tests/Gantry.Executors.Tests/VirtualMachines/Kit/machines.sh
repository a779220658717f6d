# What the stand-ins for programs with virtual machines have in common. A machine is a folder: its state, its disk, its snapshots.
# A machine that runs is an OpenSSH server whose users begin on that disk.
here=${0%/*}
verb=$1
echo "$*" >> "$here/calls"
[ ! -e "$here/hang-$verb" ] || exec sleep 1000

# fail MESSAGE: as the program says it.
fail() { echo "$prefix$*" >&2; exit 1; }
[ ! -e "$here/fail-$verb" ] || { echo "0%...10%..." >&2; fail "$(<"$here/fail-$verb")"; }

# at NAME: works with that machine from here on.
at() {
  name=$1 vm=$here/vms/$1
  [ -e "$vm/state" ] || fail "there is no machine \"$1\""
  read -r state < "$vm/state"
}

# clone NAME FROM: another machine with the same disk and settings, without the snapshots.
clone() {
  [ ! -e "$here/vms/$1/state" ] || fail "machine \"$1\" exists"
  mkdir -p "$here/vms/$1"
  cp -a "$2" "$here/vms/$1/disk"
  [ ! -e "$vm/rule" ] || cp "$vm/rule" "$here/vms/$1/rule"
  echo "$off" > "$here/vms/$1/state"
}

# power_on ADDRESS PORT
power_on() {
  [ "$state" != running ] || fail "machine \"$name\" is running"
  echo running > "$vm/state"
  [ ! -e "$here/silent" ] || return 0
  read -r live < "$here/live"
  cat > "$vm/sshd_config" <<CONFIG
Port $2
ListenAddress $1
HostKey $live/host
PidFile none
AuthorizedKeysFile $live/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
StrictModes no
UsePAM no
PrintMotd no
SetEnv HOME="$vm/disk"
ForceCommand cd "\$HOME" && eval "\$SSH_ORIGINAL_COMMAND"
CONFIG
  setsid /usr/sbin/sshd -D -f "$vm/sshd_config" < /dev/null > /dev/null 2>&1 &
  echo $! > "$vm/pid"
}

end() {
  local child children
  read -r children 2> /dev/null < "/proc/$1/task/$1/children"
  for child in $children; do end "$child"; done
  kill -KILL "$1" 2> /dev/null
}

power_off() {
  [ "$state" = running ] || fail "machine \"$name\" is not running"
  [ ! -e "$vm/pid" ] || end "$(<"$vm/pid")"
  rm -f "$vm/pid"
  echo "$off" > "$vm/state"
}

# keep NAME: the disk as it is now.
keep() {
  mkdir -p "$vm/snapshots"
  cp -a "$vm/disk" "$vm/snapshots/$1"
  echo "$state" > "$vm/snapshots/$1.state"
  echo "$1" > "$vm/current"
}

# restore NAME: one that ran when it was kept can be woken up.
restore() {
  [ "$state" != running ] || fail "machine \"$name\" is running"
  rm -rf "$vm/disk"
  cp -a "$vm/snapshots/$1" "$vm/disk"
  if [ "$(<"$vm/snapshots/$1.state")" = running ]; then echo "$asleep" > "$vm/state"; fi
}
