using System.Text.Json;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class ServeVerb
{
    /// <summary>Serves until interrupted; that is its good end, so the exit code is 0.</summary>
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        if (call.Line.Value("socket") is not { } socket) throw call.Line.ChooseOne("socket");
        socket = Path.GetFullPath(socket);
        var opened = await call.OpenVaultAsync(ct);
        var point = await PointChoice.FindAsync(call, opened.Vault, ct);
        await PointServer.RunAsync(
            opened.Vault, point.Id.ToString(), call.Line.Values("disk"), socket,
            disks => Ready(call, point.Id, socket, disks), call.Warn, call.World.Clock, ct);
        return ExitCode.Done;
    }

    private static void Ready(Invocation call, PointId point, string socket, IReadOnlyList<string> disks)
    {
        if (call.Json)
            call.World.Out.WriteLine(JsonSerializer.Serialize(new(point.ToString(), socket, disks), JsonDocuments.Shapes.ServingJson));
        else
            call.Say(call.Texts.Of("serve.ready", ("point", point.ToString()), ("socket", socket), ("disks", string.Join(", ", disks))));
        call.World.Out.Flush();
    }
}
