using System.Globalization;
using System.Text.Json.Nodes;

namespace Stillpoint.Extension.Handler;

/// <summary>What the agent passes on to the host (§ the protocol's status file): an operation, a code, and the report as text within.</summary>
internal static class StatusFile
{
    /// <param name="report">Null: there is none yet.</param>
    public static void Write(HandlerFolders folders, string sequence, int code, string message, string? report, DateTimeOffset now)
    {
        var time = now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        // Agents wait for a word that is final, so what was accepted is told as a success of its own code.
        var word = code is StatusCode.Success or StatusCode.AlreadyDone or StatusCode.Accepted ? "success" : "error";
        var status = new JsonObject
        {
            ["name"] = "Stillpoint.VMSnapshot", ["operation"] = "Enable", ["configurationAppliedTime"] = time, ["status"] = word, ["code"] = code,
            ["formattedMessage"] = Message(message),
            ["substatus"] = report is null ? new JsonArray() : new JsonArray(new JsonObject
            {
                ["name"] = "report", ["status"] = word, ["code"] = code, ["formattedMessage"] = Message(report),
            }),
        };
        var document = new JsonArray(new JsonObject { ["version"] = 1.0, ["timestampUTC"] = time, ["status"] = status });
        AtomicFile.Write(folders.StatusOf(sequence), document.ToJsonString());
    }

    private static JsonObject Message(string text) => new() { ["lang"] = "en-US", ["message"] = text };
}
