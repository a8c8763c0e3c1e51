using System.Text.Json;
using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.EndToEnd.Tests.Safety;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>Whatever becomes of agent and extension, there is a point, it is called what it is, and the guest goes on.</summary>
[Collection(nameof(AgentHost)), Trait("Needs", Needs.Vm), Trait("Area", "agent")]
public sealed class WaagentFaultTests(AgentHost host)
{
    private const string Work = "'stillpoint-snapshot-*.service'";

    [Fact(Explicit = true)]
    public Task Extension_Uninstalled_IsThereAgainWithTheNextBackup() => RunAsync(async cli =>
    {
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
        var vm = await host.Guest.Libvirt.UuidAsync(host.Guest.Name);
        var version = Path.GetFileNameWithoutExtension(host.Package)["Stillpoint.VMSnapshot-".Length..];
        var goal = JsonDocument.Parse(await host.FabricAsync(
            "PUT", $"/vms/{vm}", $$"""{"name":"azure","addresses":["{{AgentHost.Address}}"],"extension":{"name":"Stillpoint.VMSnapshot","version":"{{version}}","state":"Uninstall"} }"""));
        var incarnation = goal.RootElement.GetProperty("incarnation").GetInt64();
        await Eventually.IsAsync("the agent has uninstalled it", async () => JsonDocument.Parse(await host.FabricAsync("GET", $"/vms/{vm}")).RootElement.GetProperty("contact").GetProperty("status")
            is { ValueKind: JsonValueKind.Object } status && status.GetProperty("value") is var value && value.GetProperty("incarnation").GetString() == $"{incarnation}"
            && value.GetProperty("handlers").GetArrayLength() == 0);
        Assert.Equal("", (await host.Guest.RunAsync("ls -d /var/lib/waagent/Stillpoint.VMSnapshot-*/ 2> /dev/null || true")).Trim());

        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
    });

    [Fact(Explicit = true)]
    public Task Extension_OfAnotherVersion_IsInstalledByTheNextBackup() => RunAsync(async cli =>
    {
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
        var newer = cli.Folder["Stillpoint.VMSnapshot-0.2.0.zip"];
        File.Copy(host.Package, newer);
        (await cli.RunAsync("vm", "channel", host.Guest.Name, "--use", "waagent", "--extension", newer)).Must();
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
        Assert.Equal("/var/lib/waagent/Stillpoint.VMSnapshot-0.2.0", (await host.Guest.RunAsync("ls -d /var/lib/waagent/Stillpoint.VMSnapshot-*/")).Trim().TrimEnd('/'));
    });

    [Fact(Explicit = true)]
    public Task Work_KilledWhileFrozen_IsThawedByItsGuardAndThePointSaysSo() => RunAsync(async cli =>
    {
        var reference = cli.Folder["reference.raw"];
        using var job = await PausedJob.AtAsync("Beginning", cli, "backup", host.Guest.Name, "--exclude-disk", "vdb", "--freeze-limit", "60", "--before-release", Compared.Copy(reference));
        await host.Guest.DetachAsync($"systemctl kill --kill-whom=main -s KILL {Work}");
        // Long before the limit, at which the warden would thaw too: the guard is told by systemd.
        await host.Guest.MustWriteAsync();
        job.GoOn();
        var backup = (await job.ResultAsync()).Must();
        Assert.Equal("crash: guard-fired", backup.Worth());
        await cli.MustRestoreAsync(backup, reference);
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
    });

    [Fact(Explicit = true)]
    public Task Host_KilledWhileTheGuestIsFrozen_LeavesItThawed() => RunAsync(async cli =>
    {
        using var job = await PausedJob.AtAsync("Beginning", cli, "backup", host.Guest.Name, "--exclude-disk", "vdb");
        await job.KillAsync(Victims.Worker | Victims.Control | Victims.Warden);
        await host.Guest.MustWriteAsync();
        // The extension thaws by itself, and its guard has nothing to do.
        await Eventually.IsAsync("the work has ended", async () => (await host.Guest.RunAsync($"systemctl list-units --no-legend --state=active {Work}")).Trim().Length == 0);
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
    });

    [Fact(Explicit = true)]
    public Task Agent_RestartedWhileFrozen_DisturbsNothing() => RunAsync(async cli =>
    {
        var reference = cli.Folder["reference.raw"];
        using var job = await PausedJob.AtAsync("Beginning", cli, "backup", host.Guest.Name, "--exclude-disk", "vdb", "--freeze-limit", "60", "--before-release", Compared.Copy(reference));
        await host.Guest.DetachAsync("systemctl --no-block kill -s KILL walinuxagent");
        job.GoOn();
        var backup = (await job.ResultAsync()).Must();
        AtRest(backup);
        await cli.MustRestoreAsync(backup, reference);
    });

    [Fact(Explicit = true)]
    public Task Endpoint_Blocked_IsSteppedDownToTheOtherAgent() => RunAsync(async cli =>
    {
        await host.Guest.RunAsync("ip rule add pref 10 to 168.63.129.16 ipproto 6 dport 32527 prohibit");
        var blocked = await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb");
        Assert.Equal("file-system", blocked["consistency"].GetString());
        Assert.Contains("extension-failed", blocked.Warnings());
        await host.Guest.RunAsync("ip rule del pref 10");
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
    });

    [Fact(Explicit = true)]
    public Task Agent_Stopped_IsSteppedDownToTheOtherAgent() => RunAsync(async cli =>
    {
        await host.AgentAsync("stop");
        var silent = await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb");
        Assert.Equal("file-system", silent["consistency"].GetString());
        Assert.Contains("azure-agent-silent", silent.Warnings());
        await host.AgentAsync("start");
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
    });

    /// <summary>Then the guest is started anew, and its agent finds its way by itself.</summary>
    [Fact(Explicit = true)]
    public Task Guest_WithoutTheOtherAgent_IsFrozenByTheExtensionAlone() => RunAsync(async cli =>
    {
        await host.Guest.DetachAsync("systemctl stop qemu-guest-agent");
        await Eventually.IsAsync("the other agent is gone", async () =>
            (await host.Guest.Libvirt.VirshAsync("dumpxml", host.Guest.Name)).Must().Out.Contains("state='disconnected'", StringComparison.Ordinal));
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
        await host.Guest.KillAsync();
        await host.RestartGuestAsync();
        AtRest(await cli.BackupAsync(host.Guest.Name, "--exclude-disk", "vdb"));
    });

    private async Task RunAsync(Func<StillpointCli, Task> run)
    {
        await host.StartAsync();
        using var cli = await host.CliAsync();
        await run(cli);
        await host.Guest.AnswersAsync();
        (await cli.RunAsync("vm", "release", host.Guest.Name)).Must();
        await host.Guest.MustBeUndisturbedAsync();
    }

    /// <summary>Frozen by the extension and by nobody else: the other channel leaves a warning.</summary>
    internal static void AtRest(CliResult backup)
    {
        Assert.True(backup["consistency"].GetString() == "file-system", backup.Json.ToString());
        Assert.DoesNotContain(backup.Warnings(), w => w is "azure-agent-silent" or "extension-failed" or "extension-silent" or "fabric-not-answering");
        Assert.NotEqual("not frozen", backup.FrozenFor());
        Console.WriteLine($"over waagent: frozen for {backup.FrozenFor()}");
    }
}
