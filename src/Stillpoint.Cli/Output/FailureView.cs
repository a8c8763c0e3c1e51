using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Output;

/// <summary>A failure for people: what and what to do, then the evidence as it was seen.</summary>
internal static class FailureView
{
    /// <summary>A stack or a program's output can be long; the whole of it is in the job (<c>job show --json</c>).</summary>
    private const int MaxEvidenceLines = 12;

    public static void Write(TextWriter to, string label, Failure failure, LocalTexts texts, bool all = false)
    {
        to.WriteLine(texts.Labelled(label, texts.Failure(failure)));
        foreach (var evidence in failure.Evidence)
        {
            var lines = evidence.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            to.WriteLine($"  {evidence.Source}{(lines.Length > 0 ? ": " + lines[0] : "")}");
            foreach (var line in lines.Skip(1).Take(all ? int.MaxValue : MaxEvidenceLines - 1)) to.WriteLine("    " + line);
        }
        if (failure.Retryable) to.WriteLine("  " + texts.Of("label.retry"));
    }
}
