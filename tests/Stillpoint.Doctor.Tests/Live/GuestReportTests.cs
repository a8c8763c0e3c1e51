using Stillpoint.Doctor.Live;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Doctor.Tests.Live;

/// <summary>What the collector prints, as a guest printed it: written down from one, not made by the code that reads it.</summary>
public sealed class GuestReportTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 13, 0, 0, TimeSpan.Zero);

    private static IReadOnlyList<Fact> Read(string text) => GuestReport.Read("guest", "t0k3n", text, At, CancellationToken.None);

    private static string? Value(IReadOnlyList<Fact> facts, string name) => facts.LastOrDefault(f => f.Name == name)?.Value;

    [Fact]
    public void Parts_OfAHealthyGuest_AreFactsAndNoCause()
    {
        var facts = Read("""

            === t0k3n os-release
            PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
            ID=debian

            === t0k3n systemctl-status
            ● qemu-guest-agent.service - QEMU Guest Agent
                 Loaded: loaded (/lib/systemd/system/qemu-guest-agent.service; static)
                 Active: active (running) since Sat 2026-11-21 12:40:11 UTC; 20min ago

            === t0k3n df-space
            Filesystem     1K-blocks    Used Available Use% Mounted on
            /dev/vda         2012052 1251232    742052  63% /

            === t0k3n df-inodes
            Filesystem     Inodes IUsed  IFree IUse% Mounted on
            /dev/vda       131072 30210 100862   24% /

            === t0k3n mount-table
            /dev/vda / ext4 rw,relatime 0 0

            === t0k3n free
                          total        used        free      shared  buff/cache   available
            Mem: 753000 300000 100000 0 0 500000

            === t0k3n top
            %Cpu(s): 12.5 id, 0.0 st

            === t0k3n pressure-cpu
            some avg10=3.20 avg60=1.00 avg300=0.50 total=100

            === t0k3n end
            """);
        Assert.Equal(
            ("debian", "active", "63", "24", "rw,relatime", "33.6", "87.5", "3.20"),
            (Value(facts, "guest.os"), Value(facts, "guest.service:qemu-guest-agent"), Value(facts, "guest.mount-used-percent:/"), Value(facts, "guest.inodes-used-percent:/"),
                Value(facts, "guest.mount-options:/"), Value(facts, "guest.memory-percent"), Value(facts, "guest.cpu-percent"), Value(facts, "guest.psi-cpu")));
        Assert.True(Diagnostician.Default.Diagnose([.. facts, new("vm.channel", "qga", "policy", At)]).Healthy);
    }

    [Fact]
    public void Journal_WithAKilledAgent_NamesItWithItsLine()
    {
        var facts = Read("""
            === t0k3n journal-kernel
            2026-11-21T12:59:01.000100+00:00 guest kernel: Out of memory: Killed process 311 (qemu-ga) total-vm:1024kB, anon-rss:512kB
            """);
        var cause = Assert.Single(Diagnostician.Default.Diagnose(facts).Causes);
        Assert.Equal("res-high-memory", cause.Id);
        Assert.Equal(("guest/journal-kernel", 1), (cause.Evidence[0].Source, cause.Evidence[0].Line));
    }

    [Fact]
    public void ALineThatLooksLikeAHead_WithoutTheToken_IsText()
    {
        var facts = Read("""
            === t0k3n journal-agent
            2026-11-21T12:59:01.000100+00:00 guest qemu-ga[311]: hello
            === other df-space
            Filesystem     1K-blocks    Used Available Use% Mounted on
            /dev/vda         2012052 2012052         0 100% /
            """);
        Assert.Null(Value(facts, "guest.mount-used-percent:/"));
        Assert.True(Diagnostician.Default.Diagnose(facts).Healthy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("=== t0k3n ")]
    [InlineData("=== t0k3n df-space\n\0\u0001")]
    public void Rubbish_IsNoFactAndNoError(string text) => Assert.DoesNotContain(Read(text), f => f.Name.StartsWith("guest.", StringComparison.Ordinal));
}
