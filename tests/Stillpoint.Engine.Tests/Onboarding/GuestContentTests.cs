using System.Text.RegularExpressions;
using Stillpoint.Engine.Onboarding;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Onboarding;

public sealed class GuestContentTests
{
    private const string Ours = "Provisioning.Agent=disabled\nProvisioning.MonitorHostName=n\nResourceDisk.Format=n\nLogs.Collect=n\n";

    [Theory]
    [InlineData("", Ours)]
    [InlineData("# a comment\nProvisioning.Agent=cloud-init\nLogs.Verbose=n\n", "# a comment\nLogs.Verbose=n\n" + Ours)]
    [InlineData("# Provisioning.Agent=auto\nLogs.Verbose=n", "# Provisioning.Agent=auto\nLogs.Verbose=n\n" + Ours)]
    [InlineData(" ResourceDisk.Format = y\r\nOther=1\r\n", "Other=1\r\n" + Ours)]
    [InlineData("Logs.Collect=n\nLogs.Collect=y\n", Ours)]
    public void Conf_WhateverItSaid_SaysOursOnce(string before, string after)
    {
        Assert.Equal(after, GuestContent.Conf(before));
        Assert.Equal(after, GuestContent.Conf(after));
    }

    [Fact]
    public void Conf_ThatSaysItInAnotherOrder_IsLeftAsItIs()
    {
        const string said = "Logs.Collect=n\nResourceDisk.Format=n\n# x\nProvisioning.MonitorHostName=n\nProvisioning.Agent=disabled\n";
        Assert.Equal(said, GuestContent.Conf(said));
    }

    [Fact]
    public async Task Route_AsAScript_IsTakenByAShell() => (await Tool.RunAsync("sh", "-n", "-c", GuestContent.Route("52:54:00:00:00:01"))).Must();

    [Fact]
    public void Lines_OfAChange_AreThoseThatGoAndCome() =>
        Assert.Equal(["- b", "+ c"], GuestContent.Lines("a\nb\n", "a\nc\n"));

    /// <summary>What cloud-init would write and run comes to the same files.</summary>
    [Fact]
    public async Task CloudInit_Carried_Out_GivesTheSameFiles()
    {
        using var folder = new TempFolder();
        var text = GuestContent.CloudInit("walinuxagent", "52:54:00:00:00:01");
        var files = Regex.Matches(text, @"  - path: (\S+)\n    permissions: '(\d+)'\n    content: \|\n((?:      .*\n|\n)+)");
        Assert.Equal(
            [("/etc/systemd/system/walinuxagent.service.d/10-stillpoint.conf", "0644", GuestContent.DropIn), (GuestContent.RoutePath, "0755", GuestContent.Route("52:54:00:00:00:01"))],
            files.Select(f => (f.Groups[1].Value, f.Groups[2].Value, Regex.Replace(f.Groups[3].Value, "^      ", "", RegexOptions.Multiline))));

        const string before = "# a\nProvisioning.Agent=auto\nLogs.Collect=y\nOther=1\n";
        await File.WriteAllTextAsync(folder["waagent.conf"], before);
        var commands = Regex.Matches(text, @"^  - \[(.*)\]$", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(["systemctl, daemon-reload", "systemctl, enable, walinuxagent.service", "systemctl, restart, --no-block, walinuxagent.service"], commands[2..]);
        foreach (var command in commands[..2])
        {
            var words = command.Replace("/etc/waagent.conf", folder["waagent.conf"], StringComparison.Ordinal).Split(", ").Select(w => w.Trim('\'')).ToArray();
            (await Tool.RunAsync(words[0], words[1..])).Must();
        }
        Assert.Equal(GuestContent.Conf(before), await File.ReadAllTextAsync(folder["waagent.conf"]));
    }
}
