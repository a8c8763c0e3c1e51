using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>What was promised and not kept.</summary>
internal sealed class CrashFailure(string what) : Exception(what);

/// <summary>A disk with a vault on it, the model of what it must hold, and what can be done with both.</summary>
internal sealed class CrashWorld(UnsureDisk disk) : IAsyncDisposable
{
    public const int BlockSize = 16 * 1024;
    private const string Folder = "/vault";
    private OpenVault? _daemon;
    private int _daemonBoot = -1;

    public UnsureDisk Disk => disk;

    public VaultModel Model { get; } = new();

    public CrashClock Clock { get; } = new();

    /// <summary>Wakes whoever stalls: called when a collection waits for it.</summary>
    public Action? WakeStalled { get; set; }

    /// <summary>A vault nobody has used yet: made once, copied for every run.</summary>
    public static async Task<UnsureDisk> NewDiskAsync()
    {
        var disk = new UnsureDisk();
        await VaultInit.CreateAsync(StoreOf(new(disk, null)), new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await VaultGc.MakeReserveAsync(StoreOf(new(disk, null)), default);
        disk.CutPower(new Random(0)); // what init returned from is safe
        return disk;
    }

    public static IBlobStore StoreOf(UnsureProcess process) => new FolderStore(Folder, process);

    public async Task<OpenVault> OpenAsync(UnsureProcess process)
    {
        foreach (var passphrase in Model.Passphrases.Take(Model.FirstPassphraseIsSure ? 1 : int.MaxValue))
            if (await TryOpenAsync(process, passphrase) is { } vault) return vault;
        throw new CrashFailure($"none of the passphrases {string.Join(", ", Model.Passphrases)} opens the vault (the first {(Model.FirstPassphraseIsSure ? "must" : "may")})");
    }

    /// <summary>One that opens the vault now.</summary>
    public async Task<string> PassphraseAsync()
    {
        foreach (var passphrase in Model.Passphrases)
        {
            await using var vault = await TryOpenAsync(new(disk, null), passphrase);
            if (vault is not null) return passphrase;
        }
        throw new CrashFailure("no passphrase opens the vault");
    }

    public async Task<OpenVault> DaemonAsync()
    {
        if (_daemonBoot == disk.Boot) return _daemon!;
        if (_daemon is not null) await _daemon.DisposeAsync();
        (_daemon, _daemonBoot) = (await OpenAsync(new(disk, null)), disk.Boot);
        return _daemon;
    }

    /// <summary>A new process looks at everything.</summary>
    public async Task CheckAsync(bool powerWasCut)
    {
        await using var vault = await OpenAsync(new(disk, null));
        foreach (var damaged in await vault.ListDamagedAsync(default)) throw new CrashFailure($"damaged: {damaged.Arguments["object"]}");
        var listed = await vault.ListPointsAsync(null, default);
        if (Model.Settle(listed, await vault.ListForgottenAsync(default), powerWasCut) is { } wrong) throw new CrashFailure(wrong);
        foreach (var gone in Model.Gone)
            if (await TryOpenAsync(new(disk, null), gone) is not null) throw new CrashFailure($"the removed passphrase {gone} opens the vault");
        foreach (var point in listed) await CompareAsync(vault, point, Model.Points.Single(p => p.Id == point.Id).Content);
    }

    public static async Task CompareAsync(OpenVault vault, PointInfo point, byte[] content)
    {
        byte[] read;
        try
        {
            read = await TestVault.CopyAsync(vault, point);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            throw new CrashFailure($"point {point.Id} cannot be read: {e.Failure.Arguments["object"]}, {string.Join(", ", e.Failure.Evidence.Select(v => v.Text))}");
        }
        if (!read.AsSpan().SequenceEqual(content)) throw new CrashFailure($"point {point.Id} has wrong bytes");
    }

    private async Task<OpenVault?> TryOpenAsync(UnsureProcess process, string passphrase)
    {
        try
        {
            var vault = await OpenVault.OpenAsync(StoreOf(process), new Passphrase(passphrase), Clock, default);
            vault.Parts = vault.Parts with { Storers = 1 };
            return vault;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultWrongPassphrase)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
    }
}
