using System.IO.Compression;

namespace Stillpoint.Fabric.Tests.Agent;

/// <summary>
/// The smallest handler there is: a shell script that writes down how it was called, opens its protected settings as the protocol says, and reports. Its
/// package has no bits that make it executable: the agent sees to that.
/// </summary>
internal static class TestHandler
{
    public const string Name = "Stillpoint.Probe";

    /// <summary>Files in the guest.</summary>
    public const string Calls = "var/log/probe.calls", Secret = "var/log/probe.secret";

    private const string Manifest = """
        [{"name": "Stillpoint.Probe", "version": 1.0, "handlerManifest": {
          "installCommand": "bin/probe install", "enableCommand": "bin/probe enable", "disableCommand": "bin/probe disable",
          "updateCommand": "bin/probe update", "uninstallCommand": "bin/probe uninstall", "rebootAfterInstall": false, "reportHeartbeat": false}}]
        """;

    private const string Script = """
        #!/bin/sh
        set -eu
        echo "$1 ${ConfigSequenceNumber:-none}" >> /var/log/probe.calls
        [ "$1" = enable ] || exit 0
        of() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "config/$ConfigSequenceNumber.settings"; }
        key=/var/lib/waagent/$(of protectedSettingsCertThumbprint)
        of protectedSettings | base64 -d | openssl cms -inform DER -decrypt -recip "$key.crt" -inkey "$key.prv" > /var/log/probe.secret
        cat > status/probe.tmp <<END
        [{"version": 1.0, "timestampUTC": "2026-01-01T00:00:00Z", "status": {"name": "probe", "operation": "Enable", "status": "success", "code": 1,
          "formattedMessage": {"lang": "en-US", "message": "task $(of task)"}, "substatus": []}}]
        END
        mv status/probe.tmp "status/$ConfigSequenceNumber.status"
        """;

    public static MemoryStream Package()
    {
        var package = new MemoryStream();
        using (var zip = new ZipArchive(package, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "HandlerManifest.json", Manifest);
            Add(zip, "bin/probe", Script);
        }
        package.Position = 0;
        return package;
    }

    private static void Add(ZipArchive zip, string name, string text)
    {
        var entry = zip.CreateEntry(name);
        entry.LastWriteTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var writer = new StreamWriter(entry.Open());
        writer.Write(text);
    }
}
