using System.Text.Json;
using System.Text.Json.Serialization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ExecCommand))]
[JsonSerializable(typeof(ExecStatusCommand))]
internal sealed partial class AgentJson : JsonSerializerContext;

internal sealed record ExecCommand(
    [property: JsonPropertyName("execute")] string Execute, [property: JsonPropertyName("arguments")] ExecArguments Arguments);

internal sealed record ExecArguments(
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("arg")] IReadOnlyList<string> Arg,
    [property: JsonPropertyName("capture-output")] bool CaptureOutput);

internal sealed record ExecStatusCommand(
    [property: JsonPropertyName("execute")] string Execute, [property: JsonPropertyName("arguments")] ExecStatusArguments Arguments);

internal sealed record ExecStatusArguments([property: JsonPropertyName("pid")] long Pid);

/// <summary>The agent commands used here, as they go over the wire.</summary>
internal static class AgentCommand
{
    private const int LongestQuote = 200;

    public const string Ping = """{"execute":"guest-ping"}""";
    public const string Info = """{"execute":"guest-info"}""";
    public const string FileSystems = """{"execute":"guest-get-fsinfo"}""";
    public const string FreezeStatus = """{"execute":"guest-fsfreeze-status"}""";
    public const string Freeze = """{"execute":"guest-fsfreeze-freeze"}""";
    public const string Thaw = """{"execute":"guest-fsfreeze-thaw"}""";

    public static string Exec(string path, IReadOnlyList<string> arguments) =>
        JsonSerializer.Serialize(new ExecCommand("guest-exec", new(path, arguments, CaptureOutput: true)), AgentJson.Default.ExecCommand);

    public static string ExecStatus(long pid) =>
        JsonSerializer.Serialize(new ExecStatusCommand("guest-exec-status", new(pid)), AgentJson.Default.ExecStatusCommand);

    /// <summary>The command's name, for failures: requests come from several places, and the name is all people need.</summary>
    public static string NameOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("execute", out var name) ? name.GetString() ?? "" : "";
    }

    /// <summary>What the reply returns, as <paramref name="pick"/> takes it. A guest may answer anything: an answer of another form is the agent's failure.</summary>
    /// <exception cref="FailureException">AgentNotResponding, with the beginning of the reply.</exception>
    public static T Read<T>(string reply, Func<JsonElement, T> pick)
    {
        try
        {
            using var document = JsonDocument.Parse(reply);
            return pick(document.RootElement.GetProperty("return"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            var failure = Failure.Of(FailureCode.AgentNotResponding, Stage.Preflight, ("vm", ""), ("command", ""));
            throw new FailureException(failure.With(new("the agent's reply", reply.Length <= LongestQuote ? reply : reply[..LongestQuote])), e);
        }
    }
}
