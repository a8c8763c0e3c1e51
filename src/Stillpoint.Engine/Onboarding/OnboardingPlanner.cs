using System.Text;
using System.Xml.Linq;
using Stillpoint.Engine.Channels;
using Stillpoint.Engine.Network;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Waagent;

namespace Stillpoint.Engine.Onboarding;

/// <param name="Steps">In their order; what is so already is not among them.</param>
public sealed record OnboardingPlan(string Bridge, string? Network, IReadOnlyList<OnboardingStep> Steps);

/// <summary>Compares what is there with what is wanted. Changes nothing.</summary>
internal sealed class OnboardingPlanner(OnboardingContext on)
{
    private static readonly string[] Addresses = [$"{GuestEndpoint.Host}/32", $"{GuestEndpoint.Metadata}/32"];

    /// <param name="owed">Files were changed in the guest, and its agent was not restarted since.</param>
    /// <exception cref="FailureException">VmHasNoBridge, HostAddressRefused, AzureAgentMissing, GuestAddressNotFound, GuestAddressAmbiguous, GuestAddressClaimed; the guest's agent does not answer.</exception>
    public async Task<OnboardingPlan> MakeAsync(OnboardingWish wish, bool owed, CancellationToken ct)
    {
        var (found, bridge) = await InterfaceAsync(on, ct);
        var steps = new List<OnboardingStep>();
        await AddHostAsync(steps, wish, found, bridge, ct);
        if (!wish.HostOnly) await AddGuestAsync(steps, found.Mac, owed, ct);
        var before = new ChannelSettings(on.Paths).Find(on.Domain.Id);
        var told = wish.Setup.Found || (before is not null && before.Addresses.SequenceEqual(wish.Setup.Addresses));
        if (before is null || !told || (before.Socket, before.Package, before.Found) != (wish.Setup.Socket, wish.Setup.Package, wish.Setup.Found))
            steps.Add(new(new(ChangeKind.Channel, on.Domain.Name, ChannelAction.Text(before), ChannelAction.Text(wish.Setup)), $"stillpoint vm channel {on.Domain.Name} --use waagent", []));
        return new(bridge, found.Network, steps);
    }

    /// <summary>The VM's first interface on a bridge.</summary>
    /// <exception cref="FailureException">VmHasNoBridge.</exception>
    public static async Task<(DomainInterface Interface, string Bridge)> InterfaceAsync(OnboardingContext on, CancellationToken ct)
    {
        var check = new SpoofCheck(on.Host);
        foreach (var each in DomainInterface.ListOf(await on.Domain.GetConfigAsync(inactive: false, ct)))
            if (await check.BridgeOfAsync(each, ct) is { } bridge) return (each, bridge);
        throw new FailureException(FailureCode.VmHasNoBridge, Stage.Preflight, ("vm", on.Domain.Name));
    }

    private async Task AddHostAsync(List<OnboardingStep> steps, OnboardingWish wish, DomainInterface found, string bridge, CancellationToken ct)
    {
        var routes = File.Exists("/proc/net/route") ? await File.ReadAllLinesAsync("/proc/net/route", ct) : [];
        foreach (var address in Addresses)
        {
            if (BridgeAddressAction.LeadsElsewhere(address, bridge, routes) is { } elsewhere)
                throw new FailureException(FailureCode.HostAddressRefused, Stage.Preflight, ("address", address), ("interface", elsewhere));
        }
        if (BridgeAddressAction.Missing(bridge, Addresses) is { Count: > 0 } missing)
            steps.Add(new(new(ChangeKind.BridgeAddress, bridge, null, string.Join(' ', missing)), $"ip address add, dev {bridge}", [.. missing.Select(a => "+ " + a)]));

        if (found.Network is { } network && await on.Host.FindNetworkAsync(network, inactive: true, ct) is { } xml && IsOfLibvirt(xml)
            && NetworkAction.Missing(xml, wish.Dhcp ? [.. Addresses, NetworkAction.Option] : Addresses) is { Count: > 0 } additions)
            steps.Add(new(new(ChangeKind.Network, network, null, string.Join(' ', additions)), $"virsh net-define, {network}", GuestContent.Lines(Pretty(xml), Pretty(NetworkAction.With(xml, additions)))));

        if (!wish.Filter || await new SpoofCheck(on.Host).HoldsAsync(found, ct)) return;
        var known = wish.Setup.Found ? await OnlyAddressAsync(found, ct) : wish.Setup.Addresses;
        var (before, after) = (found.FilterXml?.ToString(SaveOptions.DisableFormatting), SpoofCheck.Filter(known).ToString(SaveOptions.DisableFormatting));
        steps.Add(new(new(ChangeKind.Filter, found.Mac, before, after), $"virsh update-device {on.Domain.Name}, {found.Mac}", GuestContent.Lines(before, after)));
    }

