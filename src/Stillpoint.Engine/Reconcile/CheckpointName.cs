using System.Diagnostics.CodeAnalysis;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Reconcile;

/// <summary>
/// <c>stillpoint-&lt;vault8&gt;-&lt;point&gt;</c>: 46 bytes, of libvirt's 247. A name says for which point of which vault the bitmap counts, and is
/// never used again.
/// </summary>
internal static class CheckpointName
{
    /// <summary>How the names of all of ours begin, of whatever vault.</summary>
    public const string Ours = "stillpoint-";

    public static string Of(VaultId vault, PointId point) => $"{Ours}{vault.Short}-{point}";

    /// <summary>Made by some Stillpoint, for whatever vault.</summary>
    public static bool IsOurs(string name) => name.StartsWith(Ours, StringComparison.Ordinal);

    public static bool TryParse(string name, VaultId vault, [NotNullWhen(true)] out PointId? point)
    {
        var prefix = $"{Ours}{vault.Short}-";
        point = name.StartsWith(prefix, StringComparison.Ordinal) && PointId.TryParse(name[prefix.Length..], out var id) ? id : null;
        return point is not null;
    }
}
