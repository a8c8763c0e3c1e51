using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>Before any new job: what interrupted ones left behind is thawed, ended and cleaned up, and said.</summary>
internal static class Recovery
{
    public static async Task RunAsync(Invocation call, IVault? vault, CancellationToken ct)
    {
        foreach (var job in await call.Control.RecoverAsync(call.World.Connect, vault, call.Warn, ct))
        {
            if (call.Json) continue;
            (string, string)[] about = [("job", job.Job), ("vm", job.VmName)];
            if (job.Thawed) call.World.Error.WriteLine(call.Texts.Of("recovered.thawed", about));
            if (job.Left is { } left) FailureView.Write(call.World.Error, call.Texts.Of("recovered.left", about), left, call.Texts);
            else call.World.Error.WriteLine(call.Texts.Of("recovered.cleaned", about));
        }
    }
}
