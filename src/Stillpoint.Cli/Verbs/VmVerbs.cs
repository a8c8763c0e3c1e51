using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class VmVerbs
{
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var uri = call.HostUri.Text;
        var rows = await call.AskAsync(Concern.Host, async c =>
        {
            var host = await call.ConnectAsync(ct);
            return (await c.ListVmsAsync(host, ct)).Select(v => new VmJson(v.Name, v.Id.ToString(), v.State, v.Policy)).ToList();
        }, async s => [.. (await s.Vms.ListAsync(ct)).Select(v => new VmJson(v.Name, v.Id, v.State, v.Policy))], ct);
        call.Show(() => new(rows), JsonDocuments.Shapes.VmsJson, () =>
        {
            if (rows.Count == 0)
            {
                call.Say(call.Texts.Of("list.no-vms", ("uri", uri)));
                return;
            }
            var table = new Table(call.Texts.Of("col.name"), call.Texts.Of("col.state"), "UUID", call.Texts.Of("col.policy"));
            foreach (var vm in rows) table.Add(vm.Name, call.Texts.Of("power." + vm.State), vm.Id, vm.Policy ?? "");
            call.World.Out.Write(table);
        });
        return ExitCode.Done;
    }

    /// <summary>What a backup would take and what not, before the first one is made.</summary>
    public static async Task<int> ShowAsync(Invocation call, CancellationToken ct)
    {
        var host = await call.ConnectAsync(ct);
        var domain = await host.FindDomainAsync(call.Line.Argument!, ct);
        var state = await domain.GetStateAsync(ct);
        var config = await domain.GetConfigAsync(inactive: false, ct);
        var snapshots = await domain.HasInternalSnapshotsAsync(ct);
        var checkpoints = (await domain.ListCheckpointsAsync(ct)).Select(c => c.Name).ToArray();
        var disks = new List<VmDisk>();
        foreach (var disk in config.Disks)
        {
            long? size = disk.Unsupported is null ? await domain.GetDiskSizeAsync(disk.Name, ct) : null;
            disks.Add(new(disk, size, disk.Unsupported is null && disk.CanTrack && !snapshots));
        }
        call.Show(
            () => new(
                domain.Name, domain.Id.ToString(), state.Power.ToText(), config.HasAgentChannel, snapshots, checkpoints,
                [.. disks.Select(d => new VmDiskJson(
                    d.Disk.Name, d.Disk.Format, d.Disk.Source, d.SizeBytes, d.Disk.Unsupported is null, d.Tracked, d.Disk.Unsupported?.ToJson(call.Texts)))]),
            JsonDocuments.Shapes.VmDetailsJson,
            () => Write(call, domain, state, config, snapshots, checkpoints, disks));
        return ExitCode.Done;
    }

    private static void Write(
        Invocation call, IDomain domain, DomainState state, DomainConfig config, bool snapshots, string[] checkpoints, List<VmDisk> disks)
    {
        var texts = call.Texts;
        call.Say($"{domain.Name}  {domain.Id}  {texts.Of("power." + state.Power.ToText())}");
        call.Say(texts.Labelled(texts.Of("label.agent"), texts.Of(config.HasAgentChannel ? "vm.agent-configured" : "vm.agent-missing")));
        foreach (var checkpoint in checkpoints) call.Say(texts.Labelled(texts.Of("label.checkpoint"), checkpoint));
        call.Say("");
        var table = new Table(texts.Of("col.disk"), texts.Of("col.format"), texts.Of("col.size"), texts.Of("col.in-backup"));
        foreach (var (disk, size, tracked) in disks)
        {
            var answer = disk.Unsupported is not null ? "vm.not-taken" : tracked ? "vm.tracked" : "vm.read-in-full";
            table.Add(disk.Name, disk.Format, size is { } bytes ? texts.Size(bytes) : "", texts.Of(answer));
        }
        call.World.Out.Write(table);
        foreach (var (disk, _, _) in disks)
        {
            if (disk.Unsupported is { } why) FailureView.Write(call.World.Out, disk.Name, why, texts);
        }
        call.Say("");
        call.Say(texts.Of(snapshots ? "vm.internal-snapshots" : "vm.snapshot-warning"));
    }

    private sealed record VmDisk(DomainDisk Disk, long? SizeBytes, bool Tracked);
}
