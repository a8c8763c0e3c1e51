namespace Stillpoint.Engine.Warden;

/// <summary>
/// The lines that go between owner and warden over the warden's standard input and output. One word a line; the end of the input means
/// that the owner is gone, however it went.
/// </summary>
internal static class WardenMessages
{
    // owner to warden
    public const string Freezing = "freezing";
    public const string Thawed = "thawed";
    public const string JobBegins = "job-begins";
    public const string JobReleased = "job-released";
    public const string Goodbye = "goodbye";

    // warden to owner
    public const string Ready = "ready";
    public const string Noted = "noted";
    public const string ThawedAtLimit = "thawed-at-limit";
    public const string AbortedScratch = "aborted-scratch";
    public const string AbortedPaused = "aborted-paused";
    public const string Failed = "failed ";
}
