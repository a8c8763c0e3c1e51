using System.Runtime.CompilerServices;
using System.Text.Json;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>An agent that answers: its version, and which of the commands a backup needs it refuses.</summary>
internal sealed class AgentProbe(IDomain domain, TimeProvider clock) : IFactSource
{
    private const string Source = "guest-info";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    private static readonly string[] Needed =
        ["guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-exec", "guest-exec-status"];

    public string Name => "agent";

    public async IAsyncEnumerable<Fact> CollectAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var reply = await domain.AgentCommandAsync($$"""{"execute":"{{Source}}"}""", Bound, ct);
        foreach (var fact in Read(reply)) yield return fact;
    }

    /// <summary>An agent may say anything; what is not of the known form says nothing.</summary>
    private List<Fact> Read(string reply)
    {
        var facts = new List<Fact>();
        try
        {
            using var json = JsonDocument.Parse(reply);
            var info = json.RootElement.GetProperty("return");
            if (info.TryGetProperty("version", out var version)) facts.Add(Fact("agent.version", version.GetString() ?? ""));
            var enabled = info.GetProperty("supported_commands").EnumerateArray()
                .Where(c => c.GetProperty("enabled").GetBoolean()).Select(c => c.GetProperty("name").GetString()).ToHashSet(StringComparer.Ordinal);
            foreach (var command in Needed.Where(c => !enabled.Contains(c))) facts.Add(Fact("agent.command:" + command, "disabled"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            facts.Add(Fact(Probing.Failed + Name, "unreadable"));
        }
        return facts;
    }

    private Fact Fact(string name, string value) => new(name, value, Source, clock.GetUtcNow());
}
