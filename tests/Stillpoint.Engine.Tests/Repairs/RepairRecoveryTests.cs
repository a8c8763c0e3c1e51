using Stillpoint.Engine.Repairs;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Repairs;

/// <summary>A repair whose process died is found by the next one: told, and taken back where that can be done.</summary>
public sealed class RepairRecoveryTests : IDisposable
{
    private readonly FakeHost _host = new();
    private readonly TempFolder _temp = new();
    private readonly List<Failure> _unreadable = [];
    private readonly List<VmId> _held = [];

    private FakeDomain Vm => _host.Domain;

    private EnginePaths Paths => new(_temp.Path, _temp["run"]);

    public void Dispose() => _temp.Dispose();

    private Task<IReadOnlyList<InterruptedRepair>> RecoverAsync() => RecoverAsync(vm =>
    {
        _held.Add(vm);
        return new MemoryStream();
    });

    private Task<IReadOnlyList<InterruptedRepair>> RecoverAsync(Func<VmId, IDisposable?> hold) =>
        new RepairRecovery(Paths, _host.ConnectAsync, TimeProvider.System).RunAsync(hold, _unreadable.Add, CancellationToken.None);

    /// <summary>
    /// Runs it up to its look whether it helped, where the process dies: what is on the disk then is all that the next one has.
    /// </summary>
    private async Task DieInAsync(string repair)
    {
        var folder = _temp["repairs"];
        byte[]? left = null;
        string? name = null;
        await new RepairRunner(Paths, TimeProvider.System).RunAsync(HostUri.Default, Vm, RepairOrder.Of(repair)!, "a-cause", _ =>
        {
            name = Assert.Single(Directory.GetFiles(folder, "*.json"));
            left = File.ReadAllBytes(name);
            return Task.FromResult(true);
        }, CancellationToken.None);
        File.WriteAllBytes(name!, left!);
        Vm.Calls.Clear();
    }

    [Fact]
    public async Task Channel_OfADeadProcess_IsTakenOffAndTold_Once()
    {
        await DieInAsync("hotplug-channel");
        var found = Assert.Single(await RecoverAsync());
        Assert.Equal((RepairEnd.Undone, "hotplug-channel", "web1", null), (found.Record.End, found.Record.Repair, found.Record.VmName, found.Left));
        Assert.Equal(["remove channel"], Vm.Calls);
        Assert.Equal([Vm.Id], _held);
        Assert.Contains("\"end\": \"Undone\"", File.ReadAllText(Assert.Single(Directory.GetFiles(_temp["repairs"], "*.json"))), StringComparison.Ordinal);
        Assert.Empty(await RecoverAsync());
        Assert.Equal(["remove channel"], Vm.Calls);
    }

    [Fact]
    public async Task Channel_ThatAnAgentHasOpenedSince_Stays()
    {
        await DieInAsync("hotplug-channel");
        Vm.Config = Vm.Config with { AgentConnected = true };
        Assert.Equal(RepairEnd.Helped, Assert.Single(await RecoverAsync()).Record.End);
        Assert.Empty(Vm.Calls);
    }

    [Theory]
    [InlineData("thaw")]
    [InlineData("set-clock")]
    [InlineData("remove-bitmaps")]
    [InlineData("end-stale-jobs")]
    public async Task WhatCannotBeTakenBack_IsToldOnce(string repair)
    {
        Directory.CreateDirectory(_temp["run"]);
        await DieInAsync(repair);
        Assert.Equal(RepairEnd.Interrupted, Assert.Single(await RecoverAsync()).Record.End);
        Assert.Empty(Vm.Calls);
        Assert.Empty(await RecoverAsync());
    }

    [Fact]
    public async Task ARepair_WhoseOwnerLives_IsLeftAlone()
    {
        IReadOnlyList<InterruptedRepair>? seen = null;
        await new RepairRunner(Paths, TimeProvider.System).RunAsync(HostUri.Default, Vm, RepairOrder.Of("hotplug-channel")!, "a-cause", async _ =>
        {
            seen = await RecoverAsync();
            return true;
        }, CancellationToken.None);
        Assert.Empty(seen!);
        Assert.Equal(["add channel"], Vm.Calls);
        // Nor is one that ended.
        Assert.Empty(await RecoverAsync());
    }

    [Fact]
    public async Task AHostThatIsGone_OrAVmAtWork_LeavesItForTheNextTime()
    {
        await DieInAsync("hotplug-channel");
        Assert.Equal(FailureCode.VmBackupRunning, Assert.Single(await RecoverAsync(_ => null)).Left!.Code);
        _host.Up = false;
        Assert.Equal(FailureCode.HostUnreachable, Assert.Single(await RecoverAsync()).Left!.Code);
        _host.Up = true;
        Assert.Equal(RepairEnd.Undone, Assert.Single(await RecoverAsync()).Record.End);
    }

    [Fact]
    public async Task AVmThatIsGone_TookTheRepairWithIt()
    {
        await DieInAsync("hotplug-channel");
        var file = Assert.Single(Directory.GetFiles(_temp["repairs"], "*.json"));
        File.WriteAllText(file, File.ReadAllText(file).Replace(Vm.Id.ToString(), Guid.Empty.ToString(), StringComparison.Ordinal));
        var found = Assert.Single(await RecoverAsync());
        Assert.Equal((RepairEnd.Interrupted, "vm-not-found"), (found.Record.End, found.Record.Failure));
        Assert.Empty(await RecoverAsync());
    }

    [Fact]
    public async Task ATornRecord_IsToldAndLeft()
    {
        Directory.CreateDirectory(_temp["repairs"]);
        File.WriteAllText(_temp["repairs", "01torn.json"], "{");
        Assert.Empty(await RecoverAsync());
        Assert.Equal(FailureCode.DataFolderUnusable, Assert.Single(_unreadable).Code);
        Assert.True(File.Exists(_temp["repairs", "01torn.json"]));
    }
}
