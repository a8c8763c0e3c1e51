using System.Text;
using System.Text.Json;
using Stillpoint.Hypervisor.Agent;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>
/// A guest with an agent, as its transports see it: file systems that are frozen or not, a guard, an agent's belief. Faults are laid over
/// single commands by <see cref="Before"/> (nothing has happened) and <see cref="After"/> (it has, the answer is lost).
/// </summary>
internal sealed class FakeAgent
{
    private int _pid;
    private string _output = "";

    /// <summary>Commands in the order they arrived, by short names.</summary>
    public List<string> Sent { get; } = [];

    public HashSet<string> Disabled { get; } = [];

    public bool Believed { get; set; }

    public int Frozen { get; private set; }

    /// <summary>What a freeze freezes.</summary>
    public int FileSystems { get; set; } = 2;

    /// <summary>Thawed besides what the agent froze: somebody else's.</summary>
    public int Foreign { get; set; }

    public string GuardSays { get; set; } = "ready";

    public string GuardVerdict { get; set; } = "clean";

    public List<string> GuardArguments { get; } = [];

    /// <summary>What the runner of scripts says to each of its verbs.</summary>
    public Dictionary<string, string> Scripts { get; } = new() { ["check"] = "", ["pre"] = "done\n", ["post"] = "done\n" };

    public List<string> ScriptArguments { get; } = [];

    public Func<string, Failure?> Before { get; set; } = _ => null;

    public Func<string, Failure?> After { get; set; } = _ => null;

    /// <summary>Commands that are carried out and answered with something of another form: a guest may say anything.</summary>
    public HashSet<string> Garbled { get; } = [];

    public IAgentTransport Transport() => new FakeTransport(this);

    /// <summary>The freeze that timed out on the host is carried out when the agent wakes.</summary>
    public void FreezeLate() => (Believed, Frozen) = (true, FileSystems);

    private string Answer(string json)
    {
        using var document = JsonDocument.Parse(json);
        var name = document.RootElement.GetProperty("execute").GetString()!;
        var arguments = document.RootElement.TryGetProperty("arguments", out var a) ? a : default;
        var shortName = name == "guest-exec" ? "exec:" + ExecName(arguments) : name.Replace("guest-", "", StringComparison.Ordinal).Replace("fsfreeze-", "", StringComparison.Ordinal);
        Sent.Add(shortName);
        if (Before(shortName) is { } never) throw new FailureException(never);
        var result = name switch
        {
            "guest-ping" => "{}",
            "guest-info" => Info(),
            "guest-get-fsinfo" => """[{"mountpoint":"/"},{"mountpoint":"/data"}]""",
            "guest-fsfreeze-status" => Believed ? "\"frozen\"" : "\"thawed\"",
            "guest-fsfreeze-freeze" => Freeze(),
            "guest-fsfreeze-thaw" => Thaw(),
            "guest-exec" => Exec(arguments),
            "guest-exec-status" => $$"""{"exited":true,"exitcode":0,"out-data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(_output))}}"}""",
            _ => throw new InvalidOperationException(name),
        };
        if (After(shortName) is { } lost) throw new FailureException(lost);
        return Garbled.Remove(shortName) ? """{"return":[{"surprise":-1e99}]}""" : $$"""{"return":{{result}}}""";
    }

    private string Info() => "{\"supported_commands\":[" + string.Join(',', new[]
    {
        "guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-exec", "guest-exec-status", "guest-get-fsinfo",
    }.Select(c => $$"""{"name":"{{c}}","enabled":{{(Disabled.Contains(c) ? "false" : "true")}}}""")) + "]}";

    private string Freeze()
    {
        FreezeLate();
        return $"{FileSystems}";
    }

    private string Thaw()
    {
        var thawed = Frozen + Foreign;
        (Believed, Frozen, Foreign) = (false, 0, 0);
        return $"{thawed}";
    }

    private static string ExecName(JsonElement arguments)
    {
        var words = arguments.GetProperty("arg").EnumerateArray().Select(x => x.GetString()!).ToArray();
        return words.Length == 2 ? words[1] : words[3];
    }

    private string Exec(JsonElement arguments)
    {
        var name = ExecName(arguments);
        if (name == "run") GuardArguments.AddRange(arguments.GetProperty("arg").EnumerateArray().Skip(4).Select(x => x.GetString()!));
        if (name == "pre") ScriptArguments.AddRange(arguments.GetProperty("arg").EnumerateArray().Skip(4).Select(x => x.GetString()!));
        _output = name switch { "run" => GuardSays, "stop" => GuardVerdict, _ => Scripts.GetValueOrDefault(name, "") };
        return $$"""{"pid":{{++_pid}}}""";
    }

    private sealed class FakeTransport(FakeAgent agent) : IAgentTransport
    {
        public Task<string> SendAsync(string json, TimeSpan timeout, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                return Task.FromResult(agent.Answer(json));
            }
            catch (FailureException e)
            {
                return Task.FromException<string>(e);
            }
        }

        public Task SetResponseTimeoutAsync(TimeSpan timeout, CancellationToken ct) =>
            agent.Before("set-timeout") is { } failure ? Task.FromException(new FailureException(failure)) : Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
