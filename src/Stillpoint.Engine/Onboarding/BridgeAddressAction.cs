using System.ComponentModel;
using System.Diagnostics;
using System.Net.NetworkInformation;
using Stillpoint.Model;

namespace Stillpoint.Engine.Onboarding;

/// <summary>Azure's addresses on a bridge of this host, as it runs.</summary>
internal sealed class BridgeAddressAction : OnboardingAction
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    public override async Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct)
    {
        foreach (var address in Missing(change.Place, Words(change.After))) await IpAsync(on, ["address", "add", address, "dev", change.Place], address, ct);
    }

    public override async Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct)
    {
        foreach (var address in Words(change.After).Except(Missing(change.Place, Words(change.After)))) await IpAsync(on, ["address", "del", address, "dev", change.Place], address, ct);
    }

    /// <summary>Those that the bridge has not; all of them where there is no such bridge.</summary>
    public static IReadOnlyList<string> Missing(string bridge, IReadOnlyList<string> addresses)
    {
        var there = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(n => n.Name == bridge)?.GetIPProperties().UnicastAddresses.Select(a => $"{a.Address}").ToHashSet() ?? [];
        return [.. addresses.Where(a => !there.Contains(a.Split('/')[0]))];
    }

    /// <summary>Whether this host itself reaches the address elsewhere: it is a guest of Azure's, or of another cloud.</summary>
    /// <param name="routes">As in /proc/net/route.</param>
    public static string? LeadsElsewhere(string address, string bridge, IEnumerable<string> routes)
    {
        var hex = Convert.ToHexString([.. System.Net.IPAddress.Parse(address.Split('/')[0]).GetAddressBytes().Reverse()]);
        return routes.Select(r => r.Split('\t', StringSplitOptions.TrimEntries)).FirstOrDefault(r => r.Length > 1 && r[1] == hex && r[0] != bridge)?[0];
    }

    private static async Task IpAsync(OnboardingContext on, string[] arguments, string address, CancellationToken ct)
    {
        try
        {
            using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardInput = true })!;
            ip.StandardInput.Close();
            using var bound = new CancellationTokenSource(Bound, on.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, bound.Token);
            var said = await ip.StandardError.ReadToEndAsync(either.Token);
            await ip.WaitForExitAsync(either.Token);
            if (ip.ExitCode == 0) return;
            throw new FailureException(Failure.Of(FailureCode.HostAddressRefused, Stage.Preflight, ("address", address), ("interface", arguments[^1])).With(new("ip " + string.Join(' ', arguments), said.Trim())));
        }
        catch (Win32Exception)
        {
            throw new FailureException(FailureCode.ToolMissing, Stage.Preflight, ("tool", "ip"), ("package", "iproute2"));
        }
    }
}
