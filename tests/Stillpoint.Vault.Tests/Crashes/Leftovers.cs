using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>After a collection there is nothing in a vault that no point needs.</summary>
internal static class Leftovers
{
    public static async Task MustBeNoneAsync(CrashWorld world)
    {
        await using var vault = await world.OpenAsync(new(world.Disk, null));
        await vault.Parts.Index.RefreshAsync(default);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var point in await vault.ListPointsAsync(null, default))
            foreach (var tree in point.Trees) await NeedAsync(vault, tree.Root, new TreeShape(tree.SizeBytes, vault.BlockSize).Depth, needed);
        var names = world.Disk.Names.Select(n => n["/vault/".Length..]).ToList();
        var left = names.Where(n => Folder(n) is "leases" or "pending" or "condemned" or "fences" or "tmp" || (Folder(n) is "packs" or "pages" && !needed.Contains(n))).ToList();
        if (left.Count > 0) throw new CrashFailure($"left behind: {string.Join(", ", left)}");
        var segments = names.Count(n => Folder(n) == "index");
        if (segments > 8) throw new CrashFailure($"{segments} index segments are left");
    }

    private static async Task NeedAsync(OpenVault vault, BlockId id, int level, HashSet<string> needed)
    {
        if (id.IsZero) return;
        if (vault.Parts.Index.FindLive(id) is null) throw new CrashFailure($"{id.ToHex()} is in no index");
        // Of an id that was stored twice a collection keeps either place.
        foreach (var place in await vault.Parts.Index.FindAllAsync(id, default))
        {
            needed.Add(place.Pack.ObjectName);
            if (place.Entry.Codec == Codec.Delta) await NeedAsync(vault, place.Entry.Base, 0, needed);
        }
        if (level == 0) return;
        var page = await vault.Parts.Pages.ReadAsync(id, default);
        for (var slot = 0; slot < TreeShape.Fan; slot++) await NeedAsync(vault, TreePages.Slot(page, slot), level - 1, needed);
    }

    private static string Folder(string name) => name.Split('/')[0];
}
