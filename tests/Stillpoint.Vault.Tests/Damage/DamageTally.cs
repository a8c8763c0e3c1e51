using System.Collections.Concurrent;
using Stillpoint.Vault.Tests.Reliability;

namespace Stillpoint.Vault.Tests.Damage;

internal enum DamageKind
{
    /// <summary>One bit.</summary>
    Flip,

    /// <summary>Cut short.</summary>
    Cut,

    /// <summary>Two objects of a kind change places.</summary>
    Swap,
    Loss,

    /// <summary>Once more, under a name like its own.</summary>
    Double,
}

/// <summary>What was damaged over many vaults, and the section that says so.</summary>
internal sealed class DamageTally
{
    private readonly ConcurrentDictionary<(string Folder, DamageKind Kind), int> _done = [];
    private int _harmful;

    /// <summary>Vaults that lost a point, or a manifest, or could not be opened.</summary>
    public int Harmful => _harmful;

    public void Add(IReadOnlyList<(string Folder, DamageKind Kind)> done, bool harmful)
    {
        foreach (var one in done) _done.AddOrUpdate(one, 1, (_, n) => n + 1);
        if (harmful) Interlocked.Increment(ref _harmful);
    }

    public void Write(int first, int count)
    {
        var kinds = Enum.GetValues<DamageKind>();
        var folders = _done.Keys.Select(k => k.Folder).Distinct().Order(StringComparer.Ordinal);
        ReliabilityPage.Write("Damage", $"""
            `{nameof(DamageReportTests)}`, over seeds {first} to {first + count - 1}. A vault with points of two VMs is damaged in one or two places at random; then every point is restored, and the vault
            verified. No restore gave a wrong byte; what a restore refused and what the verification named as hit were the same points in every case, no more and no fewer.

            | vaults | damages | of these vaults, harmed |
            | ---: | ---: | ---: |
            | {ReliabilityPage.Number(count)} | {ReliabilityPage.Number(_done.Values.Sum())} | {ReliabilityPage.Number(_harmful)} |

            {ReliabilityPage.Table("objects", kinds.Select(k => k.ToString()), folders.Select(f => (f, kinds.Select(k => $"{_done.GetValueOrDefault((f, k))}"))))}
            Apart from these, by `{nameof(BitFlipTests)}`: one bit in every byte of every object, every object missing, cut at several lengths, and every two objects swapped or one laid over the other.
            """);
    }
}
