using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>Runs probes one after another, each within its bound. A probe that fails or does not end is a fact too, and costs nobody else anything.</summary>
internal sealed class Probing(TimeProvider clock)
{
    /// <summary>Begins the name of the fact that a probe failed; its value is the failure's code, or <c>timed-out</c>.</summary>
    public const string Failed = "probe.failed:";

    public List<Fact> Facts { get; } = [];

    public string? Value(string name) => Facts.FindLast(f => f.Name == name)?.Value;

    public void Add(string name, string value, string source) => Facts.Add(new(name, value, source, clock.GetUtcNow()));

    public async Task RunAsync(IFactSource source, TimeSpan bound, CancellationToken ct)
    {
        // Of a probe that is left behind only what it had told by then counts.
        var (seen, over) = (new List<Fact>(), false);
        await RunAsync(source.Name, bound, async token =>
        {
            await foreach (var fact in source.CollectAsync(token).WithCancellation(token))
            {
                lock (seen)
                {
                    if (over) return;
                    seen.Add(fact);
                }
            }
        }, ct);
        lock (seen) over = true;
        // Before the fact that it failed, which stands last already.
        var failed = Facts.FindIndex(f => f.Name == Failed + source.Name);
        Facts.InsertRange(failed < 0 ? Facts.Count : failed, seen);
    }

    public async Task RunAsync(string name, TimeSpan bound, Func<CancellationToken, Task> probe, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(bound, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            // A probe that does not heed its bound is left behind: it may sit in a call that never returns.
            await Task.Run(() => probe(either.Token), ct).WaitAsync(bound + TimeSpan.FromSeconds(1), clock, ct);
        }
        catch (FailureException e)
        {
            Add(Failed + name, e.Failure.Code.ToText(), e.Failure.Evidence.FirstOrDefault()?.Source ?? name);
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            Add(Failed + name, "timed-out", name);
        }
    }
}
