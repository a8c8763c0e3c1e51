using System.Xml.Linq;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Keys;
using Stillpoint.Fabric.Tests.Goals;
using Stillpoint.Fabric.Wire;
using Xunit;

namespace Stillpoint.Fabric.Tests.Wire;

/// <summary>The documents, against what agents read, written by hand.</summary>
public sealed class DocumentTests
{
    private const string Root = "http://168.63.129.16:80";
    private static readonly Goal Goal = Samples.Goal();

    [Fact]
    public void Versions_AsAnswered_NameTheOneThatAgentsSpeak() => Same(
        """
        <Versions><Preferred><Version>2012-11-30</Version></Preferred><Supported><Version>2012-11-30</Version></Supported></Versions>
        """, WireDocuments.Versions());

    [Fact]
    public void GoalState_OfAVm_NamesItsDocumentsByAbsoluteUris() => Same(
        """
        <GoalState><Version>2012-11-30</Version><Incarnation>1795219200</Incarnation><Machine><ExpectedState>Started</ExpectedState></Machine><Container><ContainerId>0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0</ContainerId><RoleInstanceList><RoleInstance><InstanceId>0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0</InstanceId><State>Started</State><Configuration><HostingEnvironmentConfig>http://168.63.129.16:80/machine/config?comp=config&amp;type=hostingEnvironmentConfig</HostingEnvironmentConfig><SharedConfig>http://168.63.129.16:80/machine/config?comp=config&amp;type=sharedConfig</SharedConfig><Certificates>http://168.63.129.16:80/machine/config?comp=certificates</Certificates><ExtensionsConfig>http://168.63.129.16:80/machine/config?comp=config&amp;type=extensionsConfig</ExtensionsConfig><ConfigName>stillpoint.1795219200.0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.xml</ConfigName></Configuration></RoleInstance></RoleInstanceList></Container></GoalState>
        """, WireDocuments.GoalState(Goal, Root));

    [Fact]
    public void HostingEnvironment_OfAVm_HasItsOwnGuid() => Same(
        """
        <HostingEnvironmentConfig version="1.0.0.0" goalStateIncarnation="1795219200"><Deployment name="stillpoint" /><Incarnation number="1" instance="web 1" /><Role name="web 1" guid="{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}" /></HostingEnvironmentConfig>
        """, WireDocuments.HostingEnvironment(Goal));

    [Fact]
    public void SharedConfig_ThatNobodyReads_IsThere() => Same("""<SharedConfig version="1.0.0.0" />""", WireDocuments.Shared());

    [Fact]
    public void Certificates_OfAnEnvelope_AreBase64ByLines() => Same(
        $"""
        <CertificateFile><Version>2012-11-30</Version><Incarnation>1795219200</Incarnation><Format>Pkcs7BlobWithPfxContents</Format><Data>{new string('A', 64)}
        AAAA</Data></CertificateFile>
        """, WireDocuments.Certificates(Goal, new byte[51]));

    [Theory]
    [InlineData(ExtensionState.Enabled, "enabled")]
    [InlineData(ExtensionState.Disabled, "disabled")]
    [InlineData(ExtensionState.Uninstall, "uninstall")]
    public void ExtensionsConfig_OfAVm_HasItsExtensionAndSettings(ExtensionState state, string word)
    {
        var goal = Samples.Goal(Samples.Request(state: state, settings: """{"a":"<&>\u0022","n":[1,null]}"""));
        var (sealedSettings, thumbprint) = (Convert.ToBase64String(goal.Extension.Protected!), SettingsKey.Thumbprint(goal.Key));
        // '+' is escaped by the JSON writer, which base64 may hold.
        var json = $$$$"""{"runtimeSettings":[{"handlerSettings":{"protectedSettingsCertThumbprint":"{{{{thumbprint}}}}","protectedSettings":"{{{{sealedSettings.Replace("+", "\\u002B", StringComparison.Ordinal)}}}}","publicSettings":{"a":"\u003C\u0026\u003E\u0022","n":[1,null]}}}]}""";
        Same(
            $"""
            <Extensions version="1.0.0.0" goalStateIncarnation="1795219200"><Plugins><Plugin name="Stillpoint.VMSnapshot" version="1.2.3" location="http://168.63.129.16:80/extensions/Stillpoint.VMSnapshot/manifest.xml" state="{word}" autoUpgrade="false" runAsStartupTask="false" isJson="true" useExactVersion="true" /></Plugins><PluginSettings><Plugin name="Stillpoint.VMSnapshot" version="1.2.3"><RuntimeSettings seqNo="1795219200">{json}</RuntimeSettings></Plugin></PluginSettings><StatusUploadBlob statusBlobType="BlockBlob">http://168.63.129.16:80/status/vm.status</StatusUploadBlob></Extensions>
            """, ExtensionDocuments.Config(goal, Root));
    }

    [Fact]
    public void ExtensionsConfig_WithoutSettings_HasNone()
    {
        var goal = Samples.Goal(Samples.Request(settings: null, secret: null));
        Assert.Equal("""{"runtimeSettings":[{"handlerSettings":{"publicSettings":null}}]}""",
            ExtensionDocuments.Config(goal, Root).Descendants("RuntimeSettings").Single().Value);
    }

    [Fact]
    public void Manifest_OfAVm_ListsItsOneVersion() => Same(
        """
        <PluginVersionManifest><Plugins><Plugin><Version>1.2.3</Version><Uris><Uri>http://168.63.129.16:80/extensions/Stillpoint.VMSnapshot/1.2.3.zip</Uri></Uris></Plugin></Plugins><InternalPlugins /></PluginVersionManifest>
        """, ExtensionDocuments.Manifest(Goal, Root));

    [Fact]
    public void Metadata_OfAVm_HasWhatTheAgentLooksFor()
    {
        Assert.Equal(
            """{"location":"stillpoint","name":"web 1","osType":"Linux","vmId":"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0","offer":"","placementGroupId":"","platformFaultDomain":"","platformUpdateDomain":"","publisher":"","resourceGroupName":"","sku":"","subscriptionId":"","tags":"","version":"","vmScaleSetName":"","vmSize":"","zone":""}""",
            Metadata.Compute(Goal).ToJsonString());
        Assert.Equal(
            """{"interface":[{"macAddress":"000000000000","ipv4":{"ipAddress":[{"privateIpAddress":"10.0.0.1","publicIpAddress":""}]}}]}""",
            Metadata.Instance(Goal, "10.0.0.1")["network"]!.ToJsonString());
    }

    private static void Same(string expected, XElement document) => Assert.Equal(expected, document.ToString(SaveOptions.DisableFormatting), ignoreLineEndingDifferences: true);
}
