using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Images;

/// <summary>Runs <c>qemu-img</c> for the few things only it can do. Each run is bounded; its words are the failure's evidence.</summary>
public static class QemuImg
{
    /// <summary>Creating or reading an image header takes milliseconds; a run longer than this hangs on its storage.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public static Task CreateAsync(string path, string format, long sizeBytes, CancellationToken ct) =>
        RunAsync(["create", "-q", "-f", format, path, sizeBytes.ToString(CultureInfo.InvariantCulture)], ct);

    /// <summary>
    /// Names of the persistent bitmaps stored in a closed qcow2 image that can be used: one that was in use when its QEMU died cannot.
    /// Only the top layer is looked at.
    /// </summary>
    public static async Task<IReadOnlySet<string>> ListUsableBitmapsAsync(string path, CancellationToken ct) =>
        (await ReadBitmapsAsync(path, ct)).Where(b => b.Flags.Contains("auto") && !b.Flags.Contains("in-use")).Select(b => b.Name)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>All of them, usable or not.</summary>
    public static async Task<IReadOnlyList<string>> ListBitmapsAsync(string path, CancellationToken ct) =>
        [.. (await ReadBitmapsAsync(path, ct)).Select(b => b.Name)];

    /// <param name="alone">Nobody should have it open: fails, with QEMU's words, if somebody writes to it.</param>
    /// <exception cref="FailureException">ToolFailed, ToolMissing.</exception>
    public static async Task<ImageDescription> DescribeAsync(string path, bool alone, CancellationToken ct)
    {
        string[] share = alone ? [] : ["-U"];
        using var info = JsonDocument.Parse(await RunAsync(["info", .. share, "--output=json", "-f", "qcow2", path], ct));
        var data = info.RootElement.TryGetProperty("format-specific", out var specific) ? specific.GetProperty("data") : default;
        if (data.ValueKind != JsonValueKind.Object) return new(null, false);
        return new(
            data.TryGetProperty("compat", out var compat) ? compat.GetString() : null,
            data.TryGetProperty("corrupt", out var corrupt) && corrupt.GetBoolean());
    }

    private static async Task<IReadOnlyList<(string Name, string?[] Flags)>> ReadBitmapsAsync(string path, CancellationToken ct)
    {
        using var info = JsonDocument.Parse(await RunAsync(["info", "-U", "--output=json", "-f", "qcow2", path], ct));
        if (!info.RootElement.TryGetProperty("format-specific", out var specific) ||
            !specific.GetProperty("data").TryGetProperty("bitmaps", out var bitmaps)) return [];
        return [.. bitmaps.EnumerateArray().Select(b => (
            b.GetProperty("name").GetString()!, b.GetProperty("flags").EnumerateArray().Select(f => f.GetString()).ToArray()))];
    }

    private static async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo("qemu-img", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new FailureException(FailureCode.ToolMissing, Stage.Preflight, ("tool", "qemu-img"), ("package", "qemu-utils"));
        }
        using (process)
        using (var bound = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            bound.CancelAfter(Bound);
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(bound.Token);
                var errors = process.StandardError.ReadToEndAsync(bound.Token);
                await process.WaitForExitAsync(bound.Token);
                if (process.ExitCode == 0) return await output;
                throw Failed(arguments, await errors);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw Failed(arguments, $"no answer in {Bound.TotalSeconds} s");
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
    }

    private static FailureException Failed(IReadOnlyList<string> arguments, string words) => new(
        Failure.Of(FailureCode.ToolFailed, Stage.Preflight, ("tool", "qemu-img"))
            .With(new("qemu-img " + string.Join(' ', arguments), words.Trim())));
}

/// <param name="Compat">Of qcow2: 0.10 has no room for bitmaps.</param>
/// <param name="Corrupt">QEMU has marked it so.</param>
public sealed record ImageDescription(string? Compat, bool Corrupt);
