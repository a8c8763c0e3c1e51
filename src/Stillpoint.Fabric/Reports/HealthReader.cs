namespace Stillpoint.Fabric.Reports;

/// <summary>The agent's health document: how far provisioning is. It is posted at the agent's start, not while it runs.</summary>
internal static class HealthReader
{
    /// <returns>Null: it is no such document.</returns>
    public static ReportedHealth? Read(byte[] body) =>
        XmlReading.Read(body) is { } root && root.Text("State") is { } state ? new(state, root.Text("SubStatus"), root.Text("Description")) : null;
}
