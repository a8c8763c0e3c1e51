#!/bin/sh
# Stillpoint's runner of the guest's own scripts, in /etc/stillpoint/pre-freeze.d and post-freeze.d. POSIX sh; needs coreutils.
#
#   scripts check                                         says what there is: "pre-freeze NAME", "post-freeze NAME", "refused PATH WHY"
#   scripts pre TOKEN LIMIT_S RETRIES RULE WAIT_S KEEP_S  runs the first folder's; says "ran pre-freeze NAME EXIT TRIES", "| OUTPUT", "done"
#   scripts post TOKEN                                    has the second folder's run, and says the same of them; "none": there is nothing to run
#
# Whoever called "pre" may die before it calls "post", and applications must not wait for it: a keeper is started before the first script. It alone
# runs the second folder's, once: when told to, when the agent's service is stopped, at the latest KEEP_S after the last script of the first folder
# (WAIT_S after the start). Where anything is refused, nothing is run: a script that holds an application may be the one whose counterpart is refused.
#
# Between freeze and thaw nothing here writes but to /run. Times are centiseconds of uptime, which no clock change touches.

PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=$STILLPOINT_SCRIPTS_ROOT
home=$root/etc/stillpoint state=$root/run/stillpoint-scripts
OUTPUT=4096 MOST=32

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
    [ "$1" != Z ] || return 1
    shift 19
    born=$1
}

alive() { born "$1" && [ "$born" = "$2" ]; }

refuse() {
    refused=yes
    echo "refused $1 $2"
}

# Whether nobody but whoever runs this (root, in a guest) can change it.
safe() {
    why=owner
    set -- $(stat -c '%u %a' "$1" 2> /dev/null)
    [ "$1" = "$(id -u)" ] || return 1
    why=writable
    case $2 in *[2367] | *[2367]?) return 1 ;; esac
}

# The scripts of a phase that may run, in $names; what may not is said.
look() {
    names= count=0 folder=$home/$1.d
    [ -e "$folder" ] || [ -L "$folder" ] || return 0
    for part in "${home%/*}" "$home" "$folder"; do
        if [ ! -d "$part" ] || [ -L "$part" ]; then refuse "$part" kind; return; fi
        safe "$part" || { refuse "$part" "$why"; return; }
    done
    for path in "$folder"/*; do
        [ -e "$path" ] || [ -L "$path" ] || continue
        name=${path##*/}
        case $name in *[!A-Za-z0-9._-]*) refuse "$folder" name; continue ;; esac
        if [ -L "$path" ] || [ ! -f "$path" ]; then refuse "$path" kind
        elif ! safe "$path"; then refuse "$path" "$why"
        elif [ ! -x "$path" ]; then refuse "$path" executable
        else names="$names $name" count=$((count + 1))
        fi
    done
    [ "$count" -le "$MOST" ] || refuse "$folder" many
}

check() {
    for phase in pre-freeze post-freeze; do
        look "$phase"
        for name in $names; do echo "$phase $name"; done
    done
}

# The first bytes of what it says are kept; the rest is read and dropped, so that it never waits for us. What it leaves running may keep its
# output open: that is not waited for.
run_one() {
    rm -f "$state/pipe" "$state/out" "$state/read"
    mkfifo "$state/pipe"
    (
        exec < "$state/pipe" > "$state/out" 2> /dev/null
        head -c "$OUTPUT"
        cat > /dev/null
        : > "$state/read"
    ) &
    (
        cd /
        STILLPOINT_PHASE=$phase STILLPOINT_TOKEN=$token
        export STILLPOINT_PHASE STILLPOINT_TOKEN
        exec < /dev/null > "$state/pipe" 2>&1
        exec timeout -k 5 "$limit" "$home/$phase.d/$1"
    ) &
    born $!
    echo "$! $born" > "$state/running"
    wait $!
    code=$?
    rm -f "$state/running"
    turns=20
    while [ ! -e "$state/read" ] && [ "$turns" -gt 0 ]; do nap 0.05; turns=$((turns - 1)); done
}

