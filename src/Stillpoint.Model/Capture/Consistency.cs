namespace Stillpoint.Model;

/// <summary>
/// What a recovery point is worth. Numbers are stored in vaults as the point's rank: never renumber.
/// </summary>
public enum Consistency
{
    /// <summary>As after a power cut: all disks at one instant, file systems replay their journals at the first mount.</summary>
    Crash = 1,

    /// <summary>File systems were flushed and frozen at the instant.</summary>
    FileSystem = 2,

    /// <summary>Applications had been brought to rest by their scripts before the file systems were frozen.</summary>
    Application = 3,
}
