using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;

namespace Stillpoint.Cli.Verbs;

internal static class HostVerbs
{
    public static Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var hosts = call.Control.Places.Hosts;
        call.Show(() => new([.. hosts.Select(h => new HostJson(h.Uri, h.LastUsed))]), JsonDocuments.Shapes.HostsJson, () =>
        {
            if (hosts.Count == 0)
            {
                call.Say(call.Texts.Of("list.no-hosts"));
                return;
            }
            var table = new Table(call.Texts.Of("col.host"), call.Texts.Of("col.last-used"));
            foreach (var host in hosts) table.Add(host.Uri, call.Time(host.LastUsed));
            call.World.Out.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }
}
