#!/bin/sh
# Stillpoint's guard: sees to it, from inside the guest, that a freeze ends. POSIX sh; needs fsfreeze, sleep, mkdir and rm.
#
#   guard run TOKEN LIMIT_MS [MOUNT...]   starts it in the background; says "ready", "busy TOKEN" or "unable WHY"
#   guard stop TOKEN                      ends it; says "clean", "fired" or "unknown"
#
# From LIMIT_MS after its start on it thaws every MOUNT (none given: every one on a device) every 500 ms until it is stopped, since a slow
# freeze may freeze a mount after the first thaw; each mount by a process of its own, since thawing waits for a freeze that is under way.
# "fired" means a thaw succeeded: something had still been frozen. After ten minutes without a word it ends the agent that started it, so that
# a freeze still queued there dies with it, and then itself.
#
# While file systems are frozen nothing here may write to one: state is in a tmpfs, programs are loaded before, there are no logs, temporary
# files or here-documents. Times are centiseconds of uptime, which no clock change touches.

PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
LIFETIME=60000
export PATH

now() {
    read -r now rest < /proc/uptime
    now=${now%.*}${now#*.}
}

nap() { sleep "$1" 2> /dev/null || sleep 1; }

# When a process was started; with its pid that names it for good.
born() {
    born=
    { read -r born < "/proc/$1/stat"; } 2> /dev/null || return 1
    set -- ${born##*) }
    shift 19
    born=$1
}

alive() { born "$1" && [ "$born" = "$2" ]; }

# Where to keep state: /run, if it is what it is everywhere. Nowhere else is writable for root alone and never frozen.
find_state() {
    state=$STILLPOINT_GUARD_STATE
    [ -z "$state" ] || return 0
    while read -r source point type rest; do
        [ "$point $type" != "/run tmpfs" ] || { state=/run/stillpoint-guard; return 0; }
    done < /proc/mounts
    return 1
}

thaw_all() {
    i=0
    for mount in "$@"; do
        i=$((i + 1))
        eval "thaw=\$thaw_$i"
        if [ -n "$thaw" ] && kill -0 "$thaw" 2> /dev/null; then continue; fi
        { fsfreeze --unfreeze "$mount" 2> /dev/null && : > "$state/fired"; } &
        eval "thaw_$i=$!"
    done
}

# Whether every thaw that was begun has ended.
settled() {
    i=0
    for mount in "$@"; do
        i=$((i + 1))
        eval "thaw=\$thaw_$i"
        if [ -n "$thaw" ] && kill -0 "$thaw" 2> /dev/null; then return 1; fi
    done
}

end_agent() {
    [ -n "$agent" ] && alive "$agent" "$agent_born" || return 0
    kill -9 "$agent" 2> /dev/null
    now
    until=$((now + 6000))
    # One in the middle of a freeze dies after it.
    while alive "$agent" "$agent_born" && [ "$now" -lt "$until" ]; do
        thaw_all "$@"
        nap 0.5
        now
    done
    thaw_all "$@"
}

watch() {
    # The agent's service manager sends this to all of the service: whoever could have thawed is going away.
    trap 'fire=0' TERM
    trap '' HUP INT
    seen=
    fsfreeze --version > /dev/null 2>&1
    nap 0.01
    : > "$state/ready"
    while [ ! -e "$state/stop" ]; do
        now
        if [ -e /run/qga.state.isfrozen ]; then seen=frozen; elif [ -n "$seen" ]; then seen=thawed; fi
        if [ "$now" -lt "$fire" ]; then
            nap 0.2
            continue
        fi
        thaw_all "$@"
        nap 0.5
        # The agent is gone (with it all that was queued), or has answered our freeze and a thaw: nothing is left to wait for.
        if [ "$fire" = 0 ] && [ -n "$agent" ] && ! alive "$agent" "$agent_born"; then break; fi
        if [ "$seen" = thawed ] && [ "$now" -ge "$quiet" ]; then break; fi
        if [ "$now" -ge "$end" ]; then
            end_agent "$@"
            break
        fi
    done
    now
    until=$((now + 200))
    while ! settled "$@" && [ "$now" -lt "$until" ]; do nap 0.1; now; done
    if [ -e "$state/fired" ]; then verdict=fired; elif settled "$@"; then verdict=clean; else verdict=unknown; fi
    echo "$verdict" > "$state/new" && mv "$state/new" "$state/verdict"
}

# An older guard that is past its limit has done what it could: its freeze was answered, or its owner is gone. One that is not is somebody's.
make_way() {
    other= pid= pid_born= limit=
    { read -r other pid pid_born limit < "$state/owner"; } 2> /dev/null
    if [ -n "$pid" ] && alive "$pid" "$pid_born"; then
        now
        [ "$now" -ge "$limit" ] || return 1
        : > "$state/stop"
        until=$((now + 500))
        while alive "$pid" "$pid_born" && [ "$now" -lt "$until" ]; do nap 0.1; now; done
        ! alive "$pid" "$pid_born" || return 1
    fi
    rm -rf "$state"
    mkdir "$state" 2> /dev/null
}

run() {
    token=$1 limit=$(($2 / 10))
    shift 2
    command -v fsfreeze > /dev/null || { echo "unable fsfreeze"; return; }
    find_state || { echo "unable tmpfs"; return; }
    umask 077
    mkdir "$state" 2> /dev/null || make_way || { echo "busy $other"; return; }
    if [ $# = 0 ]; then
        while read -r source point type rest; do
            case $source:$type in *:cifs | *:smb3) ;; /*) set -- "$@" "$(printf %b "$point")" ;; esac
        done < /proc/mounts
    fi
    agent=
    { read -r comm < "/proc/$PPID/comm"; } 2> /dev/null
    case $comm in qemu-ga | stillpoint-exte*) agent=$PPID; born "$agent"; agent_born=$born ;; esac
    now
    fire=$((now + limit)) quiet=$((now + limit + 3000)) end=$((now + LIFETIME))
    # By exec, not on the call: a shell keeps the old descriptors of a call it redirects, and whoever started us waits for their end.
    (
        exec < /dev/null > /dev/null 2>&1
        watch "$@"
    ) &
    born $!
    echo "$token $! $born $fire" > "$state/owner"
    until=$((now + 500))
    while [ ! -e "$state/ready" ] && [ "$now" -lt "$until" ]; do nap 0.05; now; done
    if [ -e "$state/ready" ]; then echo ready; else echo "unable start"; fi
}

stop() {
    find_state
    owner= pid= pid_born=
    { read -r owner pid pid_born rest < "$state/owner"; } 2> /dev/null
    if [ "$owner" != "$1" ]; then echo unknown; return; fi
    : > "$state/stop"
    now
    until=$((now + 1000))
    while [ ! -e "$state/verdict" ] && alive "$pid" "$pid_born" && [ "$now" -lt "$until" ]; do nap 0.05; now; done
    verdict=unknown
    { read -r verdict < "$state/verdict"; } 2> /dev/null
    rm -rf "$state"
    echo "${verdict:-unknown}"
}

case $1 in
    run | stop) "$@" ;;
    *) echo "usage: guard run TOKEN LIMIT_MS [MOUNT...] | guard stop TOKEN" >&2; exit 2 ;;
esac
