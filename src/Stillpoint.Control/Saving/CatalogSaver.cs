using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Saving;

/// <summary>
/// Keeps a copy of the catalog in the vault: host lost, but vault and key at hand, everything comes back. After a job that went well, by whoever has the
/// vault open then: docs/adr/0012. Never the job's failure, and never for longer than <see cref="Limit"/>.
/// </summary>
internal sealed class CatalogSaver(CatalogDatabase database, DataFolder folder, TimeProvider clock)
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>What is saved from here belongs together in the vault. Random; kept in the catalog, so that it comes back with it.</summary>
    private Guid Owner
    {
        get
        {
            database.Execute("insert into setting (name, value) values ('owner', $new) on conflict do nothing", ("new", Guid.NewGuid().ToString("D")));
            return Guid.Parse(database.Query("select value from setting where name = 'owner'", r => r.GetString(0)).Single());
        }
    }

    /// <summary>By this process, into a vault that it has open.</summary>
    /// <returns>Null: saved, or the vault is read-only. Else a warning, CatalogNotSaved.</returns>
    public Task<Failure?> SaveAsync(OpenVault vault, string path, CancellationToken ct) => GuardedAsync(path, async bounded =>
    {
        var owner = Owner; // before the copy, which must name its owner
        using var copy = await CatalogCopy.MakeAsync(database, folder, clock, bounded);
        var content = await File.ReadAllBytesAsync(copy.Path, bounded);
        // On a thread of its own, and left behind if it does not come back: a folder's calls block theirs.
        await Task.Run(() => VaultSaved.PutAsync(vault, owner, Environment.MachineName, content, bounded), bounded).WaitAsync(bounded);
    }, ct);

    /// <summary>By a worker, which has the vault open: it is handed the file's place by the data folder.</summary>
    /// <param name="put">Ends when the worker has stored it.</param>
    /// <returns>As <see cref="SaveAsync"/>.</returns>
    public Task<Failure?> SaveByWorkerAsync(string path, Func<Guid, CancellationToken, Task> put, CancellationToken ct) => GuardedAsync(path, async bounded =>
    {
        var owner = Owner;
        using var copy = await CatalogCopy.MakeAsync(database, folder, clock, bounded);
        await put(owner, bounded);
    }, ct);

    private async Task<Failure?> GuardedAsync(string path, Func<CancellationToken, Task> save, CancellationToken ct)
    {
        using var time = new CancellationTokenSource(Limit, clock);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(time.Token, ct);
        var warning = Failure.Of(FailureCode.CatalogNotSaved, Stage.Vault, ("path", path));
        try
        {
            await save(bounded.Token);
            return null;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultReadOnly)
        {
            return null; // a restore from a vault that nobody can write is as good as any
        }
        catch (FailureException e)
        {
            return (warning with { Evidence = e.Failure.Evidence }).With(new("failure", e.Failure.Code.ToText()));
        }
        catch (OperationCanceledException) when (bounded.IsCancellationRequested)
        {
            return warning.With(new("failure", ct.IsCancellationRequested ? FailureCode.Cancelled.ToText() : FailureCode.VaultNotResponding.ToText()));
        }
    }
}
