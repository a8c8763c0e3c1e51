using System.Text.Json.Nodes;

namespace Stillpoint.Extension.Snapshot;

/// <summary>What happened, for the host to judge: numbers before words.</summary>
internal sealed class WorkReport
{
    private readonly JsonObject _steps = [];

    public string Task { get; set; } = "";

    public int Code { get; private set; } = StatusCode.Success;

    public string Message { get; private set; } = "";

    public int Frozen { get; set; }

    public int Thawed { get; set; }

    /// <summary>clean, fired or unknown; empty: there was none.</summary>
    public string Guard { get; set; } = "";

    /// <summary>The host's answer was here before the first thaw was sent.</summary>
    public bool AnsweredFrozen { get; set; }

    public bool MemoryLocked { get; set; }

    /// <summary>The endpoint has this report.</summary>
    public bool Delivered { get; set; }

    /// <summary>Milliseconds since the work began.</summary>
    public void Step(string name, TimeSpan at) => _steps[name] = (long)at.TotalMilliseconds;

    public void Fail(WorkException e) => (Code, Message) = (e.Code, e.Message.Length <= 1024 ? e.Message : e.Message[..1024]);

    public string ToJson() => new JsonObject
    {
        ["taskId"] = Task, ["code"] = Code, ["message"] = Message, ["frozen"] = Frozen, ["thawed"] = Thawed, ["guard"] = Guard,
        ["answeredFrozen"] = AnsweredFrozen, ["memoryLocked"] = MemoryLocked, ["delivered"] = Delivered, ["steps"] = _steps.DeepClone(),
    }.ToJsonString();
}
