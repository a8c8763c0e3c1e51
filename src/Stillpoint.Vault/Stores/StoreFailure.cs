using System.Globalization;
using System.Runtime.InteropServices;
using Stillpoint.Model;
using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Stores;

/// <summary>Turns what the system said into the failure a person can act on.</summary>
internal static class StoreFailure
{
    public static FailureException Last(string call, string path) => From(Marshal.GetLastPInvokeError(), call, path);

    public static FailureException From(int errno, string call, string path)
    {
        var evidence = new Evidence(call, $"{path}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno.ToString(CultureInfo.InvariantCulture)})");
        return new((errno switch
        {
            Posix.Enospc or Posix.Edquot => Failure.Of(FailureCode.VaultFull, Stage.Store, ("path", path), ("free", FreeBytes(path))),
            // What is not let in cannot be told from what is not there by anything but these words.
            Posix.Eacces or Posix.Eperm when call is "stat" or "read" or "readdir" => Failure.Of(FailureCode.VaultForbidden, Stage.Store, ("path", path)),
            Posix.Eacces or Posix.Eperm or Posix.Erofs => Failure.Of(FailureCode.VaultReadOnly, Stage.Store, ("path", path)),
            _ => Failure.Of(FailureCode.VaultIoFailed, Stage.Store, ("path", path), ("call", call)),
        }).With(evidence));
    }

    public static FailureException From(Exception error, string call, string path) => error switch
    {
        UnauthorizedAccessException => From(Posix.Eacces, call, path),
        // On Unix .NET keeps errno in HResult where it has no better word for it.
        IOException { HResult: > 0 and < 4096 } io => From(io.HResult, call, path),
        _ => new(Failure.Of(FailureCode.VaultIoFailed, Stage.Store, ("path", path), ("call", call)).With(new(call, error.Message)), error),
    };

    private static string FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path) ?? "/").AvailableFreeSpace.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return "0";
        }
        catch (UnauthorizedAccessException)
        {
            return "0";
        }
    }
}
