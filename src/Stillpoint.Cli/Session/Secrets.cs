using System.Text;
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
    private const int MaxFileBytes = 4096;

    /// <summary>The secret of an existing vault. A file may hold the recovery key instead of a passphrase.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, PassphraseMissing.</exception>
    public VaultSecret OfVault(string? file, string vault) =>
        FindFile(file) is { } found
            ? VaultSecret.FromKeyFile(FirstLine(found))
            : VaultSecret.FromPassphrase(Ask(texts.Of("prompt.passphrase", ("path", vault))));

    /// <exception cref="FailureException">PassphraseUnusable.</exception>
    public static VaultSecret RecoveryKey(string file) => VaultSecret.FromRecoveryKey(Encoding.UTF8.GetString(FirstLine(file)));

    /// <summary>A passphrase to be set: asked twice, since nobody sees what is typed.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, PassphraseMissing, PassphrasesDiffer.</exception>
    public string NewPassphrase(string? file, bool orEnvironment)
    {
        if ((orEnvironment ? FindFile(file) : file) is { } found) return Encoding.UTF8.GetString(FirstLine(found));
        var first = Ask(texts.Of("prompt.new-passphrase"));
        return Ask(texts.Of("prompt.new-passphrase-again")) == first
            ? first
            : throw new FailureException(FailureCode.PassphrasesDiffer, Stage.Input);
    }

    private string? FindFile(string? named)
    {
        if (named is not null) return named;
        if (world.Variable("STILLPOINT_PASSPHRASE_FILE") is { Length: > 0 } variable) return variable;
        if (world.Variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && Path.Combine(folder, "stillpoint-passphrase") is var credential &&
            File.Exists(credential)) return credential;
        return null;
    }

    private string Ask(string prompt)
    {
        if (!world.CanAsk) throw new FailureException(FailureCode.PassphraseMissing, Stage.Input);
        world.Error.Write(prompt);
        var answer = world.ReadSecret();
        world.Error.WriteLine();
        return string.IsNullOrEmpty(answer) ? throw new FailureException(FailureCode.PassphraseMissing, Stage.Input) : answer;
    }

    private static byte[] FirstLine(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var buffer = new byte[MaxFileBytes];
            var line = buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
            if (line.IndexOf((byte)'\n') is >= 0 and var end) line = line[..end];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.Length is 0 or MaxFileBytes) throw new FailureException(FailureCode.PassphraseUnusable, Stage.Input, ("path", file));
            return line.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(Failure.Of(FailureCode.PassphraseUnusable, Stage.Input, ("path", file)).With(new(file, e.Message)), e);
        }
    }
}
