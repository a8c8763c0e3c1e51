using System.Text;
using Stillpoint.Doctor.Logs;
using Xunit;

namespace Stillpoint.Doctor.Tests.Logs;

public sealed class LogKindsTests
{
    [Theory]
    [InlineData("var/log/waagent.log", LogKind.Agent)]
    [InlineData("waagent.log.2.gz", LogKind.Agent)]
    [InlineData("var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log", LogKind.Extension)]
    [InlineData("var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/1.0.9221.0/extension.log", LogKind.Extension)]
    [InlineData("var/log/azure/custom-script/extension.log", LogKind.Shell)]
    [InlineData("extension.log", LogKind.Extension)]
    [InlineData("shell.log", LogKind.Shell)]
    [InlineData("var/log/azure/X/CommandExecution.log", LogKind.Shell)]
    [InlineData("var/log/syslog", LogKind.System)]
    [InlineData("journal.txt", LogKind.System)]
    [InlineData("var/log/audit/audit.log.1", LogKind.Audit)]
    [InlineData("var/lib/waagent/GoalState.1.xml", LogKind.Config)]
    [InlineData("etc/waagent.conf", LogKind.Config)]
    [InlineData("status/0.status", LogKind.Status)]
    [InlineData("C:\\WindowsAzure\\Logs\\WaAppAgent.log", LogKind.Windows)]
    [InlineData("var/log/libvirt/qemu/web1.log", LogKind.Host)]
    [InlineData("vzdump/qemu-101.log", LogKind.Host)]
    [InlineData("qemu-img-info.txt", LogKind.Host | LogKind.Command)]
    [InlineData("df.txt", LogKind.Command)]
    [InlineData("ps-e", LogKind.Command)]
    [InlineData("notes.txt", LogKind.Unknown)]
    public void ByName_OfAnyLayout_IsTheKind(string path, LogKind kind) => Assert.Equal(kind, LogKinds.ByName(path));

    [Theory]
    [InlineData("2026-11-20T12:29:56.876128Z INFO ExtHandler ExtHandler Goal state\n2026-11-20T12:29:57.1Z ERROR Daemon Daemon x\n", LogKind.Agent)]
    [InlineData("2017/02/07 12:29:56.876128 INFO Azure Linux Agent Version:2.1.5\n", LogKind.Agent)]
    [InlineData("Nov 20 12:29:56 web1 systemd[1]: Started x.\nNov 20 12:29:57 web1 kernel: y\n", LogKind.System)]
    [InlineData("type=AVC msg=audit(1763641796.123:45): avc: denied\n", LogKind.Audit)]
    [InlineData("● walinuxagent.service - Azure Linux Agent\n   Active: failed\n", LogKind.Command)]
    [InlineData("Filesystem     1K-blocks  Used Available Use% Mounted on\n", LogKind.Command)]
    [InlineData("<?xml version=\"1.0\"?>\n<GoalState/>\n", LogKind.Config)]
    [InlineData("hello\nworld\n", LogKind.Unknown)]
    [InlineData("2026-11-20T12:29:56.876128Z INFO ExtHandler x\nNov 20 12:29:56 web1 systemd[1]: both kinds in one paste\n", LogKind.Unknown)]
    public void Of_AFileWithoutAName_IsToldByItsLines(string text, LogKind kind) => Assert.Equal(kind, LogKinds.Of("paste", Encoding.UTF8.GetBytes(text)));
}
