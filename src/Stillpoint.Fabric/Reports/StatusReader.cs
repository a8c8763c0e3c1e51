using System.Text.Json;

namespace Stillpoint.Fabric.Reports;

/// <summary>The status document, version 1.0 and 1.1. Fields that newer agents add are passed over.</summary>
internal static class StatusReader
{
    private const int MostHandlers = 64, MostSubstatus = 64 << 10;

    /// <returns>Null: it is no status.</returns>
    public static ReportedStatus? Read(byte[] body) => JsonReading.Read(body, Read);

    private static ReportedStatus? Read(JsonElement root)
    {
        if (root.Of("aggregateStatus") is not { ValueKind: JsonValueKind.Object } aggregate) return null;
        var agent = aggregate.Of("guestAgentStatus");
        var goal = aggregate.Of("vmArtifactsAggregateStatus").Of("goalStateAggregateStatus");
        return new(
            agent.Of("version").Text(), agent.Of("status").Text(), Message(agent), root.Of("timestampUTC").Time(), goal.Of("inSvdSeqNo").Text(),
            goal.Of("status").Text(), System(root.Of("guestOSInfo")), [.. aggregate.Of("handlerAggregateStatus").Elements(MostHandlers).Select(h => Handler(h))]);
    }

    private static GuestSystem? System(JsonElement? info) =>
        info is { ValueKind: JsonValueKind.Object } ? new(info.Of("computerName").Text(), info.Of("osName").Text(), info.Of("osVersion").Text()) : null;

    private static ReportedHandler Handler(JsonElement? handler)
    {
        var settings = handler.Of("runtimeSettingsStatus");
        return new(
            handler.Of("handlerName").Text(), handler.Of("handlerVersion").Text(), handler.Of("status").Text(), handler.Of("code").Number(), Message(handler),
            settings is { ValueKind: JsonValueKind.Object } ? Extension(settings) : null);
    }

    private static ReportedExtension Extension(JsonElement? settings)
    {
        var status = settings.Of("settingsStatus").Of("status");
        var substatus = status.Of("substatus") is { ValueKind: JsonValueKind.Array } list && list.GetRawText() is { Length: <= MostSubstatus } text ? text : null;
        return new(
            settings.Of("sequenceNumber").Number(), status.Of("operation").Text(), status.Of("status").Text(), status.Of("code").Number(), Message(status), substatus);
    }

    private static string? Message(JsonElement? of) => of.Of("formattedMessage").Of("message").Text();
}
