using System.Text.Json;
using System.Text.Json.Serialization;
using Stillpoint.Engine.Journal;
using Stillpoint.Model;
using Stillpoint.Waagent;

namespace Stillpoint.Engine.Channels;

/// <summary>
/// The channel of each VM, a file for each that is not reached by `qga`, in the data folder: whoever takes a point of it (command, service, plan) goes the same
/// way.
/// </summary>
public sealed class ChannelSettings(EnginePaths paths)
{
    private string Folder => Path.Combine(paths.Data, "channels");

    /// <summary>Of all VMs that are not reached by `qga`.</summary>
    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public IReadOnlyList<(VmId Vm, WaagentSetup Setup)> All()
    {
        if (!Directory.Exists(Folder)) return [];
        var found = new List<(VmId, WaagentSetup)>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal))
            if (Guid.TryParse(Path.GetFileNameWithoutExtension(file), out var id) && Find(new(id)) is { } setup) found.Add((new(id), setup));
        return found;
    }

    /// <returns>Null: qemu-guest-agent.</returns>
    /// <exception cref="FailureException">DataFolderUnusable: it is there and cannot be read; nobody guesses then.</exception>
    public WaagentSetup? Find(VmId vm)
    {
        var file = FileOf(vm);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), ChannelJson.Default.WaagentSetup) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw DurableFile.Unusable(file, e);
        }
    }

    /// <param name="setup">Null: qemu-guest-agent, as where nobody chose.</param>
    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public void Choose(VmId vm, WaagentSetup? setup)
    {
        var file = FileOf(vm);
        if (setup is null && !File.Exists(file)) return;
        try
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(Folder, e);
        }
        if (setup is null) DurableFile.Delete(file);
        else DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(setup, ChannelJson.Default.WaagentSetup));
    }

    private string FileOf(VmId vm) => Path.Combine(Folder, vm + ".json");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(WaagentSetup))]
internal sealed partial class ChannelJson : JsonSerializerContext;
