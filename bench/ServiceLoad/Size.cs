namespace Stillpoint.Bench.ServiceLoad;

internal sealed record Size(int Vms, int Points, int Jobs);

/// <param name="Rate">Requests a second, begun whether or not those before have ended.</param>
internal sealed record Load(int Rate, int Seconds);

internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Stillpoint.slnx"))) at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not in the repository");
        return at;
    }
}
