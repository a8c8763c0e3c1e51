using System.Buffers.Binary;
using Stillpoint.Model;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault;

/// <summary>One of the copies that an owner saved. Of two of one owner the later has the greater id.</summary>
/// <param name="Owner">Who saved it: a random id that the owner keeps with what it saves.</param>
/// <param name="Id">Made of the store's time.</param>
public sealed record SavedCopy(Guid Owner, Ulid Id)
{
    /// <summary>The object's name in the store.</summary>
    public string Name => $"{SealedKind.Saved.Folder}{Owner:D}/{Id}";

    /// <summary>By the store's clock.</summary>
    public DateTimeOffset Saved => Id.Time;

    /// <returns>Null: not a name of ours. A time past the year 9000 is none either: there must be room for a later one.</returns>
    internal static SavedCopy? Parse(string name)
    {
        if (name[SealedKind.Saved.Folder.Length..].Split('/') is not [var owner, var id]) return null;
        if (!Guid.TryParseExact(owner, "D", out var guid) || !Ulid.TryParse(id, out var ulid)) return null;
        Span<byte> bytes = stackalloc byte[16];
        ulid.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16 < 221_845_392_000_000 && new SavedCopy(guid, ulid) is var copy && copy.Name == name ? copy : null;
    }
}

/// <param name="Host">Name of the host it was saved on, for people.</param>
public sealed record SavedContent(string Host, ReadOnlyMemory<byte> Bytes);
