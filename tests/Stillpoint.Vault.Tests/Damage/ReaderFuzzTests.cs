using FsCheck;
using FsCheck.Fluent;
using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Damage;

/// <summary>
/// Every reader of a format, given real bytes that were edited here and there, and noise. Those behind a seal get theirs unsealed, as from somebody who has
/// the key. Each must give a value or say "damaged" or "newer", and allocate no more than a few times the bound of its object.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const long Bound = 80 << 20;
    private const int Tests = 400;
    private static readonly Keyring Keys = new(new(Guid.Parse("00000000-0000-4000-8000-000000000001")), new byte[32]);

    private static readonly PointInfo Point = new(
        PointId.New(TimeProvider.System), TestVault.Series, "web", DateTimeOffset.UnixEpoch, 1, [new("vda", 1 << 20, new(1, 2, 3, 4)), new("vdb", 7, default)],
        new byte[100], 5);

    [Fact]
    public void Header_AnyBytes() => Fuzz(new VaultHeader(new(Guid.NewGuid()), new(Guid.NewGuid()), 16384, true, 10, DateTimeOffset.UnixEpoch).Write(Keys), b => VaultHeader.Parse(Summed(b)));

    [Fact]
    public void KeySlot_AnyBytes() =>
        Fuzz(KeySlot.Wrap(new(Guid.NewGuid()), new byte[32], new Passphrase("p"), "label", 1, DateTimeOffset.UnixEpoch, TimeProvider.System).Bytes, b => KeySlot.Parse("keys/x", Summed(b)));

    [Fact]
    public void SealedObject_AnyBytes() =>
        Fuzz(SealedObject.Seal(Keys, SealedKind.Pending, "pending/x", new byte[500]), b => SealedObject.Open(Keys, SealedKind.Pending, "pending/x", b));

    [Fact]
    public void Manifest_AnyPayload() => Fuzz(Manifest.Write(Point, default), b => Manifest.Read("points/x", b));

    [Fact]
    public void Lease_AnyPayload() => Fuzz(
        new LeaseTerms(LeaseKind.Writer, LeaseTerms.DefaultDuration, Point.Id, null, ProcessIdentity.Current, "backup of web").Write(), b => LeaseTerms.Read("leases/x-1", b));

    [Fact]
    public void Damaged_AnyPayload() => Fuzz(Exclusions.WriteDamaged([(new(1, 2, 3, 4), new(5, 6, 7, 8)), (new(2, 2, 3, 4), new(5, 6, 7, 8))]), b => Excluded(SealedKind.Damaged, b));

    [Fact]
    public void Condemned_AnyPayload() => Fuzz([1, 0, 0, 0, 1, .. new byte[32]], b => Excluded(SealedKind.Condemned, b));

    [Fact]
    public void PackFooter_AnyBytes()
    {
        var pack = Pack();
        Fuzz(pack, b => PackFooter.Read(Keys, PackKind.Data, new("packs/aa/x", b.Length, default), default, b));
        Fuzz(pack, b =>
        {
            var name = $"packs/ab/{new string('a', 64)}";
            _ = PackFooter.ReadAsync(MemoryStore.Of(new Dictionary<string, byte[]> { [name] = b }), Keys, PackKind.Data, new(name, b.Length, default), default).GetAwaiter().GetResult();
        });
    }

    [Fact]
    public void IndexSegment_AnyBytes()
    {
        var (pack, entries) = (new PackRef(new(9, 9, 9, 9), new byte[32], 1000, PackKind.Data), new List<PackEntry>());
        for (var i = 1; i < 700; i++) entries.Add(new(new((ulong)i << 40, 1, 2, 3), 64, 100, 16384, EntryKind.Data, i % 5 == 0 ? Codec.Delta : Codec.Zstd, (ushort)i, new(7, 7, 7, 7)));
        Fuzz(SegmentWriter.Build(Keys, [(pack, entries)], [new(1, 1, 1, 1)]), b =>
        {
            var name = IndexFormat.Folder + new string('b', 64);
            var store = MemoryStore.Of(new Dictionary<string, byte[]> { [name] = b });
            if (IndexSegment.OpenAsync(store, Keys, new(name, b.Length, default), default).GetAwaiter().GetResult() is not { } segment) return;
            for (var c = 0; c < segment.ChunkCount; c++) _ = segment.ReadChunkAsync(store, c, default).AsTask().GetAwaiter().GetResult();
        });
    }

    [Fact]
    public void RecoveryKey_AnyText() => Fuzz(System.Text.Encoding.UTF8.GetBytes(RecoveryKeyText.Write(new byte[32])), b => RecoveryKeyText.Read(b));

    /// <summary>No name leads out of the folder, whatever it is made of.</summary>
    [Fact]
    public void Name_AnyText_StaysInTheFolder() =>
        Fuzz("points/6f1d2a34/../../etc/passwd//./x"u8.ToArray(), b =>
        {
            var name = System.Text.Encoding.Latin1.GetString(b);
            if (BlobNames.IsValid(name) && !Path.GetFullPath(Path.Combine("/vault", name)).StartsWith("/vault/", StringComparison.Ordinal))
                throw new InvalidOperationException($"{name} leads out of the vault");
        });

    private static void Excluded(SealedKind kind, byte[] payload)
    {
        var name = $"{kind.Folder}x";
        var store = MemoryStore.Of(new Dictionary<string, byte[]> { [name] = SealedObject.Seal(Keys, kind, name, payload) });
        _ = Exclusions.LoadAsync(store, Keys, default).GetAwaiter().GetResult();
    }

    private static void Fuzz(byte[] valid, Action<byte[]> read)
    {
        read(valid);
        Prop.ForAll(ArbMap.Default.ArbFor<(bool Noise, byte[] Bytes, (uint At, byte Value, byte Kind)[] Edits)>(), x =>
        {
            var bytes = x.Noise && x.Edits.Length % 3 == 0 ? x.Bytes ?? [] : x.Edits.Aggregate(valid, Edited);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read((byte[])bytes.Clone());
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer or FailureCode.VaultNotFound)
            {
                // told
            }
            return GC.GetAllocatedBytesForCurrentThread() - before < Bound;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Tests));
    }

    private static byte[] Edited(byte[] bytes, (uint At, byte Value, byte Kind) edit)
    {
        if (bytes.Length == 0) return [edit.Value];
        var changed = (byte[])bytes.Clone();
        // Half of the edits near the begin and the end, where the lengths are.
        var at = (int)(edit.At % (uint)bytes.Length);
        if (edit.Kind % 4 == 0) at = Math.Min(at, (int)(edit.At % 130));
        if (edit.Kind % 4 == 1) at = Math.Max(0, bytes.Length - 1 - (int)(edit.At % 130));
        at = Math.Min(at, bytes.Length - 1);
        switch (edit.Kind / 4 % 6)
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], edit.Value, .. bytes[at..]];
            case 2:
                changed.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill(0xFF);
                return changed;
            case 3:
                changed.AsSpan(at, Math.Min(8, bytes.Length - at)).Clear();
                return changed;
            default:
                changed[at] ^= (byte)(edit.Value | 1);
                return changed;
        }
    }

    /// <summary>With the check sum made right again: behind it are the fields.</summary>
    private static byte[] Summed(byte[] bytes)
    {
        if (bytes.Length > 32 && bytes[0] % 8 != 7) System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private static byte[] Pack()
    {
        using var codec = new BlockCodec();
        using var builder = new PackBuilder(Keys, PackKind.Data, new byte[1 << 20]);
        for (var i = 0; i < 5; i++) builder.Add(EntryKind.Data, new((ulong)i, 1, 2, 3), TestData.Disk(16384, i), default, default, codec);
        var pack = builder.Finish();
        return [.. pack.Buffer.AsSpan(0, pack.BodyLength), .. pack.Tail];
    }
}
