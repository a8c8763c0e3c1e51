using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Hypervisor;

namespace Stillpoint.Cli.Verbs;

internal static class HostVerbs
{
    public static Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var hosts = call.Control.Places.Hosts;
        call.Show(() => new([.. hosts.Select(h => new HostJson(h.Uri, h.LastUsed, h.Registered))]), JsonDocuments.Shapes.HostsJson, () =>
        {
            if (hosts.Count == 0)
            {
                call.Say(call.Texts.Of("list.no-hosts"));
                return;
            }
            var table = new Table(call.Texts.Of("col.host"), call.Texts.Of("col.last-used"), call.Texts.Of("col.registered"));
            foreach (var host in hosts) table.Add(host.Uri, call.Time(host.LastUsed), call.Texts.Of(host.Registered ? "answer.yes" : "answer.no"));
            call.World.Out.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>Asks the host first: a wrong address shows now, not at night.</summary>
    public static async Task<int> AddAsync(Invocation call, CancellationToken ct)
    {
        var host = call.Keep(await call.World.Connect(HostUri.Parse(call.Line.Argument!), ct));
        call.Control.Places.Register(host.Uri.Text);
        var found = await call.Control.DiscoverAsync(host, ct);
        call.Show(
            () => new(host.Uri.Text, found.Vms, found.Protected), JsonDocuments.Shapes.HostAddedJson,
            () => call.Say(call.Texts.Of("host.added", ("uri", host.Uri.Text), ("count", $"{found.Vms}"))));
        return ExitCode.Done;
    }

    public static Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var uri = call.Line.Argument!;
        call.Confirm(call.Texts.Of("prompt.remove-host", ("uri", uri)));
        call.Control.Places.RemoveHost(uri);
        call.Show(() => new(uri), JsonDocuments.Shapes.RemovedJson, () => call.Say(call.Texts.Of("host.removed", ("uri", uri))));
        return Task.FromResult(ExitCode.Done);
    }
}
