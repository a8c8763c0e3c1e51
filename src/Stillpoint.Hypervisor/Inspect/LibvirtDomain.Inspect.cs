using System.Globalization;
using System.Runtime.InteropServices;
using Stillpoint.Hypervisor.Agent;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    private const int MostDiskErrors = 64;
    private const int NoSpace = 2;

    public Task<DomainReadings> ReadCountersAsync(CancellationToken ct) => RunAsync(Stage.Preflight, ReadCounters, ct);

    public Task<IReadOnlyList<LiveBitmap>> ListLiveBitmapsAsync(CancellationToken ct) => RunAsync(
        Stage.Preflight, domain => IsOff(domain) ? [] : LiveBitmaps.List(domain), ct);

    public async Task<GuestOutput?> RunInGuestAsync(string script, IReadOnlyList<string> arguments, TimeSpan bound, CancellationToken ct)
    {
        var exec = new GuestExec(new OwnTransport(this), connection.Clock, QgaTimes.Default);
        return await exec.RunAsync("/bin/sh", ["-c", script, "stillpoint", .. arguments], bound, ct).ConfigureAwait(false) is { } ended
            ? new(ended.Exit, ended.Output) : null;
    }

    private static unsafe DomainReadings ReadCounters(DomainHandle domain)
    {
        var domains = stackalloc nint[] { domain.DangerousGetHandle(), 0 };
        const uint wanted = VirFlag.StatsBalloon | VirFlag.StatsProcessors | VirFlag.StatsBlock;
        Check.Result(NativeMethods.virDomainListGetStats(domains, wanted, out var records, 0), "virDomainListGetStats");
        try
        {
            var values = records[0] is null ? [] : TypedParameters.Read(records[0]->Parameters, records[0]->Count);
            return Of(values, DiskErrors(domain));
        }
        finally
        {
            NativeMethods.virDomainStatsRecordListFree(records);
        }
    }

    internal static DomainReadings Of(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> errors)
    {
        long? Number(string name) => values.TryGetValue(name, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var n) ? n : null;
        long Sum(string begin, string end) => values.Keys
            .Where(k => k.StartsWith(begin, StringComparison.Ordinal) && k.EndsWith(end, StringComparison.Ordinal)).Sum(k => Number(k) ?? 0);
        return new(
            Sum("vcpu.", ".time") + Sum("vcpu.", ".delay"), (int)(Number("vcpu.current") ?? 1),
            Number("balloon.available") * 1024, Number("balloon.usable") * 1024, Sum("block.", ".wr.reqs"), errors);
    }

    private static unsafe Dictionary<string, string> DiskErrors(DomainHandle domain)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var errors = stackalloc DiskErrorLayout[MostDiskErrors];
        var count = NativeMethods.virDomainGetDiskErrors(domain, errors, MostDiskErrors, 0);
        for (var i = 0; i < count; i++)
        {
            found[Marshal.PtrToStringUTF8(errors[i].Disk) ?? ""] = errors[i].Error == NoSpace ? "no-space" : "error";
            NativeMemory.Free((void*)errors[i].Disk);
        }
        return found;
    }

    /// <summary>The agent over this connection: for what is not a freeze.</summary>
    private sealed class OwnTransport(LibvirtDomain domain) : IAgentTransport
    {
        public Task<string> SendAsync(string json, TimeSpan timeout, CancellationToken ct) => domain.AgentCommandAsync(json, timeout, ct);

        public Task SetResponseTimeoutAsync(TimeSpan timeout, CancellationToken ct) => domain.SetAgentResponseTimeoutAsync(timeout, ct);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
