using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Copies;

/// <summary>The vault that copies go to: the source's family, an id of its own.</summary>
internal static class TwinVault
{
    public static async Task<(OpenVault Twin, bool Made)> OpenOrMakeAsync(OpenVault source, IBlobStore target, CancellationToken ct)
    {
        var made = await target.FindAsync(VaultHeader.Name, ct).ConfigureAwait(false) is null;
        if (made) await MakeAsync(source.Parts, target, ct).ConfigureAwait(false);
        var bytes = await VaultDoor.ReadHeaderAsync(target, ct).ConfigureAwait(false);
        var header = VaultHeader.Parse(bytes);
        var path = ("path", target is FolderStore folder ? folder.Folder : "");
        if (header.Family != source.Parts.Header.Family) throw new FailureException(FailureCode.VaultNotACopy, Stage.Input, path);
        if (header.Id == source.Id)
            throw new FailureException(FailureCode.VaultIdTwice, Stage.Input, path, ("other", source.Parts.Store is FolderStore own ? own.Folder : ""));
        var keys = new Keyring(header.Family, source.Parts.Keys.Master);
        VaultHeader.CheckAuthentic(bytes, keys);
        return (OpenVault.Of(target, keys, header, source.Parts.Clock), made);
    }

    /// <summary>As with any new vault the object <c>vault</c> comes last. Slots keep their names, so a run that was cut short is gone on with.</summary>
    private static async Task MakeAsync(Points.VaultParts source, IBlobStore target, CancellationToken ct)
    {
        await VaultInit.CheckEmptyAsync(target, ct).ConfigureAwait(false);
        var slots = await VaultDoor.ReadSlotsAsync(source.Store, source.Header, ct).ConfigureAwait(false);
        foreach (var slot in slots.Whole) await target.TryPutAsync(slot.Name, [slot.Bytes], ct).ConfigureAwait(false);
        var header = source.Header with { Id = new(Guid.NewGuid()), Created = await target.NowAsync(ct).ConfigureAwait(false) };
        await target.TryPutAsync(VaultHeader.Name, [header.Write(source.Keys)], ct).ConfigureAwait(false);
    }
}
