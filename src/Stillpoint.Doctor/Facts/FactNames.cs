namespace Stillpoint.Doctor;

/// <summary>Names that the doctor gives a meaning to. Facts about one of several things carry it after a colon: <c>guest.service:waagent</c>.</summary>
public static class FactNames
{
    /// <summary>Begins the name of a fact that is a line of text; the kind follows.</summary>
    public const string Line = "line.";

    /// <summary>By file: its kind, how many lines it has, and the times of its first and last.</summary>
    public const string FileKind = "file.kind", FileLines = "file.lines", FileFirst = "file.first", FileLast = "file.last";

    /// <summary>A job of ours: the code and stage it failed with, or its reason for a lower consistency.</summary>
    public const string FailureCode = "failure.code", FailureStage = "failure.stage", FailureArgument = "failure.argument", ReasonCode = "reason.code";

    /// <summary><c>debian</c>, <c>ubuntu</c>, <c>rhel</c>, <c>sles</c>, <c>windows</c> ...</summary>
    public const string GuestOs = "guest.os";
}
