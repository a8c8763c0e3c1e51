using Stillpoint.Control;

namespace Stillpoint.Server.Hosting;

/// <summary>The service's own part of the data folder: socket, certificate, uploads. Its owner's alone, so that nobody else reaches the socket.</summary>
internal sealed class ServiceFolder
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Made, and cleared of what a killed service left in it. The data folder is held by then.</summary>
    public ServiceFolder(DataFolder data)
    {
        Path = data.Service;
        Socket = data.ServiceSocket;
        Directory.CreateDirectory(Path, Own);
        File.SetUnixFileMode(Path, Own);
        File.Delete(Socket);
        if (Directory.Exists(Uploads)) Directory.Delete(Uploads, recursive: true);
        Directory.CreateDirectory(Uploads, Own);
    }

    public string Path { get; }

    public string Socket { get; }

    public string Uploads => System.IO.Path.Combine(Path, "uploads");
}
