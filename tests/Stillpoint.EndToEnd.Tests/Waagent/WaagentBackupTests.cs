using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>Backups over Azure's own agent, with the real one in a real guest.</summary>
[Collection(nameof(AgentHost)), Trait("Needs", Needs.Vm), Trait("Area", "agent")]
public sealed class WaagentBackupTests(AgentHost host)
{
    [Fact]
    public async Task Backup_OverWaagent_IsFileSystemConsistentAndRestoresInFullAndIncrement()
    {
        await host.StartAsync();
        using var cli = await host.CliAsync();

        var full = await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb");
        WaagentFaultTests.AtRest(full);
        Assert.Equal("full", full.Reading().Mode);
        await host.Guest.RunAsync("head -c 3000000 /dev/urandom > /srv/new; sync");

        var second = await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb");
        WaagentFaultTests.AtRest(second);
        Assert.Equal("incremental", second.Reading().Mode);
        Assert.True(second.Reading().Read * 4 <= full.Reading().Read, second.Json.ToString());
        await host.Guest.MustBeUndisturbedAsync();
        (await cli.RunAsync("vm", "release", host.Guest.Name)).Must();
    }
}
