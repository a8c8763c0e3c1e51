using System.Net;
using System.Net.Sockets;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Waagent;

namespace Stillpoint.Cli.Verbs;

internal static class NetworkVerbs
{
    /// <summary>What a guest with Azure's own agent must reach, for people and for firewalls. Asks nobody.</summary>
    public static Task<int> EndpointsAsync(Invocation call, CancellationToken ct)
    {
        var format = call.Line.Value("format") ?? "table";
        if (call.Json && call.Line.Has("format") && format != "json") throw new FailureException(FailureCode.UsageConflict, Stage.Input, ("first", "--json"), ("second", "--format " + format));
        var endpoints = GuestEndpoint.All(SnapshotOf(call.Line));
        if (call.Json || format == "json")
        {
            var document = new EndpointsJson([.. endpoints.Select(e => new EndpointJson(e.Address, e.Port, "tcp", e.Use))]);
            call.World.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(document, JsonDocuments.Shapes.EndpointsJson));
        }
        else
        {
            call.World.Out.Write(format switch
            {
                "nft" => EndpointRules.Nft(endpoints),
                "iptables" => EndpointRules.IpTables(endpoints),
                "nwfilter" => EndpointRules.NwFilter(endpoints),
                "powershell" => EndpointRules.PowerShell(endpoints),
                _ => TableOf(call, endpoints).ToString(),
            });
        }
        return Task.FromResult(ExitCode.Done);
    }

    /// <exception cref="FailureException">UsageInvalid.</exception>
    private static IPEndPoint SnapshotOf(CommandLine line)
    {
        if (line.Value("snapshot") is not { } text) return GuestEndpoint.DefaultSnapshot;
        return IPEndPoint.TryParse(text, out var parsed) && parsed is { AddressFamily: AddressFamily.InterNetwork, Port: > 0 } && parsed.ToString() == text
            ? parsed
            : throw CommandLine.Invalid("snapshot", text, $"{GuestEndpoint.DefaultSnapshot}");
    }

    private static Table TableOf(Invocation call, IReadOnlyList<GuestEndpoint> endpoints)
    {
        var table = new Table(call.Texts.Of("col.address"), "TCP", call.Texts.Of("col.use"));
        foreach (var endpoint in endpoints) table.Add(endpoint.Address, $"{endpoint.Port}", call.Texts.Of("endpoint." + endpoint.Use));
        return table;
    }
}
