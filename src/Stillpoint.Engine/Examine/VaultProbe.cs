using System.Globalization;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Engine.Examine;

/// <summary>The vault: whether it is there, answers, opens, and has room. Nothing is written to it.</summary>
internal sealed class VaultProbe(string path, TimeProvider clock)
{
    public const string State = "vault.state";

    /// <summary>A disk that sleeps wakes within it; a share that takes longer is of no use to a backup either.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>In bytes: what the vault keeps back for garbage collection, and as much again for the smallest point.</summary>
    private const long LeastFree = 64L << 20;

    /// <returns>Facts, and the open vault where there is a secret and it opened.</returns>
    public async Task<(IReadOnlyList<Fact> Facts, OpenVault? Vault)> RunAsync(VaultSecret? secret, CancellationToken ct)
    {
        // On a thread that may be left behind: a call into a hung mount never returns.
        var looking = Task.Run(() => LookAsync(secret, ct), CancellationToken.None);
        try
        {
            return await looking.WaitAsync(Bound, clock, ct);
        }
        catch (TimeoutException)
        {
            return ([Fact(State, "hung"), Fact("vault.address", path)], null);
        }
    }

    private async Task<(IReadOnlyList<Fact>, OpenVault?)> LookAsync(VaultSecret? secret, CancellationToken ct)
    {
        var facts = new List<Fact> { Fact("vault.address", path) };
        OpenVault? vault = null;
        try
        {
            if (!Directory.Exists(path)) throw new FailureException(FailureCode.VaultNotFound, Stage.Vault, ("path", path));
            var free = new DriveInfo(path).AvailableFreeSpace;
            facts.Add(Fact("vault.free-bytes", free.ToString(CultureInfo.InvariantCulture)));
            if (secret is not null)
            {
                vault = await OpenVault.OpenAsync(new FolderStore(path), secret, clock, ct);
                await LeasesAsync(vault, facts, ct);
            }
            facts.Add(Fact(State, free < LeastFree ? "full" : "ok"));
        }
        catch (FailureException e)
        {
            facts.Add(Fact(State, StateOf(e.Failure.Code)));
            facts.AddRange(e.Failure.Evidence.Select(v => Fact("line.host", v.Text)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            facts.Add(Fact(State, e is UnauthorizedAccessException ? "denied" : "unreachable"));
            facts.Add(Fact("line.host", e.Message));
        }
        return (facts, vault);
    }

    private async Task LeasesAsync(OpenVault vault, List<Fact> facts, CancellationToken ct)
    {
        var writers = (await vault.ListLeasesAsync(ct)).Count(l => l.Kind == LeaseKind.Writer);
        facts.Add(Fact("vault.writers", writers.ToString(CultureInfo.InvariantCulture)));
    }

    private static string StateOf(FailureCode code) => code switch
    {
        FailureCode.VaultNotFound => "missing",
        FailureCode.VaultWrongPassphrase => "wrong-key",
        FailureCode.VaultReadOnly or FailureCode.VaultForbidden => "denied",
        FailureCode.VaultFull => "full",
        FailureCode.VaultNotResponding => "hung",
        FailureCode.VaultIoFailed => "unreachable",
        _ => code.ToText(),
    };

    private Fact Fact(string name, string value) => new(name, value, path, clock.GetUtcNow());
}
