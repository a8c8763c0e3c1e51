#!/bin/sh
# What Stillpoint's doctor looks at inside a Linux guest: POSIX sh, and nothing else it cannot do without. Reads, changes nothing.
#
#   collect TOKEN SINCE      SINCE: seconds since 1970; older lines of the journal are history
#
# Each part follows a line "=== TOKEN NAME"; the token is new each time, so that no line of a log can pass for one. A program that is not there, or
# that hangs (df on a dead share), costs its part alone.

PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
token=$1
since=$2

part() { printf '\n=== %s %s\n' "$token" "$1"; }
have() { command -v "$1" > /dev/null 2>&1; }
if have timeout; then bounded() { timeout 10 "$@" 2>&1; }; else bounded() { "$@" 2>&1; }; fi

part os-release
cat /etc/os-release 2> /dev/null

if have systemctl; then
    part systemctl-status
    bounded systemctl status --no-pager --full --lines=0 qemu-guest-agent.service
fi
for file in /etc/qemu/qemu-ga.conf /etc/sysconfig/qemu-ga /etc/default/qemu-guest-agent; do
    [ -r "$file" ] || continue
    part "qemu-ga-settings.conf"
    head -c 16384 "$file"
done

part df-space
bounded df -k -l
part df-inodes
bounded df -i -l
part mount-table
head -c 131072 /proc/mounts
part losetup
have losetup && bounded losetup -a

# As free and top print them, which need not be installed.
part free
while read -r name kib rest; do
    case $name in
        MemTotal:) total=$kib ;;
        MemFree:) free=$kib ;;
        MemAvailable:) available=$kib ;;
    esac
done < /proc/meminfo
echo "              total        used        free      shared  buff/cache   available"
echo "Mem: $total $((total - free)) $free 0 0 $available"

cpu() { # of all processors, in ticks: all, idle (waiting for a disk is idle too), stolen
    read -r name user nice system idle iowait irq softirq steal rest < /proc/stat
    all=$((user + nice + system + idle + iowait + irq + softirq + steal))
    idle=$((idle + iowait))
}
part top
cpu
all1=$all idle1=$idle steal1=$steal
sleep 1
cpu
ticks=$((all - all1))
[ "$ticks" -gt 0 ] || ticks=1
idle=$(((idle - idle1) * 1000 / ticks)) steal=$(((steal - steal1) * 1000 / ticks))
echo "%Cpu(s): $((idle / 10)).$((idle % 10)) id, $((steal / 10)).$((steal % 10)) st"

for kind in cpu memory io; do
    [ -r "/proc/pressure/$kind" ] || continue
    part "pressure-$kind"
    cat "/proc/pressure/$kind" 2> /dev/null
done

if have ip; then
    part ip-link
    bounded ip link
    part ip-route
    bounded ip route
fi

if have journalctl; then
    part journal-agent
    bounded journalctl --no-pager -o short-iso-precise -n 400 --since "@$since" -u qemu-guest-agent.service
    part journal-kernel
    bounded journalctl --no-pager -o short-iso-precise -n 600 --since "@$since" -k
elif have dmesg; then
    part dmesg
    bounded dmesg | tail -n 600
fi
part end
