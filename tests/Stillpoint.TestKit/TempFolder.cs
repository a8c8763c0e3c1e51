namespace Stillpoint.TestKit;

/// <summary>A folder that goes with the test. Its name is short, so that sockets below it fit in the 107 bytes of a socket's name.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder(string? below = null)
    {
        Path = System.IO.Path.Combine(below ?? System.IO.Path.GetTempPath(), "sp-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
