using System.Globalization;
using System.Xml.Linq;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Keys;

namespace Stillpoint.Fabric.Wire;

/// <summary>The documents of port 80, as agents since 2.2 read them: elements by name, no namespaces, URIs absolute.</summary>
internal static class WireDocuments
{
    public const string ProtocolVersion = "2012-11-30";

    public static XElement Versions() => new("Versions",
        new XElement("Preferred", new XElement("Version", ProtocolVersion)),
        new XElement("Supported", new XElement("Version", ProtocolVersion)));

    /// <param name="root">Where the agent reached us: <c>http://168.63.129.16:80</c>.</param>
    public static XElement GoalState(Goal goal, string root) => new("GoalState",
        new XElement("Version", ProtocolVersion),
        new XElement("Incarnation", Number(goal.Incarnation)),
        new XElement("Machine", new XElement("ExpectedState", "Started")),
        new XElement("Container",
            new XElement("ContainerId", goal.Vm.ToString("D")),
            new XElement("RoleInstanceList", new XElement("RoleInstance",
                new XElement("InstanceId", goal.Vm.ToString("D")),
                new XElement("State", "Started"),
                new XElement("Configuration",
                    new XElement("HostingEnvironmentConfig", Config(root, "hostingEnvironmentConfig")),
                    new XElement("SharedConfig", Config(root, "sharedConfig")),
                    new XElement("Certificates", $"{root}/machine/config?comp=certificates"),
                    new XElement("ExtensionsConfig", Config(root, "extensionsConfig")),
                    new XElement("ConfigName", $"stillpoint.{Number(goal.Incarnation)}.{goal.Vm:D}.xml"))))));

    /// <summary>The role's guid is what extensions know the machine by: the VM's own, so that a clone has another.</summary>
    public static XElement HostingEnvironment(Goal goal) => new("HostingEnvironmentConfig", new XAttribute("version", "1.0.0.0"),
        new XAttribute("goalStateIncarnation", Number(goal.Incarnation)),
        new XElement("Deployment", new XAttribute("name", "stillpoint")),
        new XElement("Incarnation", new XAttribute("number", "1"), new XAttribute("instance", goal.Name)),
        new XElement("Role", new XAttribute("name", goal.Name), new XAttribute("guid", goal.Vm.ToString("B"))));

    public static XElement Shared() => new("SharedConfig", new XAttribute("version", "1.0.0.0"));

    /// <param name="envelope">See <see cref="AgentEnvelope"/>.</param>
    public static XElement Certificates(Goal goal, byte[] envelope) => new("CertificateFile",
        new XElement("Version", ProtocolVersion),
        new XElement("Incarnation", Number(goal.Incarnation)),
        new XElement("Format", "Pkcs7BlobWithPfxContents"),
        // OpenSSL reads base64 by lines of 64 characters.
        new XElement("Data", string.Join('\n', Convert.ToBase64String(envelope).Chunk(64).Select(line => new string(line)))));

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Config(string root, string type) => $"{root}/machine/config?comp=config&type={type}";
}
