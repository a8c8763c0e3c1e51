using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Doctor;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary><c>stillpoint doctor</c>: a diagnosis from a bundle of logs or from a fact file, on any machine, with nothing else of ours there.</summary>
internal static class DoctorVerb
{
    public static Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        if (new[] { "bundle", "facts", "vm" }.Count(line.Has) != 1) throw line.ChooseOne("vm", "bundle", "facts");
        if (line.Has("vm")) return DoctorLiveVerb.RunAsync(call, ct);
        if (line.Has("repair")) throw line.ChooseOne("vm");
        var facts = line.Value("facts") is { } saved
            ? FactFile.Read(saved)
            : [.. new BundleFacts(Path.GetFullPath(line.Value("bundle")!), Diagnostician.Default.Patterns).Collect(ct)];
        if (line.Value("save-facts") is { } path) Save(facts, path);
        var diagnosis = Diagnostician.Default.Diagnose(facts);
        call.Show(() => diagnosis.ToJson(call.CauseTexts), JsonDocuments.Shapes.DiagnosisJson, () =>
        {
            DiagnosisView.Write(call.World.Out, diagnosis, call.Texts, call.CauseTexts, call.World.Clock.LocalTimeZone);
            NotRead(call, facts);
        });
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>What was not read cannot have been found in it: it is told, but of a long list only the beginning.</summary>
    public static void NotRead(Invocation call, IReadOnlyList<Fact> facts)
    {
        const int most = 10;
        (string What, string Why)[] skipped =
        [
            .. facts.Where(f => f.Name.StartsWith(BundleFacts.Skipped, StringComparison.Ordinal)).Select(f => (f.Source, f.Value)),
            .. facts.Where(f => f.Name.StartsWith("probe.failed:", StringComparison.Ordinal)).Select(f => (f.Name["probe.failed:".Length..], f.Value)),
        ];
        foreach (var (what, why) in skipped.Take(most)) call.World.Error.WriteLine(call.Texts.Of("doctor.not-read", ("path", what), ("reason", why)));
        if (skipped.Length > most) call.World.Error.WriteLine(call.Texts.Of("doctor.not-read-more", ("count", $"{skipped.Length - most}")));
    }

    public static void Save(IReadOnlyList<Fact> facts, string path)
    {
        try
        {
            using var file = File.Create(path);
            FactFile.Write(file, facts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(Failure.Of(FailureCode.TargetUnusable, Stage.Input, ("path", path)).With(new(path, e.Message)), e);
        }
    }
}
