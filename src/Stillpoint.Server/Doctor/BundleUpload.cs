using Microsoft.AspNetCore.Http.Features;
using Stillpoint.Contracts;
using Stillpoint.Doctor;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Model;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Doctor;

/// <summary>A bundle sent here lies in the service's folder while it is read, and is gone after. Bounded as it comes and as it unpacks; one at a time.</summary>
internal static class BundleUpload
{
    private static readonly SemaphoreSlim One = new(1);

    /// <param name="name">The file's own name: it says what kind of bundle it is.</param>
    public static async Task<DiagnosisView> DiagnoseAsync(
        string? name, ServerOptions options, ServiceFolder folder, Words words, HttpContext context, CancellationToken ct)
    {
        var most = (long)options.BundleMegabytes << 20;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = most;
        if (context.Request.ContentLength > most) throw TooLarge(most);
        var path = Path.Combine(folder.Uploads, Guid.NewGuid().ToString("N") + KindOf(name));
        try
        {
            await SaveAsync(context.Request.Body, path, most, ct);
            await One.WaitAsync(ct);
            try
            {
                var limits = BundleLimits.Default with { Bytes = Math.Max(most * 4, 1L << 30) };
                var facts = await Task.Run(() => new BundleFacts(path, Diagnostician.Default.Patterns, limits).Collect(ct).ToList(), ct);
                var skipped = facts.Where(f => f.Name.StartsWith(BundleFacts.Skipped, StringComparison.Ordinal)).Take(100).Select(f => new SkippedView(Named(f.Source), f.Value));
                return Diagnostician.Default.Diagnose(facts).ToView(words.Causes(context), [.. skipped]);
            }
            finally
            {
                One.Release();
            }
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.BundleUnreadable)
        {
            // Its place here is nobody's business.
            throw new FailureException(FailureCode.BundleUnreadable, Stage.Input, ("path", name ?? "bundle"));
        }
        finally
        {
            File.Delete(path);
        }

        string Named(string source) => source.Replace(path, name ?? "bundle", StringComparison.Ordinal).Replace(Path.GetFileName(path), name ?? "bundle", StringComparison.Ordinal);
    }

    private static string KindOf(string? name)
    {
        string[] kinds = [".zip", ".tar.gz", ".tgz", ".tar", ".gz", ".log", ".json"];
        return kinds.FirstOrDefault(k => name?.EndsWith(k, StringComparison.OrdinalIgnoreCase) == true) ?? ".log";
    }

    private static async Task SaveAsync(Stream body, string path, long most, CancellationToken ct)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            Options = FileOptions.Asynchronous,
        });
        var buffer = new byte[1 << 16];
        var total = 0L;
        while (await body.ReadAsync(buffer, ct) is > 0 and var read)
        {
            if ((total += read) > most) throw TooLarge(most);
            await file.WriteAsync(buffer.AsMemory(0, read), ct);
        }
    }

    private static FailureException TooLarge(long most) => new(FailureCode.RequestTooLarge, Stage.Input, ("bytes", $"{most}"));
}
