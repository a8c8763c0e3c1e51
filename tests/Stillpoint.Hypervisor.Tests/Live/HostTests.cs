using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Live;

[Collection(LiveCollection.Name)]
[Trait("Needs", Needs.Vm)]
public sealed class HostTests(LiveSuite suite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Find_UnknownName_IsVmNotFoundWithTheNamesThereAre()
    {
        await using var vm = await suite.OpenAsync();

        var e = await Assert.ThrowsAsync<FailureException>(() => vm.Host.FindDomainAsync("nosuch", None));

        Assert.Equal(FailureCode.VmNotFound, e.Failure.Code);
        Assert.Contains(e.Failure.Evidence, x => x.Text.Split(", ").Contains(vm.Guest.Name));
        Assert.Equal(vm.Domain.Id, (await vm.Host.FindDomainAsync(vm.Domain.Id.ToString(), None)).Id);
    }

    [Fact]
    public async Task Define_NameTaken_IsVmNameTaken()
    {
        await using var vm = await suite.OpenAsync();
        var xml = $"<domain type='qemu'><name>{vm.Guest.Name}</name><memory>65536</memory><os><type>hvm</type></os></domain>";

        var e = await Assert.ThrowsAsync<FailureException>(() => vm.Host.DefineAsync(xml, None));

        Assert.Equal((FailureCode.VmNameTaken, vm.Guest.Name), (e.Failure.Code, e.Failure.Arguments["vm"]));
    }

    [Fact]
    public async Task PoweredOffDomain_DefineToUndefine_AnswersWithoutARunningQemu()
    {
        await using var vm = await suite.OpenAsync();
        var disk = Path.Combine(vm.Guest.Libvirt.Folder, "off.qcow2");
        (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", disk, "64M")).Must();
        (await Tool.RunAsync("qemu-img", "bitmap", "--add", disk, "stillpoint-off")).Must();
        var domain = await vm.Host.DefineAsync(
            $"<domain type='qemu'><name>off</name><memory>65536</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'>" +
            $"<driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk></devices></domain>", None);
        await domain.RedefineCheckpointAsync(
            "<domaincheckpoint><name>stillpoint-off</name><creationTime>1700000000</creationTime><disks>" +
            "<disk name='vda' checkpoint='bitmap' bitmap='stillpoint-off'/></disks></domaincheckpoint>", None);

        Assert.Equal(new DomainState(PowerState.Off, PausedByIoError: false, RunId: -1), await domain.GetStateAsync(None));
        Assert.Null(await domain.GetJobAsync(None));
        Assert.False(await domain.OwnsBackupAsync("/run/x.sock", None));
        await domain.AbortJobAsync(None);
        await domain.DestroyAsync(None);
        var checkpoint = Assert.Single(await domain.ListCheckpointsAsync(None));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1700000000), null), (checkpoint.Created, checkpoint.UsableBitmaps));
        var begin = new BackupRequest("/run/x.sock", null, [new("vda", disk, null, false)]);
        var e = await Assert.ThrowsAsync<FailureException>(() => domain.BeginBackupAsync(begin, None));
        Assert.Equal(FailureCode.VmNotRunning, e.Failure.Code);
        e = await Assert.ThrowsAsync<FailureException>(() => domain.AgentCommandAsync("""{"execute":"guest-ping"}""", TimeSpan.FromSeconds(2), None));
        Assert.Equal(FailureCode.VmNotRunning, e.Failure.Code);

        await domain.DeleteCheckpointAsync("stillpoint-off", None);
        Assert.Empty(await domain.ListCheckpointsAsync(None));
        Assert.DoesNotContain("stillpoint-off", (await Tool.RunAsync("qemu-img", "info", disk)).Must().Out);
        await domain.SetAutostartAsync(true, None);
        Assert.True(await domain.GetAutostartAsync(None));
        await domain.UndefineAsync(None);
        Assert.DoesNotContain(await vm.Host.ListDomainsAsync(None), d => d.Name == "off");
    }

    [Fact]
    public async Task PausedDomain_Lifecycle_IsToldByEventsAndState()
    {
        await using var vm = await suite.OpenAsync();
        var disk = Path.Combine(vm.Guest.Libvirt.Folder, "bare.qcow2");
        (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", disk, "64M")).Must();
        // A machine without an agent channel; its firmware finds nothing to boot.
        var domain = await vm.Host.DefineAsync(
            $"<domain type='qemu'><name>bare</name><memory>65536</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'>" +
            $"<driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk></devices></domain>", None);
        var (seen, stopped) = (new List<DomainEventKind>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var events = vm.Host.Subscribe(domain.Id, e =>
        {
            lock (seen) seen.Add(e.Kind);
            if (e.Kind == DomainEventKind.Stopped) stopped.TrySetResult();
        });

        await domain.StartAsync(None);
        var first = await domain.GetStateAsync(None);
        await vm.Guest.Libvirt.VirshAsync("suspend", "bare");
        var paused = await domain.GetStateAsync(None);
        await domain.ResumeAsync(None);
        await using (var channel = await domain.OpenAgentChannelAsync(None))
        {
            var request = new FreezeRequest(Consistency.FileSystem, true, TimeSpan.FromSeconds(2), GuardRule.Require, "bare");
            var result = await channel.WhileFrozenAsync(request, new Agent.RecordingWatch(), _ => Task.FromResult(7), None);
            Assert.Equal((7, Consistency.Crash, FailureCode.AgentNotConfigured), (result.Value, result.Reached, result.Reason!.Code));
        }
        await domain.DestroyAsync(None);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await domain.UndefineAsync(None);

        Assert.Equal(PowerState.Running, first.Power);
        Assert.True(first.RunId > 0);
        Assert.Equal((PowerState.Paused, false, first.RunId), (paused.Power, paused.PausedByIoError, paused.RunId));
        // A start tells of its CPUs (Resumed) before it tells of itself.
        var told = seen.SkipWhile(k => k != DomainEventKind.Started).Where(k => k is not (DomainEventKind.AgentDisconnected or DomainEventKind.ShuttingDown));
        Assert.Equal([DomainEventKind.Started, DomainEventKind.Paused, DomainEventKind.Resumed, DomainEventKind.Stopped], told);
    }

    [Fact]
    public async Task DaemonKilled_ConnectionIsLostAndSaidSo_AndANewOneWorks()
    {
        await using var vm = await suite.OpenAsync();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var events = vm.Host.Subscribe(vm.Domain.Id, e =>
        {
            if (e.Kind == DomainEventKind.ConnectionLost) lost.TrySetResult();
        });
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        await vm.Guest.Libvirt.KillDaemonAsync();
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(vm.Host.IsAlive);
        var e = await Assert.ThrowsAsync<FailureException>(() => vm.Domain.GetStateAsync(None));
        Assert.Equal(FailureCode.HostConnectionLost, e.Failure.Code);
        e = await Assert.ThrowsAsync<FailureException>(() => vm.Host.OpenAnotherAsync(None));
        Assert.Equal(FailureCode.HostUnreachable, e.Failure.Code);

        await vm.Guest.Libvirt.RestartAsync();
        await using var again = await vm.Host.OpenAnotherAsync(None);
        Assert.True(again.IsAlive);
        Assert.Equal(PowerState.Running, (await (await again.FindDomainAsync(vm.Guest.Name, None)).GetStateAsync(None)).Power);
        // The channel's own connections died as well, and are opened anew by its first command.
        var request = new FreezeRequest(Consistency.FileSystem, true, TimeSpan.FromSeconds(10), GuardRule.Require, "after-kill");
        var result = await channel.WhileFrozenAsync(request, new Agent.RecordingWatch(), _ => Task.FromResult(7), None);
        Assert.Null(result.Reason);
    }
}
