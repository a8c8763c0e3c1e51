using System.Text.Json.Nodes;
using System.Xml.Linq;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Keys;

namespace Stillpoint.Fabric.Wire;

/// <summary>Which extension a VM is to have, with what settings, and where it is to be had.</summary>
internal static class ExtensionDocuments
{
    /// <remarks>
    /// The agent reads text nodes only, no CDATA, and would treat settings that are no JSON as none. Without the blob for the status it fetches everything at
    /// each poll and never reports. What offers another version of the agent itself (GAFamilies) is left out.
    /// </remarks>
    public static XElement Config(Goal goal, string root)
    {
        var extension = goal.Extension;
        return new("Extensions", new XAttribute("version", "1.0.0.0"), new XAttribute("goalStateIncarnation", WireDocuments.Number(goal.Incarnation)),
            new XElement("Plugins", new XElement("Plugin",
                new XAttribute("name", extension.Name), new XAttribute("version", extension.Version), new XAttribute("location", root + ManifestPath(extension.Name)),
                new XAttribute("state", Word(extension.State)), new XAttribute("autoUpgrade", "false"), new XAttribute("runAsStartupTask", "false"),
                new XAttribute("isJson", "true"), new XAttribute("useExactVersion", "true"))),
            new XElement("PluginSettings", new XElement("Plugin", new XAttribute("name", extension.Name), new XAttribute("version", extension.Version),
                new XElement("RuntimeSettings", new XAttribute("seqNo", WireDocuments.Number(extension.Sequence)), Settings(goal)))),
            new XElement("StatusUploadBlob", new XAttribute("statusBlobType", "BlockBlob"), root + StatusPath));
    }

    /// <summary>The one version that the goal names: agents take the highest that begins with what they look for.</summary>
    public static XElement Manifest(Goal goal, string root) => new("PluginVersionManifest",
        new XElement("Plugins", new XElement("Plugin",
            new XElement("Version", goal.Extension.Version),
            new XElement("Uris", new XElement("Uri", root + PackagePath(goal.Extension.Name, goal.Extension.Version))))),
        new XElement("InternalPlugins"));

    public const string StatusPath = "/status/vm.status";

    public static string ManifestPath(string name) => $"/extensions/{name}/manifest.xml";

    public static string PackagePath(string name, string version) => $"/extensions/{name}/{version}.zip";

    private static string Settings(Goal goal)
    {
        var extension = goal.Extension;
        var handler = new JsonObject();
        if (extension.Protected is not null)
        {
            handler["protectedSettingsCertThumbprint"] = SettingsKey.Thumbprint(goal.Key);
            handler["protectedSettings"] = Convert.ToBase64String(extension.Protected);
        }
        handler["publicSettings"] = extension.Settings is null ? null : JsonNode.Parse(extension.Settings);
        return new JsonObject { ["runtimeSettings"] = new JsonArray(new JsonObject { ["handlerSettings"] = handler }) }.ToJsonString();
    }

    private static string Word(ExtensionState state) => state switch
    {
        ExtensionState.Enabled => "enabled",
        ExtensionState.Disabled => "disabled",
        _ => "uninstall",
    };
}
