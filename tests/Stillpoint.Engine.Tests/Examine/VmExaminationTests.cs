using Stillpoint.Engine.Examine;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Examine;

/// <summary>What is asked, in which state, and that nothing asked changes anything.</summary>
public sealed class VmExaminationTests : IDisposable
{
    private static readonly Dictionary<string, string> NoErrors = [];
    private readonly FakeHost _host = new();
    private readonly TempFolder _temp = new();

    private FakeDomain Vm => _host.Domain;

    public void Dispose() => _temp.Dispose();

    private async Task<(string? Value, Examined Seen)> ValueAsync(string name, bool ownJob = false)
    {
        var seen = await new VmExamination(_host, new(_temp.Path, _temp["run"]), TimeProvider.System).RunAsync(
            new(Vm.Name, null, null, DateTimeOffset.UnixEpoch, ownJob, 1), CancellationToken.None);
        Assert.Empty(Vm.Calls);
        return (seen.Facts.LastOrDefault(f => f.Name == name)?.Value, seen);
    }

    [Fact]
    public async Task Counters_OfTwoMoments_GiveLoadAndWrites()
    {
        // Two processors that wanted to run all the time for far longer than the probe waits.
        Vm.Readings.Enqueue(new(0, 2, 1000, 300, 5, NoErrors));
        Vm.Readings.Enqueue(new(long.MaxValue / 2, 2, 1000, 300, 12, new Dictionary<string, string> { ["vda"] = "no-space" }));
        var (load, seen) = await ValueAsync("guest.cpu-percent");
        Assert.Equal("100", load);
        string? Of(string name) => seen.Facts.Single(f => f.Name == name).Value;
        Assert.Equal(("70", "7", "no-space"), (Of("guest.memory-percent"), Of("guest.writes"), Of("host.disk-error:vda")));
    }

    [Fact]
    public async Task FrozenGuest_ThatWrites_IsSeenFromOutsideAndNotAskedFurther()
    {
        Vm.Frozen = true;
        Vm.InGuest = () => throw new InvalidOperationException("asked a frozen guest");
        Vm.Readings.Enqueue(new(0, 1, null, null, 5, NoErrors));
        Vm.Readings.Enqueue(new(0, 1, null, null, 6, NoErrors));
        Assert.Equal("true", (await ValueAsync("guest.writes-while-frozen")).Value);
    }

    [Fact]
    public async Task FrozenGuest_ThatIsStill_IsNotSaidToWrite()
    {
        Vm.Frozen = true;
        var (writes, seen) = await ValueAsync("guest.writes-while-frozen");
        Assert.Null(writes);
        Assert.Contains(seen.Facts, f => f is { Name: "guest.fsfreeze", Value: "frozen" });
    }

    [Fact]
    public async Task AProbeThatFails_IsAFactAndCostsNoOther()
    {
        Vm.InGuest = () => throw new FailureException(FailureCode.AgentCommandBlocked, Stage.Preflight, ("vm", Vm.Name));
        var (code, seen) = await ValueAsync("probe.failed:guest");
        Assert.Equal("agent-command-blocked", code);
        Assert.Contains(seen.Facts, f => f.Name == "guest.cpu-percent");
    }

    [Fact]
    public async Task ACollectorThatDoesNotEnd_IsAFact()
    {
        Vm.InGuest = () => null;
        Assert.Equal("agent-not-responding", (await ValueAsync("probe.failed:guest")).Value);
    }

    [Theory]
    [InlineData(true, "own")]
    [InlineData(false, "other")]
    public async Task RunningJob_OfAForeignSocket_IsOursOnlyWhereAProcessOfOursLives(bool ownJob, string owner)
    {
        Vm.RunningBackupSocket = "/elsewhere.sock";
        Assert.Equal(owner, (await ValueAsync("domain.job-owner", ownJob)).Value);
    }

    [Fact]
    public async Task RunningJob_OfAFolderOfOursWithoutAProcess_IsStale()
    {
        Directory.CreateDirectory(_temp["run", "01dead"]);
        Vm.RunningBackupSocket = _temp["run", "01dead", "nbd.sock"];
        Assert.Equal("stale", (await ValueAsync("domain.job-owner")).Value);
    }

    [Fact]
    public async Task Disks_NewerThanTheCheckpoint_BrokenAndUnsupported_AreFacts()
    {
        var network = Failure.Of(FailureCode.DiskUnsupported, Stage.Preflight, ("disk", "vdc"), ("reason", "network"));
        var cd = Failure.Of(FailureCode.DiskUnsupported, Stage.Preflight, ("disk", "sda"), ("reason", "cdrom"));
        Vm.Config = new(
            "<domain/>",
            [
                new("vda", "disk", DiskSourceKind.File, "raw", "/a", false, false, null), new("vdb", "disk", DiskSourceKind.Block, "qcow2", null, false, false, null),
                new("vdc", "disk", DiskSourceKind.Network, "raw", null, false, false, network), new("sda", "cdrom", DiskSourceKind.None, "raw", null, false, true, cd),
                new("vdd", "disk", DiskSourceKind.Block, "qcow2", null, true, false, null),
            ],
            null, null, null, false, true);
        Vm.Checkpoints.Add(new("stillpoint-01234567-x", null, DateTimeOffset.UnixEpoch, new Dictionary<string, bool> { ["vdd"] = false }));
        Vm.Checkpoints.Add(new("virtnbdbackup.0", null, DateTimeOffset.UnixEpoch, new Dictionary<string, bool> { ["vdb"] = false }));
        Vm.LiveBitmaps.Add(new("/below.qcow2", "stillpoint-01234567-x", false));
        var (_, seen) = await ValueAsync("host.disk.format:vda");
        var facts = seen.Facts.Where(f => f.Name.StartsWith("host.", StringComparison.Ordinal)).Select(f => $"{f.Name}={f.Value}").ToArray();
        Assert.Contains("host.disk-added:vdb=stillpoint-01234567-x", facts);
        Assert.Contains("host.disk.unsupported:vdc=network", facts);
        Assert.Contains("host.bitmap:vdd/stillpoint-01234567-x=missing", facts);
        Assert.Contains("host.overlay-since-point:vdd=", facts);
        Assert.Contains("host.checkpoint:virtnbdbackup.0=foreign", facts);
        Assert.DoesNotContain(facts, f => f.StartsWith("host.disk.unsupported:sda", StringComparison.Ordinal) || f.Contains("disk-added:vda", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnknownVm_IsAFact()
    {
        var seen = await new VmExamination(_host, new(_temp.Path, _temp["run"]), TimeProvider.System).RunAsync(
            new("nobody", null, null, DateTimeOffset.UnixEpoch, false, 0), CancellationToken.None);
        Assert.Null(seen.Vm);
        Assert.Contains(seen.Facts, f => f is { Name: "domain.exists", Value: "false" });
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("empty", "missing")]
    public async Task Vault_ThatIsNone_IsSaidToBeMissing(string? folder, string state)
    {
        if (folder is not null) Directory.CreateDirectory(_temp[folder]);
        using var secret = new Stillpoint.Vault.Passphrase("x".AsSpan());
        var (facts, vault) = await new VaultProbe(_temp[folder ?? "nowhere"], TimeProvider.System).RunAsync(secret, CancellationToken.None);
        Assert.Null(vault);
        Assert.Equal(state, facts.Single(f => f.Name == VaultProbe.State).Value);
    }
}