# A script that is told to end before its time is not tried again.
run_phase() {
    phase=$1
    for name in $names; do
        try=0 code=1
        while [ "$code" != 0 ] && [ "$try" -le "$retries" ]; do
            [ "$try" = 0 ] || nap 1
            run_one "$name"
            try=$((try + 1))
            [ "$phase" = post-freeze ] || [ ! -e "$state/post" ] || break
        done
        echo "ran $phase $name $code $try"
        { cat "$state/out"; echo; } 2> /dev/null | sed '/^$/d; s/^/| /'
        [ "$phase" = pre-freeze ] || continue
        [ ! -e "$state/post" ] || return 0
        [ "$code" = 0 ] || [ "$rule" = continue ] || return 0
    done
}

run_post() {
    look post-freeze
    run_phase post-freeze
    echo done
}

# The first folder's scripts have ended, or end now.
end_pre() {
    turns=150
    while read -r pid pid_born < "$state/pre" && alive "$pid" "$pid_born" && [ "$turns" -gt 0 ]; do
        { read -r pid pid_born < "$state/running" && alive "$pid" "$pid_born" && kill "$pid"; }
        nap 0.1
        turns=$((turns - 1))
    done 2> /dev/null
}

keep() {
    now_post=
    trap 'now_post=yes' TERM
    trap '' HUP INT
    while [ ! -e "$state/post" ] && [ -z "$now_post" ]; do
        read -r end < "$state/end" || return
        now
        [ "$now" -lt "$end" ] || break
        nap 0.2
    done
    : > "$state/post"
    end_pre
    run_post > "$state/new" && mv "$state/new" "$state/report"
}

# Of an older run whose keeper is dead: what it had to do is done now, if it was not.
make_way() {
    other= pid= pid_born=
    { read -r other pid pid_born < "$state/owner"; } 2> /dev/null
    if [ -n "$pid" ] && alive "$pid" "$pid_born"; then return 1; fi
    if [ -n "$pid" ] && [ ! -e "$state/report" ]; then (read -r limit retries < "$state/params"; run_post) > /dev/null 2>&1; fi
    rm -rf "$state"
    mkdir "$state" 2> /dev/null
}

pre() {
    token=$1 limit=$2 retries=$3 rule=$4 wait=$5 keep=$6
    umask 077
    mkdir "$state" 2> /dev/null || make_way || { refuse "$home" busy; return; }
    refused=
    look post-freeze
    look pre-freeze
    if [ -n "$refused" ]; then rm -rf "$state"; return; fi
    now
    echo $((now + wait * 100)) > "$state/end"
    echo "$limit $retries" > "$state/params"
    born $$
    echo "$$ $born" > "$state/pre"
    (
        # By exec, not on the call: a shell keeps the old descriptors of a call it redirects, and whoever started us waits for their end.
        exec < /dev/null > /dev/null 2>&1
        umask 022
        keep
    ) &
    born $!
    echo "$token $! $born" > "$state/owner"
    umask 022
    run_phase pre-freeze
    now
    echo $((now + keep * 100)) > "$state/end.new"
    mv "$state/end.new" "$state/end"
    rm -f "$state/pre"
    echo done
}

post() {
    token= pid= pid_born=
    { read -r token pid pid_born < "$state/owner"; } 2> /dev/null
    if [ "$token" != "$1" ]; then echo none; return; fi
    : > "$state/post"
    while [ ! -e "$state/report" ] && alive "$pid" "$pid_born"; do nap 0.05; done
    if [ -e "$state/report" ]; then
        cat "$state/report"
    else
        read -r limit retries < "$state/params"
        end_pre
        run_post
    fi
    rm -rf "$state"
}

case $1 in
    check | pre | post) "$@" ;;
    *) echo "usage: scripts check | pre TOKEN LIMIT_S RETRIES RULE WAIT_S KEEP_S | post TOKEN" >&2; exit 2 ;;
esac
