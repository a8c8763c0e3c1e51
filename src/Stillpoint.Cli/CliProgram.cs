using System.Reflection;
using System.Text.Json;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Doctor;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli;

/// <summary>One call from words to exit code. The boundary at which failures and bugs become what a person or a script is told.</summary>
internal static class CliProgram
{
    public static string Version => typeof(CliProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static async Task<int> RunAsync(IReadOnlyList<string> words, CliWorld world, CancellationToken ct)
    {
        // Before parsing: a mistake in the words is told in the language and form that they ask for.
        var texts = LocalTexts.For(LanguageOf(words, world));
        var json = words.Contains("--json");
        try
        {
            var line = CommandLineParser.Parse(words);
            if (line.Has("version"))
            {
                world.Out.WriteLine(Version);
                return ExitCode.Done;
            }
            if (line.Has("help"))
            {
                world.Out.Write(Help.Of(line, texts));
                return ExitCode.Done;
            }
            await using var invocation = new Invocation(world, line, texts);
            return await line.Command.Run!(invocation, ct);
        }
        catch (FailureException e)
        {
            // Its job goes on without this program.
            JobId? job = e.Failure.Code is FailureCode.JobGoesOn && Ulid.TryParse(e.Failure.Arguments["job"], out var id) ? new(id) : null;
            return Tell(e.Failure, world, texts, json, job);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Tell(Failure.Of(FailureCode.Cancelled, Stage.Input), world, texts, json);
        }
        catch (Exception e)
        {
            // A job's bugs end at Control's boundary; this is the one for everything that is no job.
            var bug = Failure.Of(FailureCode.InternalError, Stage.Input).With(new(e.GetType().FullName!, e.ToString()));
            return Tell(bug, world, texts, json);
        }
    }

    public static int Tell(
        Failure failure, CliWorld world, LocalTexts texts, bool json, JobId? job = null, IReadOnlyList<Failure>? warnings = null,
        Diagnosis? diagnosis = null)
    {
        if (json)
        {
            var document = new ErrorJson(failure.ToJson(texts), job?.ToString(), warnings?.ToJson(texts), diagnosis?.ToJson(CauseTexts.For(texts.Language)));
            world.Out.WriteLine(JsonSerializer.Serialize(document, JsonDocuments.Shapes.ErrorJson));
        }
        else
        {
            FailureView.Write(world.Error, texts.Of("label.error"), failure, texts);
            if (diagnosis is not null) DiagnosisView.Write(world.Error, diagnosis, texts, CauseTexts.For(texts.Language), world.Clock.LocalTimeZone);
        }
        return ExitCode.Of(failure.Code);
    }

    public static Language LanguageOf(IReadOnlyList<string> words, CliWorld world)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var named = words[i].StartsWith("--lang=", StringComparison.Ordinal) ? words[i]["--lang=".Length..]
                : words[i] == "--lang" && i + 1 < words.Count ? words[i + 1] : null;
            if (named is not null) return Language.Find(named) ?? Language.English;
        }
        return Language.OfEnvironment(world.Variable);
    }
}
