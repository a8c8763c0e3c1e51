using Stillpoint.Control;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Server.Vaults;

/// <summary>
/// The vault that backups go to: opened at its first use with the key file or systemd's credential, and kept open. A folder that does not answer costs
/// a request its time-out, and nothing else.
/// </summary>
internal sealed class ServiceVault(ServerParts parts, StillpointControl control) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _opening = new(1);
    private readonly List<OpenVault> _before = [];
    private (string Path, OpenVault Vault)? _open;

    /// <exception cref="FailureException">VaultNotChosen.</exception>
    public string Path => parts.Options.Vault ?? control.Places.DefaultVault ?? throw new FailureException(FailureCode.VaultNotChosen, Stage.Input);

    /// <summary>The caller's to dispose.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, SecretFileOpenToOthers.</exception>
    public VaultSecret Secret()
    {
        var (file, guarded) = SecretFile.Find(parts.Options.PassphraseFile, parts.Variable);
        return SecretFile.FirstLine(file ?? parts.UsualSecretFile, guarded, VaultSecret.FromKeyFile);
    }

    /// <summary>As far as it is known: without a vault, or its key, the rest can be looked at all the same. The secret is the caller's to dispose.</summary>
    public (string? Path, VaultSecret? Secret) Known()
    {
        string? path = null;
        try
        {
            path = Path;
            return (path, Secret());
        }
        catch (FailureException)
        {
            return (path, null);
        }
    }

    /// <summary>Not the caller's to dispose.</summary>
    /// <exception cref="FailureException">VaultNotChosen, the secret's, VaultNotFound, VaultWrongPassphrase, VaultNotResponding, and the store's.</exception>
    public async Task<OpenVault> OpenAsync(CancellationToken ct)
    {
        var path = Path;
        if (!await _opening.WaitAsync(Patience, ct)) throw NotResponding(path);
        try
        {
            if (_open is { } known && known.Path == path) return known.Vault;
            var vault = await OpenAsync(path, ct);
            Keep(path, vault);
            control.Places.VaultUsed(vault.Id, path);
            return vault;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Opens it once more, as after a restart of the service, and closes that again.</summary>
    /// <exception cref="FailureException">As <see cref="OpenAsync(CancellationToken)"/>.</exception>
    public async Task<VaultId> TryAsync(string path, CancellationToken ct)
    {
        await using var vault = await OpenAsync(path, ct);
        return vault.Id;
    }

    /// <summary>Backups go there from now on. It is opened first: a wrong path or secret shows now, not at night. Jobs that run end where they began.</summary>
    /// <exception cref="FailureException">VaultConfigured; VaultIdTwice, unless <paramref name="alsoIfTwice"/>; and as <see cref="OpenAsync(CancellationToken)"/>.</exception>
    public async Task<VaultId> ChooseAsync(string path, bool alsoIfTwice, CancellationToken ct)
    {
        if (parts.Options.Vault is { } own) throw new FailureException(FailureCode.VaultConfigured, Stage.Input, ("own", own));
        if (!await _opening.WaitAsync(Patience, ct)) throw NotResponding(path);
        try
        {
            var vault = await OpenAsync(path, ct);
            var chosen = false;
            try
            {
                if (!alsoIfTwice && control.Places.PathOf(vault.Id) is { } known && await VaultIdentity.IsTwiceAsync(vault.Id, path, known, ct))
                    throw new FailureException(FailureCode.VaultIdTwice, Stage.Input, ("path", path), ("other", known));
                control.Places.VaultUsed(vault.Id, path);
                control.Places.DefaultVault = path;
                chosen = true;
            }
            finally
            {
                if (chosen) Keep(path, vault);
                else await vault.DisposeAsync();
            }
            return vault.Id;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>A vault of the caller's own, read at a pace.</summary>
    /// <exception cref="FailureException">As <see cref="OpenAsync"/>.</exception>
    public Task<OpenVault> OpenPacedAsync(Pace reading, CancellationToken ct) => BoundedAsync(async token =>
    {
        using var secret = Secret();
        return await OpenVault.OpenAsync(new ThrottledStore(new FolderStore(Path), null, reading), secret, parts.Clock, token);
    }, ct);

    /// <summary>One question to the vault, by whoever waits for the answer.</summary>
    /// <exception cref="FailureException">VaultNotResponding, and as <see cref="OpenAsync"/>.</exception>
    public async Task<T> AskAsync<T>(Func<OpenVault, CancellationToken, Task<T>> question, CancellationToken ct)
    {
        var vault = await OpenAsync(ct);
        return await BoundedAsync(token => question(vault, token), ct);
    }

    /// <summary>Waits as <see cref="AskAsync"/> does, for work that goes on whoever waits for it.</summary>
    /// <exception cref="FailureException">VaultNotResponding, and the work's.</exception>
    public async Task WaitForAsync(Task work, CancellationToken ct)
    {
        try
        {
            await work.WaitAsync(Patience, parts.Clock, ct);
        }
        catch (TimeoutException)
        {
            throw NotResponding(Path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vault in _before) await vault.DisposeAsync();
        if (_open is { } open) await open.Vault.DisposeAsync();
        _opening.Dispose();
    }

    private Task<OpenVault> OpenAsync(string path, CancellationToken ct) => BoundedAsync(path, async token =>
    {
        using var secret = Secret();
        return await OpenVault.OpenAsync(new FolderStore(path), secret, parts.Clock, token);
    }, ct);

    private void Keep(string path, OpenVault vault)
    {
        // A job may still read from the one before; it is closed with the service.
        if (_open is { } before) _before.Add(before.Vault);
        _open = (path, vault);
    }

    private Task<T> BoundedAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct) => BoundedAsync(Path, work, ct);

    /// <summary>On a thread of its own: a folder's calls block theirs, and one that hangs cannot be ended.</summary>
    private async Task<T> BoundedAsync<T>(string path, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = Task.Run(() => work(bound.Token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(Patience, parts.Clock, ct);
        }
        catch (TimeoutException)
        {
            await bound.CancelAsync();
            throw NotResponding(path);
        }
    }

    private static FailureException NotResponding(string path) =>
        new(Failure.Of(FailureCode.VaultNotResponding, Stage.Vault, ("path", path), ("seconds", "30")).CanRetry());
}