    /// <summary>A filter would make true whatever the VM has taken for itself before: of several, a person says which are its own.</summary>
    private async Task<IReadOnlyList<string>> OnlyAddressAsync(DomainInterface found, CancellationToken ct)
    {
        var known = (await GuestAddresses.FindAsync(on.Domain, on.Clock, ct)).Where(a => a.Mac == found.Mac).ToArray();
        if (known.Length == 0) throw new FailureException(FailureCode.GuestAddressNotFound, Stage.Preflight, ("vm", on.Domain.Name));
        if (known.Length > 1) throw new FailureException(FailureCode.GuestAddressAmbiguous, Stage.Preflight, ("vm", on.Domain.Name), ("addresses", string.Join(", ", known.Select(k => k.Address))));
        await AddressClaims.MustBeAloneAsync(on.Host, on.Domain, known, new(on.Paths), ct);
        return [known[0].Address];
    }

    private async Task AddGuestAsync(List<OnboardingStep> steps, string mac, bool owed, CancellationToken ct)
    {
        var shell = new GuestShell(on.Domain);
        var guest = await shell.LookAsync(ct);
        if (guest is not { Unit: { } unit, HasIp: true })
            throw new FailureException(Failure.Of(FailureCode.AzureAgentMissing, Stage.Preflight, ("vm", on.Domain.Name)).With(new(on.Domain.Name, guest.Unit is null ? "walinuxagent.service, waagent.service: not found" : "ip: not found")));
        var first = steps.Count;
        await AddFileAsync(steps, shell, GuestContent.DropInPath(unit), _ => GuestContent.DropIn, null, ct);
        await AddFileAsync(steps, shell, GuestContent.RoutePath, _ => GuestContent.Route(mac), "755", ct);
        await AddFileAsync(steps, shell, GuestContent.ConfPath, GuestContent.Conf, null, ct);
        if (owed || steps.Count > first || guest.State != GuestAgentAction.Active) steps.Add(new(new(ChangeKind.GuestAgent, unit, guest.State, GuestAgentAction.Active), $"systemctl daemon-reload; systemctl restart {unit}", []));
    }

    private static async Task AddFileAsync(List<OnboardingStep> steps, GuestShell shell, string path, Func<string, string> content, string? mode, CancellationToken ct)
    {
        var view = await shell.FileAsync(path, ct);
        // Latin 1 keeps every byte of a file that somebody wrote in whatever encoding.
        var before = view.Content is { } bytes ? Encoding.Latin1.GetString(Convert.FromBase64String(bytes)) : null;
        var after = content(before ?? "");
        if (after == before) return;
        var change = new OnboardingChange(ChangeKind.GuestFile, path, view.Content, Convert.ToBase64String(Encoding.Latin1.GetBytes(after)))
        {
            Mode = view.Content is null && mode is not null ? mode : view.Mode, Owner = view.Owner,
        };
        steps.Add(new(change, path, GuestContent.Lines(before, after)));
    }

    /// <summary>Not of a bridge that libvirt only uses: it gives that one no addresses.</summary>
    private static bool IsOfLibvirt(string xml) => (string?)XElement.Parse(xml).Element("forward")?.Attribute("mode") is not ("bridge" or "passthrough" or "private" or "vepa" or "hostdev");

    private static string Pretty(string xml) => XElement.Parse(xml).ToString();
}
