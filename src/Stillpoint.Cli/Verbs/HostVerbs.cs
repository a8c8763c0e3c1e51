using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Hypervisor;

namespace Stillpoint.Cli.Verbs;

internal static class HostVerbs
{
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var hosts = await call.AskAsync(
            c => c.Places.Hosts.Select(h => new HostJson(h.Uri, h.LastUsed, h.Registered)).ToList(),
            async s => [.. (await s.Vms.HostsAsync(ct)).Where(h => h.Answered).OrderByDescending(h => h.LastUsed).ThenBy(h => h.Uri, StringComparer.Ordinal)
                .Select(h => new HostJson(h.Uri, h.LastUsed, h.Registered))], ct);
        call.Show(() => new(hosts), JsonDocuments.Shapes.HostsJson, () =>
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
        return ExitCode.Done;
    }

    /// <summary>Asks the host first: a wrong address shows now, not at night.</summary>
    public static async Task<int> AddAsync(Invocation call, CancellationToken ct)
    {
        var uri = HostUri.Parse(call.Line.Argument!);
        var added = await call.AskAsync(
            Concern.Catalog,
            async control =>
            {
                var host = call.Keep(await call.World.Connect(uri, ct));
                control.Places.Register(host.Uri.Text);
                var found = await control.DiscoverAsync(host, ct);
                return new HostAddedJson(host.Uri.Text, found.Vms, found.Protected);
            },
            async s =>
            {
                var there = await s.Vms.AddHostAsync(new(uri.Text), ct);
                return new(there.Uri, there.Vms, there.Protected);
            }, ct);
        call.Show(() => added, JsonDocuments.Shapes.HostAddedJson, () => call.Say(call.Texts.Of("host.added", ("uri", added.Uri), ("count", $"{added.Vms}"))));
        return ExitCode.Done;
    }

    public static async Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var uri = call.Line.Argument!;
        call.Confirm(call.Texts.Of("prompt.remove-host", ("uri", uri)));
        await call.AskAsync(
            c =>
            {
                c.Places.RemoveHost(uri);
                return true;
            },
            async s =>
            {
                await s.Vms.RemoveHostAsync(uri, uri, ct);
                return true;
            }, ct);
        call.Show(() => new(uri), JsonDocuments.Shapes.RemovedJson, () => call.Say(call.Texts.Of("host.removed", ("uri", uri))));
        return ExitCode.Done;
    }
}
