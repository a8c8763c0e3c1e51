using System.Diagnostics;
using System.Text.Json;

namespace Stillpoint.Extension.Handler;

/// <summary>What the host wants: from the file that the agent wrote, its protected part opened as Azure's handlers do it (openssl, with the agent's key).</summary>
/// <param name="Task">Names this snapshot: letters, digits and dashes.</param>
/// <param name="Limit">The longest that anything may be frozen.</param>
/// <param name="Endpoint">Where to ask for the snapshot, with the right to ask once.</param>
internal sealed record SnapshotSettings(string Task, TimeSpan Limit, Uri Endpoint)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2), Longest = TimeSpan.FromSeconds(60);

    /// <returns>Null: nothing is wanted but the handler itself.</returns>
    /// <exception cref="WorkException">They are not what the protocol says, or cannot be opened.</exception>
    public static SnapshotSettings? Read(HandlerFolders folders, string sequence)
    {
        var file = folders.SettingsOf(sequence);
        if (!File.Exists(file) || new FileInfo(file).Length == 0) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var settings = document.RootElement.GetProperty("runtimeSettings")[0].GetProperty("handlerSettings");
            if (!settings.TryGetProperty("publicSettings", out var open) || open.ValueKind is not JsonValueKind.Object) return null;
            if (Text(open, "commandToExecute") != "snapshot") throw new WorkException(StatusCode.SettingsWrong, "commandToExecute is not snapshot");
            using var secret = JsonDocument.Parse(Open(settings, folders.Keys));
            return Of(open, secret.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new WorkException(StatusCode.SettingsWrong, e.Message, e);
        }
    }

    private static SnapshotSettings Of(JsonElement open, JsonElement secret)
    {
        var task = Text(open, "taskId");
        if (task.Length is < 1 or > 64 || !task.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) throw new FormatException("taskId");
        var limit = TimeSpan.FromMilliseconds(open.GetProperty("freezeLimitMs").GetInt32());
        if (limit < Shortest || limit > Longest) throw new FormatException("freezeLimitMs");
        if (!Uri.TryCreate(Text(secret, "snapshotUri"), UriKind.Absolute, out var endpoint) || endpoint.Scheme != Uri.UriSchemeHttp) throw new FormatException("snapshotUri");
        return new(task, limit, endpoint);
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? throw new FormatException(name);

    private static byte[] Open(JsonElement settings, string keys)
    {
        var thumbprint = Text(settings, "protectedSettingsCertThumbprint");
        if (!thumbprint.All(char.IsAsciiHexDigit)) throw new FormatException("protectedSettingsCertThumbprint");
        var key = Path.Combine(keys, thumbprint);
        var start = new ProcessStartInfo("openssl", ["cms", "-inform", "DER", "-decrypt", "-recip", key + ".crt", "-inkey", key + ".prv"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        try
        {
            using var openssl = Process.Start(start)!;
            var said = openssl.StandardError.ReadToEndAsync();
            using (var input = openssl.StandardInput.BaseStream) input.Write(settings.GetProperty("protectedSettings").GetBytesFromBase64());
            using var opened = new MemoryStream();
            openssl.StandardOutput.BaseStream.CopyTo(opened);
            openssl.WaitForExit();
            if (openssl.ExitCode != 0) throw new WorkException(StatusCode.SettingsNotOpened, said.Result.Trim());
            return opened.ToArray();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new WorkException(StatusCode.SettingsNotOpened, e.Message, e);
        }
    }
}
