using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <param name="Made">The point that a backup made.</param>
internal sealed record BesideEnd(Work Work, string Outcome, PointId? Made);

/// <summary>What must be so after two operations, however they met: every point reads right, a verification finds nothing, a collection leaves nothing behind.</summary>
internal static class BesideCheck
{
    /// <param name="inCopy">Where what is no copy was at work.</param>
    public static async Task AllAsync(BesideContent content, IBlobStore store, IBlobStore copy, IReadOnlyList<BesideEnd> ends, bool inCopy)
    {
        foreach (var place in new[] { store, copy })
        {
            var here = ends.Where(e => e.Work == Work.Copy || (place == copy) == inCopy).ToList();
            if (here.Count == 0) continue;
            var known = new Dictionary<PointId, byte[]>(content.Bytes);
            known.Remove(content.Forgotten.Id);
            var expected = new HashSet<PointId> { content.Other.Id };
            if (here.Exists(e => e.Work == Work.Forget)) known.Remove(content.Base.Id);
            else expected.Add(content.Base.Id);
            if (place == store || here.Exists(e => e is { Work: Work.Copy, Outcome: "done" })) expected.Add(content.NotInCopy.Id);
            foreach (var made in ends.Select(e => e.Made).OfType<PointId>())
            {
                known[made] = content.Next();
                if ((place == copy) == inCopy) expected.Add(made);
            }
            var secret = await BesideWork.SecretAsync(place, ["p", "first", "second"]);
            await using var vault = await OpenVault.OpenAsync(place, new Passphrase(secret), TimeProvider.System, default);
            await WholeAsync(vault);
            await VaultGc.RunAsync(vault, new() { PollEvery = TimeSpan.Zero }, default);
            await PointsAsync(vault, expected, known);
            await WholeAsync(vault);
            await NothingIsLeftAsync(place);
        }
    }

    private static async Task PointsAsync(OpenVault vault, HashSet<PointId> expected, Dictionary<PointId, byte[]> known)
    {
        var listed = await vault.ListPointsAsync(null, default);
        foreach (var id in expected)
            if (listed.All(l => l.Id != id)) throw new InvalidOperationException($"point {id} is lost");
        foreach (var point in listed)
        {
            if (!known.TryGetValue(point.Id, out var bytes)) throw new InvalidOperationException($"point {point.Id} should not be listed");
            if (!(await TestVault.CopyAsync(vault, point)).AsSpan().SequenceEqual(bytes)) throw new InvalidOperationException($"point {point.Id} has wrong bytes");
        }
    }

    private static async Task WholeAsync(OpenVault vault)
    {
        var report = await VaultVerify.FullAsync(vault, null, default);
        if (!report.IsWhole) throw new InvalidOperationException($"verify: {string.Join("; ", report.Damage.Select(d => $"{d.Arguments["object"]} {string.Join(",", d.Evidence.Select(e => e.Text))}"))}; {report.Points.Count} points hit");
    }

    private static async Task NothingIsLeftAsync(IBlobStore store)
    {
        await foreach (var blob in store.ListAsync("", default))
            if (blob.Name.Split('/')[0] is "leases" or "pending" or "condemned" or "fences" or "damaged") throw new InvalidOperationException($"left behind: {blob.Name}");
    }
}
