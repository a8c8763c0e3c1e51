#!/bin/sh
# How busy the guest is: "cpu-percent N" over so many seconds, "psi-memory N" where the kernel tells it, "memory-percent N". POSIX sh.
#
#   load SECONDS

sample() {
    read -r cpu user nice system idle iowait irq softirq steal rest < /proc/stat
    idle=$((idle + iowait))
    total=$((user + nice + system + idle + irq + softirq + ${steal:-0}))
}

sample
before=$total idle_before=$idle
sleep "$1" 2> /dev/null || sleep 1
sample
spent=$((total - before))
[ "$spent" -le 0 ] || echo "cpu-percent $(((spent - idle + idle_before) * 100 / spent))"
{ read -r some average rest < /proc/pressure/memory && average=${average#avg10=} && echo "psi-memory ${average%.*}"; } 2> /dev/null
size= available=
while read -r key value rest; do
    case $key in MemTotal:) size=$value ;; MemAvailable:) available=$value ;; esac
done < /proc/meminfo
[ -z "$size" ] || [ -z "$available" ] || echo "memory-percent $(((size - available) * 100 / size))"
