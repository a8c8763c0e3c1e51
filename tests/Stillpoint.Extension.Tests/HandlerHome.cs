using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.Extension.Handler;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Extension.Tests;

/// <summary>A handler's folder as the agent makes it, with the agent's key beside it.</summary>
internal sealed class HandlerHome : IDisposable
{
    private readonly TempFolder _folder = new();
    private string? _thumbprint;

    public HandlerHome()
    {
        foreach (var folder in new[] { "config", "status" }) Directory.CreateDirectory(_folder["Stillpoint.VMSnapshot-1", folder]);
        Folders = HandlerFolders.Of(_folder["Stillpoint.VMSnapshot-1"]);
    }

    public HandlerFolders Folders { get; }

    public List<string> Launched { get; } = [];

    public void Enable(string? sequence) =>
        Assert.Equal(0, new EnableCommand(Folders, TimeProvider.System, (_, number, task) => Launched.Add($"{number} {task}")).Run(sequence));

    /// <summary>Settings whose protected part is sealed by openssl for the agent's key, as the server seals it.</summary>
    public async Task TellAsync(string sequence, string task, string command = "snapshot", int limit = 10_000, string uri = "http://host:1/x?sig=é")
    {
        _thumbprint ??= await MakeKeyAsync();
        var secret = _folder["secret"];
        await File.WriteAllTextAsync(secret, new JsonObject { ["snapshotUri"] = uri }.ToJsonString());
        (await Tool.RunAsync("openssl", "cms", "-encrypt", "-binary", "-aes256", "-in", secret, "-outform", "DER", "-out", secret + ".der", Key("crt"))).Must();
        var settings = new JsonObject
        {
            ["protectedSettingsCertThumbprint"] = _thumbprint,
            ["protectedSettings"] = Convert.ToBase64String(await File.ReadAllBytesAsync(secret + ".der")),
            ["publicSettings"] = new JsonObject { ["commandToExecute"] = command, ["taskId"] = task, ["freezeLimitMs"] = limit },
        };
        var document = new JsonObject { ["runtimeSettings"] = new JsonArray(new JsonObject { ["handlerSettings"] = settings }) };
        await File.WriteAllTextAsync(Folders.SettingsOf(sequence), document.ToJsonString());
    }

    public void LoseKey() => File.Delete(Key("prv"));

    /// <summary>Status, code and message of the file that the agent reads.</summary>
    public (string Status, int Code, string Message) StatusOf(string sequence)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Folders.StatusOf(sequence)));
        var status = document.RootElement[0].GetProperty("status");
        Assert.Equal("en-US", status.GetProperty("formattedMessage").GetProperty("lang").GetString());
        return (status.GetProperty("status").GetString()!, status.GetProperty("code").GetInt32(), status.GetProperty("formattedMessage").GetProperty("message").GetString()!);
    }

    public void Dispose() => _folder.Dispose();

    private string Key(string kind) => Path.Combine(Folders.Keys, _thumbprint + "." + kind);

    private async Task<string> MakeKeyAsync()
    {
        var (crt, prv) = (_folder["new.crt"], _folder["new.prv"]);
        (await Tool.RunAsync("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=agent", "-days", "2", "-keyout", prv, "-out", crt)).Must();
        var print = (await Tool.RunAsync("openssl", "x509", "-in", crt, "-noout", "-fingerprint", "-sha1")).Must().Out.Split('=')[1].Trim().Replace(":", "", StringComparison.Ordinal);
        File.Move(crt, _folder[print + ".crt"]);
        File.Move(prv, _folder[print + ".prv"]);
        return print;
    }
}
