namespace Stillpoint.TestKit;

/// <summary>The checked-out tree that the running test was built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Stillpoint.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No Stillpoint.slnx above {AppContext.BaseDirectory}.");
    }
}
