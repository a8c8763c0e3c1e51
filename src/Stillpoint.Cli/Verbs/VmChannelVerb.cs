using System.Net;
using System.Net.Sockets;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Channels;
using Stillpoint.Engine.Network;
using Stillpoint.Hypervisor;
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
    private const string PackageFolder = "/usr/share/stillpoint";

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var host = await call.ConnectAsync(ct);
        var domain = await host.FindDomainAsync(call.Line.Argument!, ct);
        var settings = new ChannelSettings(call.Data.Engine);
        var setup = settings.Find(domain.Id);
        var chosen = call.Line.Value("use");
        if (chosen is not "waagent" && Waagents.FirstOrDefault(call.Line.Has) is { } alone)
            throw Missing(call.Line, "use waagent", $"--{alone}");
        IReadOnlyList<FoundAddress> found = [];
        if (chosen is "waagent")
        {
            (setup, found) = await SetupOf(call, host, domain, setup, ct);
            settings.Choose(domain.Id, setup);
        }
        else if (chosen is not null)
        {
            setup = null;
            settings.Choose(domain.Id, setup);
        }
        Failure? warning = setup is null ? null : await new SpoofCheck(host).WarnAsync(domain, ct);
        call.Show(
            () => new(
                domain.Name, domain.Id.ToString(), setup is null ? "qga" : "waagent", setup?.Addresses ?? [], setup?.Socket, setup?.Package,
                [.. found.Select(f => new FoundAddressJson(f.Address, f.From.ToText(), f.Mac))], warning is null ? [] : [warning.ToJson(call.Texts)]),
            JsonDocuments.Shapes.VmChannelJson,
            () =>
            {
                call.Say(setup is null
                    ? call.Texts.Of("vm.channel-qga", ("vm", domain.Name))
                    : call.Texts.Of("vm.channel-waagent", ("vm", domain.Name), ("addresses", string.Join(", ", setup.Addresses)), ("fabric", setup.Socket), ("extension", setup.Package)));
                foreach (var each in found) call.Say(call.Texts.Of("vm.address-found", ("address", each.Address), ("from", call.Texts.Of("address-from." + each.From.ToText()))));
                if (warning is not null) call.Warn(warning);
            });
        return ExitCode.Done;
    }

    private static readonly string[] Waagents = ["guest-address", "fabric", "extension"];

    /// <summary>What is not named stays; addresses that nobody named are found.</summary>
    /// <exception cref="FailureException">UsageInvalid, UsageArgumentMissing, GuestAddressNotFound, GuestAddressClaimed.</exception>
    private static async Task<(WaagentSetup Setup, IReadOnlyList<FoundAddress> Found)> SetupOf(
        Invocation call, IHypervisorHost host, IDomain domain, WaagentSetup? before, CancellationToken ct)
    {
        var line = call.Line;
        var setup = SetupOf(line, before, "--use waagent");
        var found = setup.Found ? await GuestAddresses.FindAsync(domain, call.World.Clock, ct) : [.. setup.Addresses.Select(a => new FoundAddress("", a, AddressFrom.Told))];
        if (found.Count == 0) throw new FailureException(Failure.Of(FailureCode.GuestAddressNotFound, Stage.Preflight, ("vm", domain.Name)).CanRetry());
        await AddressClaims.MustBeAloneAsync(host, domain, found, new(call.Data.Engine), ct);
        return setup.Found ? (setup with { Addresses = [.. found.Select(f => f.Address)] }, found) : (setup, []);
    }

    /// <summary>As the words have it; without addresses where they are to be found.</summary>
    /// <exception cref="FailureException">UsageInvalid, UsageArgumentMissing.</exception>
    public static WaagentSetup SetupOf(CommandLine line, WaagentSetup? before, string beside)
    {
        var told = line.Values("guest-address") is { Count: > 0 } given ? given : before is { Found: false } ? before.Addresses : [];
        foreach (var address in told)
        {
            if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork || parsed.ToString() != address)
                throw CommandLine.Invalid("guest-address", address, "192.168.122.17");
        }
        var package = line.Value("extension") is { } file ? Path.GetFullPath(file) : before?.Package ?? InstalledPackage() ?? throw Missing(line, "extension FILE", beside);
        var setup = new WaagentSetup(line.Value("fabric") is { } path ? Path.GetFullPath(path) : before?.Socket ?? DefaultSocket, [.. told], package) { Found = told.Count == 0 };
        return File.Exists(package) && setup.Extension.Length > 0 ? setup : throw CommandLine.Invalid("extension", package, "Stillpoint.VMSnapshot-VERSION.zip");
    }

    /// <summary>Where the Debian package puts it; null: not there.</summary>
    private static string? InstalledPackage() => !Directory.Exists(PackageFolder) ? null
        : Directory.GetFiles(PackageFolder, "Stillpoint.VMSnapshot-*.zip").Order(StringComparer.Ordinal).LastOrDefault();

    private static FailureException Missing(CommandLine line, string wanted, string beside) => new(
        FailureCode.UsageArgumentMissing, Stage.Input, ("command", line.Name), ("argument", "--" + wanted), ("usage", $"{line.Name} VM {beside} --{wanted}"));
}
