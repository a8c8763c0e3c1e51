using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>What must be so after two operations, however they met.</summary>
internal static class BesideCheck
{
    /// <param name="expected">Points that must be there.</param>
    /// <param name="known">Points that may be, and what each reads as.</param>
    public static async Task PointsAsync(OpenVault vault, IReadOnlyDictionary<PointId, byte[]> expected, IReadOnlyDictionary<PointId, byte[]> known)
    {
        var listed = await vault.ListPointsAsync(null, default);
        if (expected.Keys.FirstOrDefault(id => listed.All(l => l.Id != id)) is { Value: var lost } && lost != default) throw new InvalidOperationException($"point {lost} is lost");
        foreach (var point in listed)
        {
            if (!known.TryGetValue(point.Id, out var bytes)) throw new InvalidOperationException($"point {point.Id} should not be listed");
            if (!(await TestVault.CopyAsync(vault, point)).AsSpan().SequenceEqual(bytes)) throw new InvalidOperationException($"point {point.Id} has wrong bytes");
        }
        if (await vault.ListDamagedAsync(default) is [var damaged, ..]) throw new InvalidOperationException($"damaged: {damaged}");
    }

    public static async Task WholeAsync(OpenVault vault)
    {
        var report = await VaultVerify.FullAsync(vault, null, default);
        if (!report.IsWhole) throw new InvalidOperationException($"verify: {string.Join("; ", report.Damage.Select(d => $"{d.Arguments["object"]} {string.Join(",", d.Evidence.Select(e => e.Text))}"))}; {report.Points.Count} points hit");
    }

    public static void NothingIsLeft(MemoryStore store)
    {
        var left = store.Content.Keys.Where(k => k.Split('/')[0] is "leases" or "pending" or "condemned" or "fences" or "damaged").ToList();
        if (left.Count > 0) throw new InvalidOperationException($"left behind: {string.Join(", ", left)}");
    }
}
