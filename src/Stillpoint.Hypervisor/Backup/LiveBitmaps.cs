using System.Text.Json;
using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor;

/// <summary>
/// Bitmaps of a running VM asked for and removed at QEMU itself, for what libvirt cannot remove any more. Marks the domain as tainted in its
/// log, once per start; so it is used only where nothing else works.
/// </summary>
internal static class LiveBitmaps
{
    private const string QueryNodes = """{"execute":"query-named-block-nodes","arguments":{"flat":true}}""";

    public static void Remove(DomainHandle domain, string bitmap)
    {
        foreach (var node in NodesWith(Monitor(domain, QueryNodes), bitmap)) Monitor(domain, RemoveCommand(node, bitmap));
    }

    public static RemovedBitmaps RemoveAll(DomainHandle domain, string prefix)
    {
        var reply = Monitor(domain, QueryNodes);
        var names = NamesIn(reply, prefix);
        foreach (var name in names)
        {
            foreach (var node in NodesWith(reply, name)) Monitor(domain, RemoveCommand(node, name));
        }
        var left = NamesIn(Monitor(domain, QueryNodes), prefix);
        return new([.. names.Except(left)], left);
    }

    public static IReadOnlyList<LiveBitmap> List(DomainHandle domain) => ListIn(Monitor(domain, QueryNodes));

    /// <summary>Of format nodes only: a protocol node under one has none of its own.</summary>
    internal static IReadOnlyList<LiveBitmap> ListIn(string reply)
    {
        using var json = JsonDocument.Parse(reply);
        if (!json.RootElement.TryGetProperty("return", out var nodes)) return [];
        return [.. from node in nodes.EnumerateArray()
            where node.TryGetProperty("dirty-bitmaps", out _) && node.TryGetProperty("file", out _)
            from bitmap in node.GetProperty("dirty-bitmaps").EnumerateArray()
            where bitmap.TryGetProperty("name", out _)
            select new LiveBitmap(
                node.GetProperty("file").GetString() ?? "", bitmap.GetProperty("name").GetString() ?? "",
                bitmap.TryGetProperty("inconsistent", out var broken) && broken.GetBoolean())];
    }

    internal static IReadOnlyList<string> NamesIn(string reply, string prefix)
    {
        using var json = JsonDocument.Parse(reply);
        if (!json.RootElement.TryGetProperty("return", out var nodes)) return [];
        return [.. nodes.EnumerateArray()
            .SelectMany(n => n.TryGetProperty("dirty-bitmaps", out var all) ? all.EnumerateArray().ToArray() : [])
            .Select(b => b.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "")
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    internal static IReadOnlyList<string> NodesWith(string reply, string bitmap)
    {
        using var json = JsonDocument.Parse(reply);
        if (!json.RootElement.TryGetProperty("return", out var nodes)) return [];
        return [.. nodes.EnumerateArray()
            .Where(n => n.TryGetProperty("dirty-bitmaps", out var all)
                && all.EnumerateArray().Any(b => b.TryGetProperty("name", out var name) && name.GetString() == bitmap))
            .Select(n => n.GetProperty("node-name").GetString() ?? "")];
    }

    private static string Monitor(DomainHandle domain, string command)
    {
        const string call = "virDomainQemuMonitorCommand";
        Check.Result(NativeMethods.virDomainQemuMonitorCommand(domain, command, out var result, 0), call);
        return NativeText.Take(result);
    }

    private static string RemoveCommand(string node, string bitmap) =>
        $$$"""{"execute":"block-dirty-bitmap-remove","arguments":{"node":{{{Quote(node)}}},"name":{{{Quote(bitmap)}}}}}""";

    private static string Quote(string text) => JsonSerializer.Serialize(text, Agent.AgentJson.Default.String);
}
