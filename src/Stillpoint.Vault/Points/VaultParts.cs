using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault.Points;

/// <summary>What an open vault's readers and writers share. All of it is safe for many threads.</summary>
internal sealed record VaultParts(IBlobStore Store, Keyring Keys, VaultHeader Header, BlockIndex Index, BlockReader Blocks, PageReader Pages, TimeProvider Clock)
{
    /// <summary>Threads by which a writer stores its packs. One makes the order of a writer's calls certain: for tests that fail a certain call.</summary>
    public int Storers { get; init; } = 2;
}
