using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Leases;

namespace Stillpoint.Cli.Verbs;

internal static class VaultStatsVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var stats = await call.ServiceOfVaultAsync(ct) is { } service ? ToJson(await service.AskAsync(s => s.Vaults.StatsAsync(ct))) : await HereAsync(call, ct);
        call.Show(() => stats, JsonDocuments.Shapes.VaultStatsJson, () => Write(call, stats));
        return ExitCode.Done;
    }

    private static async Task<VaultStatsJson> HereAsync(Invocation call, CancellationToken ct)
    {
        var path = call.VaultPath;
        var s = await VaultStats.ReadAsync(await call.OpenVaultForCareAsync(ct), ct);
        return new(
            s.Id.ToString(), path, s.BlockSize, s.Delta, s.Created, s.Points, s.Series, s.LogicalBytes, s.StoredBytes, s.DataPacks, s.DataBytes,
            s.PagePacks, s.PageBytes, s.IndexSegments, s.IndexBytes, s.Entries,
            [.. s.Leases.Select(l => new LeaseJson(l.Kind.ToText(), l.State.ToText(), l.Host, l.ProcessId, l.Purpose, l.Renewed))], s.PacksUnproven, s.OldestProof, s.ReserveBytes, s.SavedBytes);
    }

    private static VaultStatsJson ToJson(VaultStatsView s) => new(
        s.Id, s.Path, s.BlockSize, s.Delta, s.Created, s.Points, s.Vms, s.LogicalBytes, s.StoredBytes, s.DataPacks, s.DataBytes, s.PagePacks, s.PageBytes, s.IndexSegments,
        s.IndexBytes, s.Entries, [.. s.Leases.Select(l => new LeaseJson(l.Kind, l.State, l.Host, l.ProcessId, l.Purpose, l.Renewed))], s.PacksUnproven, s.OldestProof, s.ReserveBytes,
        s.SavedBytes);

    private static void Write(Invocation call, VaultStatsJson s)
    {
        var texts = call.Texts;
        (string Label, string Value)[] lines =
        [
            ("label.vault", s.Vault), ("label.path", s.Path), ("label.created", call.Time(s.Created)), ("label.block-size", texts.Size(s.BlockSize)),
            ("label.vms", $"{s.Vms}"), ("label.points", $"{s.Points}"), ("label.logical", texts.Size(s.LogicalBytes)),
            ("label.stored", texts.Size(s.StoredBytes)), ("label.reserve", texts.Size(s.ReserveBytes)),
        ];
        foreach (var (label, value) in lines) call.Say(texts.Labelled(texts.Of(label), value));
        if (s.OldestProof is { } oldest) call.Say(texts.Labelled(texts.Of("label.oldest-proof"), call.Time(oldest)));
        if (s.PacksUnproven > 0) call.Say(texts.Of("stats.unproven", ("packs", $"{s.PacksUnproven}")));
        foreach (var lease in s.Leases)
        {
            var text = texts.Of(
                lease.State == LeaseState.Live.ToText() ? "lease.live" : "lease.dead", ("kind", lease.Purpose), ("host", lease.Host), ("pid", $"{lease.ProcessId}"),
                ("time", call.Time(lease.Renewed)));
            call.Say(texts.Labelled(texts.Of("label.at-work"), text));
        }
    }
}
