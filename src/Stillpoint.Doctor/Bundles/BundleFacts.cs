using System.Runtime.CompilerServices;
using Stillpoint.Doctor.Logs;
using Stillpoint.Doctor.Outputs;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Bundles;

/// <summary>
/// A bundle of logs as facts: the lines that some rule asks for, what command outputs and settings say, and what was not read and why.
/// </summary>
public sealed class BundleFacts(string path, IReadOnlyList<LinePattern> patterns, BundleLimits? limits = null) : IFactSource
{
    /// <summary>Begins the name of a fact about a file that was not read, or not to its end.</summary>
    public const string Skipped = "file.skipped";

    public string Name => "bundle";

    /// <exception cref="FailureException">BundleUnreadable.</exception>
    public async IAsyncEnumerable<Fact> CollectAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // One step for each file; reading it is done by this thread.
        foreach (var fact in Collect(ct))
        {
            yield return fact;
        }
        await Task.CompletedTask;
    }

    public IEnumerable<Fact> Collect(CancellationToken ct)
    {
        var budget = new ReadBudget(limits ?? BundleLimits.Default);
        return Collect(Bundle.Read(path, budget), budget, new Sieve(new PatternIndex(patterns)), ct);
    }

    internal static IEnumerable<Fact> Collect(IEnumerable<BundleEntry> entries, ReadBudget budget, Sieve sieve, CancellationToken ct)
    {
        foreach (var entry in entries)
        {
            ct.ThrowIfCancellationRequested();
            if (++budget.Files > budget.Limits.Files)
            {
                yield return new(Skipped, SkipReason.TooMany, entry.Name, default);
                yield break;
            }
            if (entry.Open is null)
            {
                yield return SkippedFact(entry.Name, entry.Skip!);
                continue;
            }
            foreach (var fact in OfFile(entry, sieve, ct)) yield return fact;
        }
    }

    private static IReadOnlyList<Fact> OfFile(BundleEntry entry, Sieve sieve, CancellationToken ct)
    {
        try
        {
            using var stream = new EndingStream(entry.Open!());
            var feed = new LineFeed(stream);
            if (feed.IsBinary) return [SkippedFact(entry.Name, SkipReason.Binary)];
            var kind = LogKinds.Of(entry.Name, feed.Beginning);
            // Outputs and settings are small; their beginning is all of them.
            var output = (kind & (LogKind.Command | LogKind.Config)) != 0 || kind == LogKind.Unknown
                ? OutputReaders.Read(entry.Name, System.Text.Encoding.UTF8.GetString(feed.Beginning)) : [];
            var facts = sieve.Read(entry.Name, kind, feed, entry.Written, ct);
            return [.. facts, .. output, .. stream.Ended is { } why ? (Fact[])[SkippedFact(entry.Name, why)] : []];
        }
        catch (LimitMetException e)
        {
            return [SkippedFact(entry.Name, e.Reason)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            return [SkippedFact(entry.Name, e is UnauthorizedAccessException ? SkipReason.Denied : SkipReason.Damaged)];
        }
    }

    private static Fact SkippedFact(string name, string reason) => new($"{Skipped}:{name}", reason, name, default);
}
