using System.Net;
using System.Net.Sockets;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Channels;
using Stillpoint.Model;
using Stillpoint.Waagent;

namespace Stillpoint.Cli.Verbs;

/// <summary>
/// How a VM's guest is reached for the freeze. What is chosen is a file of its own in the data folder, read by each backup when it comes to the freeze: so this
/// needs nothing of a service that works there.
/// </summary>
internal static class VmChannelVerb
{
    private const string DefaultSocket = "/run/stillpoint-fabric/socket";

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var host = await call.ConnectAsync(ct);
        var domain = await host.FindDomainAsync(call.Line.Argument!, ct);
        var settings = new ChannelSettings(call.Data.Engine);
        var setup = settings.Find(domain.Id);
        var chosen = call.Line.Value("use");
        if (chosen is not "waagent" && Waagents.FirstOrDefault(call.Line.Has) is { } alone)
            throw Missing(call.Line, "use waagent", $"--{alone}");
        if (chosen is not null)
        {
            setup = chosen is "waagent" ? SetupOf(call.Line, setup) : null;
            settings.Choose(domain.Id, setup);
        }
        call.Show(
            () => new(domain.Name, domain.Id.ToString(), setup is null ? "qga" : "waagent", setup?.Addresses ?? [], setup?.Socket, setup?.Package), JsonDocuments.Shapes.VmChannelJson,
            () => call.Say(setup is null
                ? call.Texts.Of("vm.channel-qga", ("vm", domain.Name))
                : call.Texts.Of("vm.channel-waagent", ("vm", domain.Name), ("addresses", string.Join(", ", setup.Addresses)), ("fabric", setup.Socket), ("extension", setup.Package))));
        return ExitCode.Done;
    }

    private static readonly string[] Waagents = ["guest-address", "fabric", "extension"];

    /// <summary>What is not named stays.</summary>
    /// <exception cref="FailureException">UsageInvalid, UsageArgumentMissing.</exception>
    private static WaagentSetup SetupOf(CommandLine line, WaagentSetup? before)
    {
        var addresses = line.Values("guest-address") is { Count: > 0 } given ? given : before?.Addresses ?? throw Missing(line, "guest-address ADDRESS", "--use waagent");
        foreach (var address in addresses)
        {
            if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork || parsed.ToString() != address)
                throw CommandLine.Invalid("guest-address", address, "192.168.122.17");
        }
        var package = line.Value("extension") is { } file ? Path.GetFullPath(file) : before?.Package ?? throw Missing(line, "extension FILE", "--use waagent");
        var socket = line.Value("fabric") is { } path ? Path.GetFullPath(path) : before?.Socket ?? DefaultSocket;
        var setup = new WaagentSetup(socket, [.. addresses], package);
        return File.Exists(package) && setup.Extension.Length > 0 ? setup : throw CommandLine.Invalid("extension", package, "Stillpoint.VMSnapshot-VERSION.zip");
    }

    private static FailureException Missing(CommandLine line, string wanted, string beside) => new(
        FailureCode.UsageArgumentMissing, Stage.Input, ("command", line.Name), ("argument", "--" + wanted), ("usage", $"{line.Name} VM {beside} --{wanted}"));
}
