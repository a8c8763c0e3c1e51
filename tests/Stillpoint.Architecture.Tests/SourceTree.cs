using Stillpoint.TestKit;

namespace Stillpoint.Architecture.Tests;

/// <summary>The repository's own files, read once; build outputs left out.</summary>
internal static class SourceTree
{
    private static readonly string[] Outputs = ["artifacts", ".git", "bin", "obj", "node_modules", "__pycache__", ".vs", ".idea"];

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = Walk(Repository.Root)
        .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal).ToArray();

    public static IEnumerable<string> Code(string below) =>
        Files.Where(file => file.StartsWith(below + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> Projects(string below) =>
        Files.Where(file => file.StartsWith(below + "/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal));

    public static string Text(string file) => File.ReadAllText(Repository.PathOf(file));

    public static string[] Lines(string file) => File.ReadAllLines(Repository.PathOf(file));

    /// <summary>True for files people write as text (no image, no golden vault).</summary>
    public static bool IsText(string file) =>
        !File.ReadAllBytes(Repository.PathOf(file)).AsSpan().Contains((byte)0);

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != ".git").Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !Outputs.Contains(Path.GetFileName(child)) && new DirectoryInfo(child).LinkTarget is null)
            .SelectMany(Walk));
}
