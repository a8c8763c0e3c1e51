using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
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
    /// <exception cref="FailureException">PassphraseUnusable, SecretFileOpenToOthers, PassphraseMissing.</exception>
    public VaultSecret OfVault(string? file, string vault)
    {
        var (found, guarded) = FindFile(file);
        return found is null ? Ask(texts.Of("prompt.passphrase", ("path", vault))) : FirstLine(found, guarded, VaultSecret.FromKeyFile);
    }

    /// <summary>The secret that a file holds; null where somebody would have to be asked.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, SecretFileOpenToOthers.</exception>
    public VaultSecret? OfVaultUnasked(string? file)
    {
        var (found, guarded) = FindFile(file);
        return found is null ? null : FirstLine(found, guarded, VaultSecret.FromKeyFile);
    }

    /// <exception cref="FailureException">PassphraseUnusable.</exception>
    public static VaultSecret RecoveryKey(string file) => FirstLine(file, guarded: false, line => new RecoveryKey(line));

    /// <summary>A passphrase to be set: asked twice, since nobody sees what is typed.</summary>
    /// <exception cref="FailureException">PassphraseUnusable, PassphraseMissing, PassphrasesDiffer.</exception>
    public Passphrase NewPassphrase(string? file, bool orEnvironment)
    {
        var (found, guarded) = orEnvironment ? FindFile(file) : (file, false);
        if (found is not null) return FirstLine(found, guarded, line => new Passphrase(line));
        var first = Ask(texts.Of("prompt.new-passphrase"));
        using var second = Ask(texts.Of("prompt.new-passphrase-again"));
        if (first.HasSameText(second)) return first;
        first.Dispose();
        throw new FailureException(FailureCode.PassphrasesDiffer, Stage.Input);
    }

    /// <returns>Guarded: systemd's, in a folder that only the service can enter; its files' own modes say nothing.</returns>
    private (string? File, bool Guarded) FindFile(string? named)
    {
        if (named is not null) return (named, false);
        if (world.Variable("STILLPOINT_PASSPHRASE_FILE") is { Length: > 0 } variable) return (variable, false);
        if (world.Variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && Path.Combine(folder, "stillpoint-passphrase") is var credential &&
            File.Exists(credential)) return (credential, true);
        return (null, false);
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

    private static T FirstLine<T>(string file, bool guarded, Func<ReadOnlySpan<byte>, T> make)
    {
        // Pinned and zeroed, and read past every other buffer: the secret lies here and in what is made of it, nowhere else.
        var buffer = GC.AllocateArray<byte>(MaxFileBytes, pinned: true);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (!guarded && stream.CanSeek) CheckMode(file, stream.SafeFileHandle);
            var line = buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
            if (line.IndexOf((byte)'\n') is >= 0 and var end) line = line[..end];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.Length is 0 or MaxFileBytes) throw new FailureException(FailureCode.PassphraseUnusable, Stage.Input, ("path", file));
            return make(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(Failure.Of(FailureCode.PassphraseUnusable, Stage.Input, ("path", file)).With(new(file, e.Message)), e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>A file must be its owner's alone; a pipe (<c>&lt;(pass show vault)</c>) is not asked.</summary>
    private static void CheckMode(string file, SafeFileHandle handle)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        var mode = File.GetUnixFileMode(handle);
        if ((mode & others) != 0)
            throw new FailureException(FailureCode.SecretFileOpenToOthers, Stage.Input, ("path", file), ("mode", Convert.ToString((int)mode, 8).PadLeft(4, '0')));
    }
}
