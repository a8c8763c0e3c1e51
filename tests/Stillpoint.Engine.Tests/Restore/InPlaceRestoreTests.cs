using System.Xml.Linq;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

public sealed class InPlaceRestoreTests : IDisposable
{
    private readonly RestoreWorld _world = new(qcow2: false);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task RunAsync_VmThere_ReplacesItsFilesAndDefinition()
    {
        _world.WithOldVm();
        var result = await _world.RunAsync(Order());
        Assert.Equal("web1", result.VmName);
        Assert.Equal(RestoreWorld.VmUuid, result.Vm.ToString());
        IsRestored();
        Assert.Equal(["nvram.fd", "vda.img", "vdb.img", "vmlinuz"], _world.Names());
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_world.Disks + "/vda.img"));
    }

    [Fact]
    public async Task RunAsync_KeepOld_KeepsThemBeside()
    {
        _world.WithOldVm();
        await _world.RunAsync(Order() with { KeepOld = true });
        IsRestored();
        foreach (var (name, bytes) in RestoreWorld.OldFiles())
            Assert.Equal(bytes, File.ReadAllBytes($"{_world.Disks}/{name}.before-restore-{_world.Job}"));
    }

    [Fact]
    public async Task RunAsync_VmAndFolderGone_ComeBack()
    {
        Directory.Delete(_world.Disks);
        var result = await _world.RunAsync(Order() with { Start = true });
        IsRestored(kernel: "web1-kernel");
        Assert.Equal(_world.Kernel, File.ReadAllBytes(_world.Disks + "/web1-kernel"));
        Assert.Contains(result.Vm!.Value.Value, _world.Host.Running);
    }

    [Fact]
    [Trait("Needs", "tools")]
    public async Task RunAsync_Qcow2WithABackingChain_ComesBackAsOneLayer()
    {
        using var world = new RestoreWorld(qcow2: true).WithOldVm();
        await world.RunAsync(new RestoreInPlace(world.Job, world.Vault.Point.ToString(), false, false));
        Assert.Equal(world.Vdb, await world.ReadImageAsync(world.Disks + "/vdb.img", "qcow2"));
        var disks = XElement.Parse(world.Host.Definitions[Guid.Parse(RestoreWorld.VmUuid)]).Element("devices")!.Elements("disk").ToList();
        Assert.All(disks, d => Assert.Null(d.Element("backingStore")));
        Assert.Equal("qcow2", (string?)disks[1].Element("driver")!.Attribute("type"));
    }

    [Fact]
    public async Task RunAsync_ReachedThroughALink_ReplacesWhatItPointsTo()
    {
        _world.WithOldVm();
        Directory.CreateDirectory(_world.Root + "/big");
        File.Move(_world.Disks + "/vda.img", _world.Root + "/big/vda.real");
        File.CreateSymbolicLink(_world.Disks + "/vda.img", _world.Root + "/big/vda.real");
        await _world.RunAsync(Order());
        Assert.Equal(_world.Root + "/big/vda.real", File.ResolveLinkTarget(_world.Disks + "/vda.img", true)!.FullName);
        Assert.Equal(_world.Vda, File.ReadAllBytes(_world.Root + "/big/vda.real"));
    }

    [Fact]
    public async Task RunAsync_VmRuns_TouchesNothing()
    {
        _world.WithOldVm().Host.Running.Add(Guid.Parse(RestoreWorld.VmUuid));
        Assert.Equal(FailureCode.VmRunning, await _world.FailsAsync(Order()));
        IsOld();
    }

    [Fact]
    public async Task RunAsync_VmIsStartedMeanwhile_LeavesItItsDisksForGood()
    {
        _world.WithOldVm();
        var starter = new At(RestoreStep.SwapJournaled, 1, () => _world.Host.Running.Add(Guid.Parse(RestoreWorld.VmUuid)));
        var error = await Assert.ThrowsAsync<FailureException>(() => _world.RunAsync(Order(), starter));
        Assert.Equal(FailureCode.VmRunning, error.Failure.Code);
        IsOld();
        _world.Host.Running.Clear();
        Assert.Empty(await _world.Recovery().RunAsync(f => Assert.Fail(f.ToString()), default));
        IsOld();
    }

    [Fact]
    public async Task RunAsync_AnotherVmHasTheName_IsVmNameTaken()
    {
        _world.Host.Definitions[Guid.NewGuid()] = "<domain><name>web1</name></domain>";
        Assert.Equal(FailureCode.VmNameTaken, await _world.FailsAsync(Order()));
    }

    [Fact]
    public async Task RunAsync_DiskFails_LeavesTheOldVm()
    {
        _world.WithOldVm();
        _world.Vault.BeforeBlock = (tree, block) =>
        {
            if (tree == "vdb" && block == 3) throw new FailureException(FailureCode.VaultDamaged, Stage.Vault);
        };
        Assert.Equal(FailureCode.VaultDamaged, await _world.FailsAsync(Order()));
        IsOld();
    }

    [Fact]
    public async Task RunAsync_HostRefusesTheDefinition_IsFinishedByTheNextRun()
    {
        _world.WithOldVm().Host.RefuseDefine = Failure.Of(FailureCode.HostRefused, Stage.Restore);
        Assert.Equal(FailureCode.HostRefused, await _world.FailsAsync(Order()));
        Assert.Equal(FailureCode.HostRefused, await _world.FailsAsync(Order()));
        _world.Host.RefuseDefine = null;
        var result = await _world.RunAsync(Order());
        Assert.Equal("web1", result.VmName);
        Assert.Equal(2, result.Disks.Count);
        IsRestored();
    }

    /// <summary>Every step a crash can come at, and how often each is reached with two disks and the NVRAM.</summary>
    public static TheoryData<RestoreStep, int> Steps
    {
        get
        {
            var steps = new TheoryData<RestoreStep, int>();
            foreach (var step in Enum.GetValues<RestoreStep>())
            {
                var times = step is RestoreStep.OldMoved or RestoreStep.NewInPlace or RestoreStep.OldDeleted ? 3 : 1;
                for (var i = 1; i <= times; i++) steps.Add(step, i);
            }
            return steps;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task RunAsync_KilledAtAStep_OldOrNewIsWholeAndTheNextRunFinishes(RestoreStep step, int time)
    {
        _world.WithOldVm();
        // What a kill leaves is what is there at that moment: it is copied then, and put back when the interrupted run has cleaned up after itself.
        using var asKilled = new KilledWorld(_world);
        var kill = new At(step, time, () =>
        {
            asKilled.Take();
            throw new KilledException();
        });
        await Assert.ThrowsAsync<KilledException>(() => _world.RunAsync(Order(), kill));
        asKilled.PutBack();

        // Each disk is whole under one of its names, old or new, before anybody does anything.
        foreach (var (name, old, restored) in new[] { ("vda.img", 11, _world.Vda), ("vdb.img", 12, _world.Vdb) })
        {
            var whole = Directory.GetFiles(_world.Disks, name + "*").Select(File.ReadAllBytes).ToList();
            var oldBytes = RestoreWorld.OldFiles()[name];
            Assert.True(whole.Any(b => b.AsSpan().SequenceEqual(oldBytes)) || whole.Any(b => b.AsSpan().SequenceEqual(restored)), $"{name} {old}");
        }

        await _world.Recovery().RunAsync(f => Assert.Fail(f.ToString()), default);
        if (step < RestoreStep.OldMoved) IsOld();
        else IsRestored();

        await _world.RunAsync(Order() with { Job = JobId.New(TimeProvider.System) });
        IsRestored();
        Assert.Equal(["nvram.fd", "vda.img", "vdb.img", "vmlinuz"], _world.Names());
    }

    [Fact]
    public async Task RestoreRecovery_SomebodyDefinedTheVmAgain_KeepsTheNewNvram()
    {
        _world.WithOldVm();
        using var asKilled = new KilledWorld(_world);
        var kill = new At(RestoreStep.NewInPlace, 3, () =>
        {
            asKilled.Take();
            throw new KilledException();
        });
        await Assert.ThrowsAsync<KilledException>(() => _world.RunAsync(Order(), kill));
        asKilled.PutBack();
        // By hand, seeing all files in place: undefining that definition would take the NVRAM with it.
        await _world.Host.DefineAsync(_world.Xml, default);
        var finished = Assert.Single(await _world.Recovery().RunAsync(f => Assert.Fail(f.ToString()), default));
        Assert.Equal("web1", finished.Result!.VmName);
        IsRestored();
    }

    [Fact]
    public async Task RunAsync_EveryStep_IsReached()
    {
        _world.WithOldVm();
        var seen = new At(RestoreStep.Checked, int.MaxValue, () => { });
        await _world.RunAsync(Order(), seen);
        Assert.Equal(Steps.Select(s => s.Data.Item1).ToList(), seen.Reached);
    }

    private RestoreInPlace Order() => new(_world.Job, _world.Vault.Point.ToString(), KeepOld: false, Start: false);

    private void IsRestored(string kernel = "vmlinuz")
    {
        Assert.Equal(_world.Vda, File.ReadAllBytes(_world.Disks + "/vda.img"));
        Assert.Equal(_world.Vdb, File.ReadAllBytes(_world.Disks + "/vdb.img"));
        Assert.Equal(_world.Nvram, File.ReadAllBytes(_world.Disks + "/nvram.fd"));
        var xml = XElement.Parse(_world.Host.Definitions[Guid.Parse(RestoreWorld.VmUuid)]);
        Assert.Equal("52:54:00:00:00:01", (string?)xml.Element("devices")!.Element("interface")!.Element("mac")!.Attribute("address"));
        Assert.Equal($"{_world.Disks}/{kernel}", (string?)xml.Element("os")!.Element("kernel"));
        Assert.Null(xml.Element("devices")!.Elements("disk").Last().Element("backingStore"));
        Assert.Contains(Guid.Parse(RestoreWorld.VmUuid), _world.Host.Autostart);
        _world.NothingIsOpen();
    }

    private void IsOld()
    {
        foreach (var (name, bytes) in RestoreWorld.OldFiles()) Assert.Equal(bytes, File.ReadAllBytes(_world.Disks + "/" + name));
        Assert.Equal(["nvram.fd", "vda.img", "vdb.img", "vmlinuz"], _world.Names());
        Assert.Equal(_world.Xml, _world.Host.Definitions[Guid.Parse(RestoreWorld.VmUuid)]);
        _world.NothingIsOpen();
    }

    private sealed class KilledException : Exception;

    /// <summary>Does something when a step is reached for the n-th time.</summary>
    private sealed class At(RestoreStep step, int time, Action act) : IRestoreHooks
    {
        private int _seen;

        public List<RestoreStep> Reached { get; } = [];

        public ValueTask ReachedAsync(RestoreStep reached, CancellationToken ct)
        {
            Reached.Add(reached);
            if (reached == step && ++_seen == time) act();
            return default;
        }
    }

    private sealed class KilledWorld(RestoreWorld world) : IDisposable
    {
        private readonly string _copy = Directory.CreateTempSubdirectory("sp-killed-").FullName;
        private RestoreHost? _host;

        public void Take()
        {
            Copy(world.Root, _copy);
            _host = world.Host.Copy();
        }

        public void PutBack()
        {
            foreach (var folder in Directory.GetDirectories(world.Root)) Directory.Delete(folder, recursive: true);
            Copy(_copy, world.Root);
            world.Host = _host!;
        }

        public void Dispose() => Directory.Delete(_copy, recursive: true);

        private static void Copy(string from, string to)
        {
            foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
                Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
            foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
                File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }
}
