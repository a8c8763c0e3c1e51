namespace Stillpoint.TestKit;

/// <summary>The guest's extension as a package (eng/extension), built once for its sources.</summary>
public static class ExtensionPackage
{
    /// <summary>Takes about a minute when it is not built yet.</summary>
    public static async Task<string> BuildAsync() =>
        (await Tool.RunAsync(new ToolCall(Repository.PathOf("eng", "extension"), [], TimeSpan.FromMinutes(10)))).Must().Out.Trim();
}
