using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;

namespace Stillpoint.Cli.Verbs;

internal static class VmReleaseVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var host = await call.ConnectAsync(ct);
        var domain = await host.FindDomainAsync(call.Line.Argument!, ct);
        call.Confirm(call.Texts.Of("prompt.release", ("vm", domain.Name)));
        // An interrupted job may hold a checkpoint of its own in the journal.
        await Recovery.RunAsync(call, null, ct);
        var released = await call.Control.ReleaseAsync(host, domain.Id.ToString(), ct);
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
