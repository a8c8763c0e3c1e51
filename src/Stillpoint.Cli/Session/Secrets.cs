using Stillpoint.Control;
using Stillpoint.Model;
using Stillpoint.Texts;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Session;

/// <summary>
/// Where secrets come from: a file named by option, by <c>STILLPOINT_PASSPHRASE_FILE</c>, systemd's credential, else a question on the terminal.
/// Never an argument: those can be read by every user of the machine.
/// </summary>
internal sealed class Secrets(CliWorld world, LocalTexts texts)
{
    /// <summary>The secret of an existing vault. A file may hold the recovery key instead of a passphrase.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, SecretFileOpenToOthers, PassphraseMissing.</exception>
    public VaultSecret OfVault(string? file, string vault)
    {
        var (found, guarded) = SecretFile.Find(file, world.Variable);
        return found is null ? Ask(texts.Of("prompt.passphrase", ("path", vault))) : SecretFile.FirstLine(found, guarded, VaultSecret.FromKeyFile);
    }

    /// <summary>The secret that a file holds; null where somebody would have to be asked.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, SecretFileOpenToOthers.</exception>
    public VaultSecret? OfVaultUnasked(string? file)
    {
        var (found, guarded) = SecretFile.Find(file, world.Variable);
        return found is null ? null : SecretFile.FirstLine(found, guarded, VaultSecret.FromKeyFile);
    }

    /// <exception cref="FailureException">PassphraseUnusable.</exception>
    public static VaultSecret RecoveryKey(string file) => SecretFile.FirstLine(file, guarded: false, line => new RecoveryKey(line));

    /// <summary>A passphrase to be set: asked twice, since nobody sees what is typed.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, PassphraseMissing, PassphrasesDiffer.</exception>
    public Passphrase NewPassphrase(string? file, bool orEnvironment)
    {
        var (found, guarded) = orEnvironment ? SecretFile.Find(file, world.Variable) : (file, false);
        if (found is not null) return SecretFile.FirstLine(found, guarded, line => new Passphrase(line));
        var first = Ask(texts.Of("prompt.new-passphrase"));
        using var second = Ask(texts.Of("prompt.new-passphrase-again"));
        if (first.HasSameText(second)) return first;
        first.Dispose();
        throw new FailureException(FailureCode.PassphrasesDiffer, Stage.Input);
    }

    private Passphrase Ask(string prompt)
    {
        if (!world.CanAsk) throw new FailureException(FailureCode.PassphraseMissing, Stage.Input);
        world.Error.Write(prompt);
        var answer = world.ReadSecret();
        world.Error.WriteLine();
        if (answer is null or []) throw new FailureException(FailureCode.PassphraseMissing, Stage.Input);
        var passphrase = new Passphrase(answer);
        Array.Clear(answer);
        return passphrase;
    }
}
