using Stillpoint.Engine;
using Stillpoint.Model;

namespace Stillpoint.Control;

/// <summary>Where catalog, journal, locks and scratch files live. One folder, so that one option moves everything.</summary>
public sealed record DataFolder(string Path)
{
    /// <summary>Others may pass through (QEMU's user must reach the job folders), not look around.</summary>
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public string Catalog => System.IO.Path.Combine(Path, "catalog.db");

    /// <summary>The catalog on its way into the vault.</summary>
    public string CatalogCopy => System.IO.Path.Combine(Path, "catalog-copy.db");

    public string Locks => System.IO.Path.Combine(Path, "locks");

    /// <summary>The service's own: socket, certificate, uploads.</summary>
    public string Service => System.IO.Path.Combine(Path, "service");

    /// <summary>Where the service hears the programs of this machine that may open it.</summary>
    public string ServiceSocket => System.IO.Path.Combine(Service, "stillpointd.sock");

    public EnginePaths Engine => new(Path, System.IO.Path.Combine(Path, "run"));

    /// <summary>
    /// What was asked for, else <c>$STILLPOINT_DATA</c>, else /var/lib/stillpoint for root and the XDG state folder for others.
    /// </summary>
    public static DataFolder Choose(string? asked, Func<string, string?> variable, bool root)
    {
        var path = asked ?? NotEmpty(variable("STILLPOINT_DATA")) ?? (root
            ? "/var/lib/stillpoint"
            : System.IO.Path.Combine(
                NotEmpty(variable("XDG_STATE_HOME")) ?? System.IO.Path.Combine(NotEmpty(variable("HOME")) ?? "/", ".local", "state"), "stillpoint"));
        return new(System.IO.Path.GetFullPath(path));
    }

    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public void Ensure()
    {
        try
        {
            if (!Directory.Exists(Path))
            {
                Directory.CreateDirectory(Path, Mode);
                // A umask takes away even what is asked for.
                File.SetUnixFileMode(Path, Mode);
            }
            Directory.CreateDirectory(Locks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e);
        }
    }

    internal FailureException Unusable(Exception e) =>
        new(Failure.Of(FailureCode.DataFolderUnusable, Stage.Preflight, ("path", Path)).With(new(Path, e.Message)), e);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
