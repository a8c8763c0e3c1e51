namespace Stillpoint.Engine;

/// <summary>Where the engine keeps what outlives a call.</summary>
/// <param name="Data">Journal and catalog: survives reboots. Default <c>/var/lib/stillpoint</c>.</param>
/// <param name="Run">Sockets and scratch files, one folder per job: QEMU's user must be able to reach and write it. Paths below it stay
/// under the 107 bytes of a socket's name. Default <c>/var/lib/stillpoint/run</c>.</param>
public sealed record EnginePaths(string Data, string Run)
{
    public string Journal => Path.Combine(Data, "journal");

    public string Restores => Path.Combine(Data, "restores");
}
