using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stillpoint.Model;

namespace Stillpoint.Control;

/// <summary>Secrets in files: one named, one named by <c>STILLPOINT_PASSPHRASE_FILE</c>, else systemd's credential.</summary>
public static class SecretFile
{
    private const int MaxFileBytes = 4096;

    /// <returns>Guarded: systemd's, in a folder that only the service can enter; its files' own modes say nothing.</returns>
    public static (string? File, bool Guarded) Find(string? named, Func<string, string?> variable)
    {
        if (named is not null) return (named, false);
        if (variable("STILLPOINT_PASSPHRASE_FILE") is { Length: > 0 } file) return (file, false);
        if (variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && Path.Combine(folder, "stillpoint-passphrase") is var credential &&
            File.Exists(credential)) return (credential, true);
        return (null, false);
    }

    /// <exception cref="FailureException">PassphraseUnusable, SecretFileOpenToOthers.</exception>
    public static T FirstLine<T>(string file, bool guarded, Func<ReadOnlySpan<byte>, T> make)
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
