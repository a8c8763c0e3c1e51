using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>Looks at everything a backup on this host needs, all of it even if the first is missing.</summary>
internal static class HostCheckVerb
{
    private static readonly (string Tool, string Package)[] Tools = [("qemu-img", "qemu-utils"), ("qemu-nbd", "qemu-utils"), ("setpriv", "util-linux")];

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var checks = new List<(string Subject, string Good, Failure? Failure)>
        {
            await LibvirtAsync(call, ct),
        };
        foreach (var (tool, package) in Tools)
        {
            checks.Add((tool, call.Texts.Of("check.tool", ("tool", tool)), IsOnPath(call, tool)
                ? null
                : Failure.Of(FailureCode.ToolMissing, Stage.Preflight, ("tool", tool), ("package", package))));
        }
        checks.Add(await DataFolderAsync(call, ct));
        if (checks[0].Failure is null && checks[^1].Failure is null && await QemuAsync(call, ct) is { } qemu) checks.Add(qemu);

        var first = checks.Select(c => c.Failure).FirstOrDefault(f => f is not null);
        call.Show(
            () => new(first is null, [.. checks.Select(c => new CheckJson(c.Subject, c.Failure is null, c.Failure?.ToJson(call.Texts)))]),
            JsonDocuments.Shapes.ChecksJson,
            () =>
            {
                foreach (var (_, good, failure) in checks)
                {
                    if (failure is null) call.Say("✓ " + good);
                    else FailureView.Write(call.World.Out, "✗ " + call.Texts.Of("label.error"), failure, call.Texts);
                }
                if (first is null) call.Say(call.Texts.Of("check.good"));
            });
        return first is null ? ExitCode.Done : ExitCode.Of(first.Code);
    }

    private static async Task<(string, string, Failure?)> LibvirtAsync(Invocation call, CancellationToken ct)
    {
        try
        {
            var uri = call.HostUri;
            var host = await call.ConnectAsync(ct);
            var domains = await host.ListDomainsAsync(ct);
            if (await call.ServiceAsync(Concern.Catalog, ct) is null) call.Control.Places.HostUsed(uri.Text);
            var running = domains.Count(d => d.State == PowerState.Running);
            return ("libvirt", call.Texts.Of("check.libvirt", ("uri", uri.Text), ("count", $"{domains.Count}"), ("running", $"{running}")), null);
        }
        catch (FailureException e)
        {
            return ("libvirt", "", e.Failure);
        }
    }

    private static async Task<(string, string, Failure?)> DataFolderAsync(Invocation call, CancellationToken ct)
    {
        try
        {
            // A service that works in it has opened it.
            if (await call.ServiceAsync(Concern.Catalog, ct) is null) _ = call.Control;
            return ("data", call.Texts.Of("check.data", ("path", call.Data.Path)), null);
        }
        catch (FailureException e)
        {
            return ("data", "", e.Failure);
        }
    }

    /// <summary>Whether the QEMU of each running VM can come to the folder of sockets and scratch files; null: none runs as a user of its own.</summary>
    private static async Task<(string, string, Failure?)?> QemuAsync(Invocation call, CancellationToken ct)
    {
        var host = await call.ConnectAsync(ct);
        var folder = JobFolder.RootOf(call.Data.Engine);
        var seen = new HashSet<QemuUser>();
        foreach (var domain in await host.ListDomainsAsync(ct))
        {
            if (domain.State is PowerState.Off || QemuUser.Find(domain.Id) is not { User: not 0 } user || !seen.Add(user)) continue;
            if (await user.ReachesAsync(folder, call.World.Clock, ct) is { } closed) return ("scratch", "", closed);
        }
        return seen.Count == 0 ? null : ("scratch", call.Texts.Of("check.scratch", ("path", folder)), null);
    }

    private static bool IsOnPath(Invocation call, string tool) =>
        (call.World.Variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, tool)));
}
