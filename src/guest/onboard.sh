# Looks and changes for onboarding, in the guest, as its agent runs them. One answer on stdout. $1 says what:
#   look                                  UNIT STATE ip|-     the Azure agent's unit (- if there is none), systemd's word for it
#   file PATH                             MODE OWNER BASE64, or - if it is not there
#   put PATH FROM TO MODE OWNER BASE64    done, there, or other: replaces the file whose SHA-256 is FROM by that of TO (- is no file)
#   restart UNIT, leave UNIT start|-      done
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
exec 2>&1
sum() { if [ -f "$1" ]; then sha256sum < "$1" | cut -d ' ' -f 1; else echo -; fi; }
case $1 in
look)
    found=- state=none ip=-
    for unit in walinuxagent waagent; do
        if systemctl cat "$unit.service" > /dev/null; then
            found=$unit state=$(systemctl is-active "$unit.service") || true
            break
        fi
    done 2> /dev/null > /dev/null
    if command -v ip > /dev/null; then ip=ip; fi
    echo "$found $state $ip" ;;
file)
    if [ -f "$2" ]; then echo "$(stat -L -c '%a %u:%g' "$2") $(base64 -w 0 < "$2")"; else echo -; fi ;;
put)
    path=$2 from=$3 to=$4 folder=${2%/*}
    now=$(sum "$path")
    if [ "$now" = "$to" ]; then
        echo there
    elif [ "$now" != "$from" ]; then
        echo other
    elif [ "$to" = - ]; then
        rm -f "$path"
        case $folder in *.service.d) rmdir "$folder" 2> /dev/null || true ;; esac
        echo "done"
    else
        mkdir -p "$folder"
        printf %s "$7" | base64 -d > "$path.stillpoint"
        chmod "$5" "$path.stillpoint"
        chown "$6" "$path.stillpoint"
        sync "$path.stillpoint"
        mv -f "$path.stillpoint" "$path"
        echo "done"
    fi ;;
restart)
    systemctl daemon-reload
    systemctl restart --no-block "$2.service"
    echo "done" ;;
leave)
    systemctl stop "$2.service"
    systemctl daemon-reload
    for address in 168.63.129.16 169.254.169.254; do ip route del "$address/32" 2> /dev/null || true; done
    if [ "$3" = start ]; then systemctl start --no-block "$2.service"; fi
    echo "done" ;;
esac
