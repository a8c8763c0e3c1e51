using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>The rows and columns of the table. Repack: a collection that takes no point and finds half-dead packs.</summary>
internal enum Work
{
    Backup,
    Restore,
    Forget,
    Collect,
    Repack,
    Verify,
    Copy,
    ChangeKey,
    Rebuild,
}

/// <summary>One operation as a process of its own does it: opens the vault, works, and is gone.</summary>
/// <param name="secrets">Passphrases, one of which opens the vault.</param>
internal sealed class BesideWork(BesideContent content, IBlobStore store, IBlobStore copy, IReadOnlyList<string> secrets)
{
    /// <summary>Called when a collection waits for older writers.</summary>
    public Func<Task>? OnWaiting { get; init; }

    /// <summary>The point that a backup made.</summary>
    public PointId? Made { get; private set; }

    /// <summary>What a change of keys makes the passphrase.</summary>
    public string NewSecret { get; init; } = "n";

    /// <returns><c>done</c>, or the code of the failure.</returns>
    public async Task<string> RunAsync(Work work)
    {
        try
        {
            var secret = await SecretAsync(store, secrets);
            if (work == Work.ChangeKey) await VaultKeys.ChangePassphraseAsync(store, new(secret), NewSecret, TimeProvider.System, default);
            else await RunAsync(work, secret);
            return "done";
        }
        catch (FailureException e)
        {
            return e.Failure.Code == FailureCode.VaultDamaged ? throw new InvalidOperationException($"{work}: {e.Failure} {string.Join(", ", e.Failure.Evidence.Select(v => v.Text))}") : e.Failure.Code.ToString();
        }
    }

    public static async Task<string> SecretAsync(IBlobStore store, IReadOnlyList<string> secrets)
    {
        foreach (var secret in secrets)
        {
            try
            {
                await using var vault = await OpenVault.OpenAsync(store, new Passphrase(secret), TimeProvider.System, default);
                return secret;
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultWrongPassphrase)
            {
                // perhaps the next
            }
        }
        throw new InvalidOperationException("no passphrase opens the vault");
    }

    public static async Task<PointInfo> PutAsync(OpenVault vault, SeriesId series, byte[] bytes, PointInfo? @base)
    {
        vault.Parts = vault.Parts with { Storers = 1 };
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), series, "vm", @base, default);
        var tree = writer.BeginTree("vda", bytes.Length, @base?.FindTree("vda"));
        for (var block = 0L; block < tree.BlockCount; block++) tree.Put(block, TestVault.Block(bytes, block, vault.BlockSize));
        return await writer.CommitAsync(1, default, default);
    }

    private async Task RunAsync(Work work, string secret)
    {
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase(secret), TimeProvider.System, default);
        switch (work)
        {
            case Work.Backup:
                Made = (await PutAsync(vault, TestVault.Series, content.Next(), content.Base)).Id;
                break;
            case Work.Restore:
                if (!(await TestVault.CopyAsync(vault, content.Base)).AsSpan().SequenceEqual(content.Bytes[content.Base.Id])) throw new InvalidOperationException("restored wrong bytes");
                break;
            case Work.Forget:
                await VaultForget.ForgetAsync(vault, [content.Base], default);
                break;
            case Work.Collect or Work.Repack:
                await VaultGc.RunAsync(vault, new(Now: work == Work.Collect)
                {
                    PollEvery = TimeSpan.Zero,
                    OnStep = step => step == GcStep.Waiting && OnWaiting is { } waiting ? waiting() : Task.CompletedTask,
                }, default);
                break;
            case Work.Verify:
                var verified = await VaultVerify.FullAsync(vault, null, default);
                if (!verified.IsWhole) throw new InvalidOperationException($"verify: {string.Join("; ", verified.Damage)} {verified.Points.Count} points");
                break;
            case Work.Copy:
                var copied = await VaultCopy.RunAsync(vault, copy, null, null, default);
                if (copied.Failures is [var failure, ..]) throw new InvalidOperationException($"not copied: {failure} {string.Join(", ", failure.Evidence.Select(v => v.Text))}");
                break;
            case Work.Rebuild:
                var rebuilt = await IndexRebuild.RunAsync(vault, null, default);
                if (rebuilt.Damaged is [var damaged, ..]) throw new InvalidOperationException($"rebuild: {damaged}");
                break;
        }
    }
}
