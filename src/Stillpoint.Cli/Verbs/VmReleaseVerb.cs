using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;

namespace Stillpoint.Cli.Verbs;

internal static class VmReleaseVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var asked = call.Line.Argument!;
        var released = await call.AskAsync(Concern.Host, async c =>
        {
            var host = await call.ConnectAsync(ct);
            var domain = await host.FindDomainAsync(asked, ct);
            call.Confirm(call.Texts.Of("prompt.release", ("vm", domain.Name)));
            // An interrupted job may hold a checkpoint of its own in the journal.
            await Recovery.RunAsync(call, null, ct);
            return await c.ReleaseAsync(host, domain.Id.ToString(), ct);
        }, async s =>
        {
            var vm = await s.Vms.ShowAsync(asked, ct);
            call.Confirm(call.Texts.Of("prompt.release", ("vm", vm.Name)));
            var done = await s.Vms.ReleaseAsync(vm.Id, vm.Name, ct);
            return new(done.Name, done.Checkpoints, done.Bitmaps, done.Left);
        }, ct);
        call.Show(
            () => new(released.VmName, released.Checkpoints, released.Bitmaps, released.Left), JsonDocuments.Shapes.VmReleasedJson, () =>
            {
                call.Say(call.Texts.Of(
                    "vm.released", ("vm", released.VmName), ("count", $"{released.Checkpoints.Count}"), ("bitmaps", $"{released.Bitmaps.Count}")));
                if (released.Left.Count > 0) call.Say(call.Texts.Of("vm.release-left", ("names", string.Join(", ", released.Left))));
            });
        return released.Left.Count == 0 ? ExitCode.Done : ExitCode.LessThanWanted;
    }
}
