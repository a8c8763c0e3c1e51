using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>Says what a backup of a VM will be worth and what to change, before there is one.</summary>
internal static class VmCheckVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var policy = CapturePolicy.Default with { Guard = call.Line.Value("guard") is "warden-alone" ? GuardRule.WardenAlone : GuardRule.Require };
        var vm = call.Line.Argument!;
        var report = await call.AskAsync(
            Concern.Host, async c => await c.CheckAsync(await call.ConnectAsync(ct), vm, policy, ct),
            async s => (await s.Vms.CheckAsync(vm, new(policy.Guard.ToText()), ct)).ToReport(), ct);
        call.Show(() => JsonOf(report, call), JsonDocuments.Shapes.VmCheckJson, () => Write(report, call));
        if (report.Blocked is { } blocked) return ExitCode.Of(blocked.Code);
        return report.Lower is null && report.LeftOut.Count == 0 && report.Disks.All(d => d.InBackup) ? ExitCode.Done : ExitCode.LessThanWanted;
    }

    private static VmCheckJson JsonOf(VmCheckReport report, Invocation call) => new(
        report.VmName, report.Vm.ToString(), report.Power.ToText(), report.Reachable?.ToText(), report.Blocked?.ToJson(call.Texts),
        report.Lower?.ToJson(call.Texts), report.InternalSnapshots,
        [.. report.Disks.Select(d => new CheckedDiskJson(d.Name, d.Format, d.InBackup, d.Tracked, d.Reason?.ToJson(call.Texts)))],
        report.LeftOut.ToJson(call.Texts));

    private static void Write(VmCheckReport report, Invocation call)
    {
        var (texts, vm) = (call.Texts, ("vm", report.VmName));
        var verdict = report switch
        {
            { Blocked: not null } => texts.Of("vm.check-blocked", vm),
            { Lower: not null } => texts.Of("vm.check-crash", vm),
            { Reachable: Consistency.Application } => texts.Of("vm.check-application", vm),
            _ => texts.Of("vm.check-file-system", vm),
        };
        call.Say((report.Blocked is not null ? "✗ " : report.Lower is not null ? "! " : "✓ ") + verdict);
        if ((report.Blocked ?? report.Lower) is { } why) FailureView.Write(call.World.Out, texts.Of(report.Blocked is null ? "label.why-lower" : "label.error"), why, texts);
        foreach (var disk in report.Disks)
        {
            if (disk.Reason is { } reason) FailureView.Write(call.World.Out, "! " + disk.Name, reason, texts);
            else call.Say($"✓ {disk.Name}: {texts.Of(disk.Tracked ? "vm.tracked" : "vm.read-in-full")}");
        }
        foreach (var left in report.LeftOut) FailureView.Write(call.World.Out, "! " + texts.Of("label.warning"), left, texts);
        call.Say(texts.Of(report.InternalSnapshots ? "vm.internal-snapshots" : "vm.snapshot-warning"));
    }
}
