namespace Stillpoint.Doctor.Tests.Noise;

/// <summary>Lines a healthy guest writes, by kind of log, without their time. <c>{n}</c>, <c>{h}</c>: a number, a hexadecimal word.</summary>
internal static class NormalLines
{
    public static readonly string[] Agent =
    [
        "INFO ExtHandler ExtHandler [HEARTBEAT] Agent WALinuxAgent-2.7.3.0 is running as the goal state agent [DEBUG HeartbeatCounter: {n};HeartbeatId: {h};DroppedPackets: 0;UpdateGSErrors: 0;AutoUpdate: 0]",
        "INFO ExtHandler ExtHandler Checking for agent updates (family: Prod)",
        "INFO ExtHandler ExtHandler Fetch goal state completed",
        "INFO ExtHandler ExtHandler ProcessExtensionsInGoalState started [Incarnation: {n}; Activity Id: {h}; Correlation Id: {h}; GS Creation Time: 2026-11-20T02:00:01Z]",
        "INFO ExtHandler [Microsoft.Azure.Monitor.AzureMonitorLinuxAgent-1.29.{n}] Target handler state: enabled [incarnation {n}]",
        "INFO ExtHandler [Microsoft.Azure.Monitor.AzureMonitorLinuxAgent-1.29.{n}] [Enable] current handler state is: enabled",
        "INFO ExtHandler ExtHandler ProcessExtensionsInGoalState completed [Incarnation: {n}; {n} ms; Activity Id: {h}]",
        "INFO ExtHandler ExtHandler All extensions in the goal state have reached a terminal state: [('Microsoft.Azure.Monitor.AzureMonitorLinuxAgent', 'success')]",
        "INFO MonitorHandler ExtHandler Successfully cleaned up old event files: {n}",
        "INFO EnvHandler ExtHandler Set block dev timeout: sda with timeout: 300",
        "INFO CollectLogs ExtHandler Successfully collected logs. Archive size: {n} b, elapsed time: {n} ms.",
        "INFO ExtHandler ExtHandler Found private key matching thumbprint {h}",
        "INFO SendTelemetryHandler ExtHandler Successfully started the SendTelemetryHandler thread",
    ];

    public static readonly string[] Extension =
    [
        "[Info] Reading cached mount list, {n} entries", "[Info] machine identity is unchanged {h}", "[Info] vmType is microsoft.compute/virtualmachines",
        "[Info] current seq no is {n}", "[Info] telemetry data collected in {n} ms", "[Info] free space of the log folder {n} MB",
        "[Info] configuration /etc/azure/vmbackup.conf read, {n} keys", "[Info] heartbeat of the extension process {n}",
        "[Info] customSettings parsed, takeSnapshotFrom firstHostThenGuest", "[Info] status blob type is BlockBlob",
    ];

    public static readonly string[] Shell =
    [
        "/usr/bin/python3 path exists", "0 returned from handle.py", "log folder is /var/log/azure, {n} files", "handler state is enabled {h}", "environment read, {n} variables",
    ];

    public static readonly string[] System =
    [
        "web1 CRON[{n}]: (root) CMD (test -x /usr/sbin/anacron || run-parts /etc/cron.daily)", "web1 systemd[1]: Starting Daily apt download activities...",
        "web1 systemd[1]: apt-daily.service: Deactivated successfully.", "web1 systemd[1]: Finished Rotate log files.",
        "web1 sshd[{n}]: Accepted publickey for deploy from 10.1.2.3 port {n} ssh2: ED25519 SHA256:{h}", "web1 sshd[{n}]: Received disconnect from 10.1.2.3 port {n}:11: disconnected by user",
        "web1 dhclient[{n}]: DHCPREQUEST for 10.0.0.4 on eth0 to 10.0.0.1 port 67", "web1 dhclient[{n}]: DHCPACK of 10.0.0.4 from 10.0.0.1",
        "web1 kernel: [{n}.{n}] audit: type=1400 apparmor=\"STATUS\" operation=\"profile_replace\" name=\"/usr/bin/man\"", "web1 chronyd[{n}]: Selected source 10.0.0.1",
        "web1 nginx[{n}]: 10.9.8.{n} - GET /health 200 {n}", "web1 systemd-logind[{n}]: New session {n} of user deploy.", "web1 postfix/qmgr[{n}]: {h}: removed",
    ];

    public static readonly string[] Audit =
    [
        "type=CRED_ACQ msg=audit({t}.123:{n}): pid={n} uid=0 auid=1000 ses={n} msg='op=PAM:setcred acct=\"deploy\" exe=\"/usr/sbin/sshd\" res=success'",
        "type=SERVICE_START msg=audit({t}.456:{n}): pid=1 uid=0 auid=4294967295 msg='unit=logrotate comm=\"systemd\" res=success'",
        "type=USER_LOGIN msg=audit({t}.789:{n}): pid={n} uid=0 auid=1000 msg='op=login acct=\"deploy\" res=success'",
    ];

    public static readonly string[] Host =
    [
        "{n}: info : virObjectUnref:379 : OBJECT_UNREF: obj=0x{h}", "{n}: info : qemuMonitorJSONIOProcessLine:206 : QEMU_MONITOR_RECV_REPLY: mon=0x{h} reply={}",
        "{n}: info : libvirt version: 9.0.0, package: 9.0.0-4+deb12u2 (Debian)", "{n}: info : virEventPollDispatchHandles:487 : EVENT_POLL_DISPATCH_HANDLE: watch={n} events=1",
        "{n}: info : qemuProcessHandleEvent:545 : vm=0x{h} RTC_CHANGE offset 0",
    ];

    public static readonly string[] Windows =
    [
        "[INFO] Heartbeat sent, incarnation {n}", "[INFO] Plugin Microsoft.Azure.Monitor.AzureMonitorWindowsAgent is enabled, sequence {n}",
        "[INFO] Goal state {n} processed in {n} ms", "[INFO] Role instance {h} reports Ready", "[INFO] Disk statistics collected, {n} counters",
    ];

    /// <summary>Real errors of other things, of which two stand in every case: they must change nothing.</summary>
    public static readonly string[] UnrelatedErrors =
    [
        "web1 nginx[{n}]: [error] {n}#0: *{n} connect() failed (111: Connection refused) while connecting to upstream, client: 10.9.8.7, server: shop",
        "web1 mysqld[{n}]: [ERROR] [MY-010584] [Repl] Replica I/O for channel '': error reconnecting to master 'repl@10.0.0.9:3306'",
        "web1 postfix/smtp[{n}]: {h}: to=<a@example.org>, relay=none, delay={n}, status=deferred (connect to mx.example.org[192.0.2.25]:25: Connection refused)",
        "web1 sshd[{n}]: error: kex_exchange_identification: Connection closed by remote host", "web1 php-fpm[{n}]: PHP Fatal error: Uncaught Error: Call to undefined function pay()",
        "web1 sudo: pam_unix(sudo:auth): authentication failure; logname=deploy uid=1000 euid=0 tty=/dev/pts/0 user=deploy",
    ];
}
