using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Protection;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>A policy from a file, from options, or from both: options change what the file, or the present policy, says.</summary>
internal static class PolicyOptions
{
    private const string None = "none";

    /// <exception cref="FailureException">UsageInvalid, PolicyUnreadable.</exception>
    public static Policy Apply(Policy present, Invocation call)
    {
        var line = call.Line;
        var policy = line.Value("file") is { } file ? FromFile(file, line.Argument!) : present;
        var (keep, capture) = (policy.Retention, policy.Capture);
        policy = policy with
        {
            Schedules = line.Has("schedule") ? Schedules(line, call.World.Clock.LocalTimeZone.Id) : policy.Schedules,
            Retention = new(
                Keep(line, "keep-last", keep.Last), Keep(line, "keep-hourly", keep.Hourly), Keep(line, "keep-daily", keep.Daily),
                Keep(line, "keep-weekly", keep.Weekly), Keep(line, "keep-monthly", keep.Monthly), Keep(line, "keep-yearly", keep.Yearly)),
            Bandwidth = line.Has("bandwidth") ? Limits(line, call.World.Clock.LocalTimeZone.Id) : policy.Bandwidth,
            Retries = Keep(line, "retries", policy.Retries),
            RetryAfter = Span(line, "retry-after", TimeSpan.FromMinutes(1), "1-1440 min") ?? policy.RetryAfter,
            Objective = line.Value("objective") is None ? null : Span(line, "objective", TimeSpan.FromHours(1), "1-8784 h") ?? policy.Objective,
            Capture = capture with
            {
                Wanted = line.Value("consistency") switch { "application" => Consistency.Application, "crash" => Consistency.Crash, "file-system" => Consistency.FileSystem, _ => capture.Wanted },
                StepDown = line.Value("step-down") switch { "yes" => true, "no" => false, _ => capture.StepDown },
                Patience = Span(line, "patience", TimeSpan.FromMinutes(1), "0-1440 min") ?? capture.Patience,
                Scripts = ScriptOptions.Apply(capture.Scripts, line),
                FreezeLimit = Span(line, "freeze-limit", TimeSpan.FromSeconds(1), "2-60 s") ?? capture.FreezeLimit,
                Guard = line.Value("guard") switch { "warden-alone" => GuardRule.WardenAlone, "require" => GuardRule.Require, _ => capture.Guard },
                Tracking = line.Value("tracking") switch { "auto" => Tracking.Auto, "persistent" => Tracking.Persistent, "none" => Tracking.None, _ => capture.Tracking },
            },
        };
        return policy.Validate() is { } invalid ? throw new FailureException(invalid) : policy;
    }

    private static Policy FromFile(string file, string name)
    {
        try
        {
            // The name in the command counts: one file may serve several policies.
            return PolicyText.Read(File.ReadAllText(file), file) with { Name = name };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(Failure.Of(FailureCode.PolicyUnreadable, Stage.Input, ("path", file)).With(new(file, e.Message)), e);
        }
    }

    private static IReadOnlyList<Schedule> Schedules(CommandLine line, string localZone)
    {
        var zone = line.Value("time-zone") ?? localZone;
        return line.Values("schedule") is [None] ? [] : [.. line.Values("schedule").Select(s => ScheduleText.Parse(s, zone))];
    }

    private static IReadOnlyList<BandwidthLimit> Limits(CommandLine line, string localZone)
    {
        var zone = line.Value("time-zone") ?? localZone;
        return line.Values("bandwidth") is [None] ? [] : [.. line.Values("bandwidth").Select(b => BandwidthLimit.Parse(b, zone))];
    }

    private static int Keep(CommandLine line, string option, int present) => line.Has(option) ? line.Count(option, 0) : present;

    private static TimeSpan? Span(CommandLine line, string option, TimeSpan unit, string expected) =>
        line.Number(option, expected) is not { } number ? null
        : Math.Abs(number) < 1e6 ? unit * number
        : throw CommandLine.Invalid(option, line.Value(option)!, expected);
}
